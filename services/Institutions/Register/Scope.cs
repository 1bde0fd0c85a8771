using System.Security.Claims;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Register;

/// <summary>
/// Which institutions a caller may see and change, as it goes into the WHERE of every query: operators all, regulators and quality
/// controllers their region's subtree, everybody else their own. What lies outside looks as if it did not exist.
/// </summary>
internal sealed record Scope(bool All, string? RegionPrefix, string OwnCode)
{
    /// <summary>To be used over <c>institutions.institution i</c> with parameters all, regionPrefix and ownCode.</summary>
    public const string Sql = "(@all or i.region_code like @regionPrefix || '%' or i.code = @ownCode)";

    public static Scope Of(ClaimsPrincipal caller) =>
        caller.HasAnyRole(Roles.Operator, Roles.Service) ? new Scope(true, null, "")
        : caller.HasAnyRole(Roles.Regulator, Roles.Quality) && caller.RegionPrefix() is { } region
            ? new Scope(false, region, caller.InstitutionCode())
        : new Scope(false, null, caller.InstitutionCode());

    public bool CoversRegion(string region) => All || RegionPrefix is not null && region.StartsWith(RegionPrefix, StringComparison.Ordinal);

    public bool Covers(string institutionCode, string region) => CoversRegion(region) || !All && institutionCode == OwnCode;

    /// <summary>As <see cref="Sql"/>, but only the one condition that counts, so that a region is one range of an index.</summary>
    /// <param name="region">the column with the region</param>
    /// <param name="own">what holds of the caller's own institution, whose code is @scope_own</param>
    public Conditions Restrict(Conditions where, string region, string own) =>
        All ? where
        : RegionPrefix is null ? where.And(own, ("scope_own", OwnCode))
        // An institution with rights over a region lies in that region.
        : where.And($"{region} collate \"C\" like @scope_region || '%'", ("scope_region", RegionPrefix));
}
