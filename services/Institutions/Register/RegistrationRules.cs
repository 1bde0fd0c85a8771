using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>What a registration must satisfy before anything is stored.</summary>
internal static class RegistrationRules
{
    public const int LongestName = 100;
    public const int LongestReason = 200;

    public static readonly IReadOnlySet<string> Kinds = new HashSet<string>(StringComparer.Ordinal)
    {
        "hospital",
        "community",
        "clinic",
        "pharmacy",
        "decoction",
        "quality",
        "manufacturer",
        "planting",
        "regulator",
        "operator",
    };

    public static FaultList Check(InstitutionRegistration asked, IReadOnlySet<string> regions, Scope scope)
    {
        var faults = new FaultList()
            .Require(InstitutionCode.IsValid(asked.Code), InstitutionsFaults.WrongCode, "code")
            .Require(asked.Kind is not null && Kinds.Contains(asked.Kind), InstitutionsFaults.UnknownKind, "kind")
            .Require(
                asked.RegionCode is not null && regions.Contains(asked.RegionCode) && scope.CoversRegion(asked.RegionCode),
                InstitutionsFaults.UnknownRegion,
                "regionCode"
            )
            .Require(AreCoordinates(asked.Longitude, asked.Latitude), InstitutionsFaults.WrongCoordinates, "longitude")
            .Require((asked.Level?.Length ?? 0) <= 20, InstitutionsFaults.TextTooLong, "level", 20);
        CheckText(faults, asked.NameZh, "nameZh", LongestName);
        CheckText(faults, asked.NameEn, "nameEn", LongestName);
        return faults;
    }

    public static void CheckText(FaultList faults, string? text, string field, int longest)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.Add(InstitutionsFaults.TextMissing, field);
        }
        else if (text.Length > longest)
        {
            faults.Add(InstitutionsFaults.TextTooLong, field, longest);
        }
    }

    private static bool AreCoordinates(double? longitude, double? latitude) =>
        (longitude, latitude) switch
        {
            (null, null) => true,
            ({ } east, { } north) => east is >= -180 and <= 180 && north is >= -90 and <= 90,
            _ => false,
        };
}
