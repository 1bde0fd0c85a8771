using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Practitioners;

internal static class PractitionerRules
{
    private static readonly IReadOnlySet<string> Categories = new HashSet<string>(StringComparer.Ordinal)
    {
        "physician",
        "pharmacist",
        "dispenser",
        "decoction-worker",
    };

    public static FaultList Check(PractitionerRegistration asked)
    {
        var faults = new FaultList()
            .Require(
                asked.Code is { Length: >= 6 and <= 32 } code && code.All(char.IsAsciiLetterOrDigit),
                InstitutionsFaults.WrongPractitionerCode,
                "code"
            )
            .Require(asked.Category is not null && Categories.Contains(asked.Category), InstitutionsFaults.UnknownCategory, "category")
            .Require((asked.Title?.Length ?? 0) <= 20, InstitutionsFaults.TextTooLong, "title", 20)
            // 处方管理办法: prescribing rights follow the physician's licence.
            .Require(
                asked.Category is null or "physician" || !(asked.MayPrescribeToxic || asked.MayPrescribeNarcotic),
                InstitutionsFaults.RightsWithoutLicence,
                asked.MayPrescribeToxic ? "mayPrescribeToxic" : "mayPrescribeNarcotic"
            );
        RegistrationRules.CheckText(faults, asked.Name, "name", 50);
        return faults;
    }
}
