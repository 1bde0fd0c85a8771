using TcmBrain.Contracts;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Regions;

/// <summary>GB/T 2260: the digits are the tree.</summary>
internal static class RegionRules
{
    private const int LargestPopulation = 200_000_000;

    /// <param name="parents">those of the request that exist and are not retired</param>
    public static FaultList Check(RegionRequest asked, IReadOnlySet<string> parents)
    {
        var faults = new FaultList();
        if (!RegionCode.IsWellFormed(asked.Code))
        {
            faults.Add(InstitutionsFaults.WrongRegionCode, "code");
        }
        else
        {
            CheckParent(faults, asked.Code!, asked.Parent, parents);
        }

        return faults
            .RequireText(asked.NameZh, "nameZh", 30)
            .RequireText(asked.NameEn, "nameEn", 60)
            .Require(
                asked.Population is null or (>= 0 and <= LargestPopulation),
                InstitutionsFaults.WrongPopulation,
                "population",
                LargestPopulation
            )
            .Require(
                asked is { Longitude: >= -180 and <= 180, Latitude: >= -90 and <= 90 },
                InstitutionsFaults.WrongCoordinates,
                "longitude"
            );
    }

    private static void CheckParent(FaultList faults, string code, string? asked, IReadOnlySet<string> parents)
    {
        var parent = RegionCode.Parent(code);
        if (asked is not null && IsWithin(asked, code))
        {
            faults.Add(InstitutionsFaults.RegionCycle, "parent");
        }
        else
        {
            faults.Require(
                (asked is null || asked == parent) && (parent is null || parents.Contains(parent)),
                InstitutionsFaults.WrongParent,
                "parent"
            );
        }
    }

    private static bool IsWithin(string region, string of) => region.StartsWith(RegionCode.SubtreePrefix(of), StringComparison.Ordinal);
}
