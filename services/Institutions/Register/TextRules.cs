using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>What every text of the register must satisfy.</summary>
internal static class TextRules
{
    public const int LongestName = 100;
    public const int LongestReason = 200;

    public static FaultList RequireText(this FaultList faults, string? text, string field, int longest) =>
        string.IsNullOrWhiteSpace(text) ? faults.Add(InstitutionsFaults.TextMissing, field) : faults.AllowText(text, field, longest);

    /// <summary>A text that may be empty.</summary>
    public static FaultList AllowText(this FaultList faults, string? text, string field, int longest) =>
        faults
            .Require((text?.Length ?? 0) <= longest, InstitutionsFaults.TextTooLong, field, longest)
            .Require(text is null || !text.Any(char.IsControl), InstitutionsFaults.ControlCharacters, field);

    /// <summary>A licence: the number alone, or with the last day on which it holds; not one that has expired.</summary>
    /// <param name="before">the expiry as it stands: what has expired since is shown, and does not stop other changes</param>
    public static FaultList CheckLicence(this FaultList faults, string? number, DateOnly? expiresOn, DateOnly? before, DateOnly today) =>
        faults
            .AllowText(number, "licenceNumber", 64)
            .Require(expiresOn is null || !string.IsNullOrWhiteSpace(number), InstitutionsFaults.LicenceIncomplete, "licenceNumber")
            .Require(expiresOn is null || expiresOn >= today || expiresOn == before, InstitutionsFaults.LicenceExpired, "licenceExpiresOn");
}
