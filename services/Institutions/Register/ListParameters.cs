using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>Filters that every list of the register understands alike.</summary>
internal static class ListParameters
{
    private static readonly string[] States = ["active", "suspended", "dissolved"];

    /// <summary>The digits that the region codes of a subtree start with; null when not asked for.</summary>
    public static string? RegionPrefix(this FaultList faults, string? region)
    {
        faults.Require(region is null || RegionCode.IsWellFormed(region), InstitutionsFaults.UnknownRegion, "region");
        return region is null || faults.Any ? null : RegionCode.SubtreePrefix(region);
    }

    public static FaultList CheckStatus(this FaultList faults, string? status) =>
        faults.Require(status is null || States.Contains(status), InstitutionsFaults.UnknownStatus, "status");
}
