namespace TcmBrain.Traceability.Steps;

/// <summary>Names under which the platform writes its own trace events.</summary>
public sealed record ProfileOptions
{
    /// <summary>The platform's GS1 company prefix, 6 to 11 digits (<c>Gs1:CompanyPrefix</c>). The default is the profile's example, not ours.</summary>
    public string CompanyPrefix { get; init; } = "6901234";

    /// <summary>Vocabulary of the platform's own terms; ends with a slash.</summary>
    public string Vocabulary { get; init; } = "https://tcmbrain.example/voc/";

    /// <summary>A region as a place: this, and its six digits.</summary>
    public string Region { get; init; } = "https://tcmbrain.example/region/";

    public static ProfileOptions Read(IConfiguration configuration)
    {
        var options = new ProfileOptions();
        var prefix = configuration["Gs1:CompanyPrefix"] ?? options.CompanyPrefix;
        return prefix.Length is >= 6 and <= 11 && Identifiers.Gs1.IsDigits(prefix)
            ? options with
            {
                CompanyPrefix = prefix,
            }
            : throw new InvalidOperationException("Gs1:CompanyPrefix has 6 to 11 digits.");
    }
}
