using System.Security.Claims;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Cockpit.Indicators.Plans;

/// <summary>How far a caller reaches (管辖范围): a regulator its region's subtree, the operator everywhere.</summary>
/// <param name="Home">region of the caller; 000000 for the operator</param>
/// <param name="Prefix">what the codes of all regions below begin with; empty for everywhere</param>
/// <param name="Above">the regions above the caller's, whose plans it reads because they count it too</param>
/// <param name="Name">client id or user name</param>
/// <param name="Institution">统一社会信用代码</param>
public sealed record Reach(string Home, string Prefix, string[] Above, string Name, string Institution)
{
    /// <exception cref="FaultException">403: indicators are for authorities</exception>
    public static Reach Of(ClaimsPrincipal caller)
    {
        if (caller.HasRole(Roles.Operator))
        {
            return new(Folding.Scope.Everywhere.Code, "", [], caller.Subject(), caller.InstitutionCode());
        }

        if (!caller.HasRole(Roles.Regulator) || caller.RegionPrefix() is not { } prefix)
        {
            throw GeneralFaults.Forbidden.Exception();
        }

        var above = new List<string>();
        for (var at = RegionCode.Parent(caller.RegionCode()); at is not null; at = RegionCode.Parent(at))
        {
            above.Add(at);
        }

        return new(caller.RegionCode(), prefix, [.. above], caller.Subject(), caller.InstitutionCode());
    }

    /// <summary>The platform itself, which brings the plans that come with it.</summary>
    public static Reach Platform { get; } = new(Folding.Scope.Everywhere.Code, "", [], "tcmbrain", "");

    public bool Covers(string region) => region.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The asked region when it is within reach, else the caller's own when none is asked.</summary>
    /// <exception cref="FaultException">COC-0101</exception>
    public string Within(string? asked) =>
        string.IsNullOrEmpty(asked) ? Home
        : asked == Home || RegionCode.IsWellFormed(asked) && Covers(asked) ? asked
        : throw CockpitFaults.UnknownRegion.Exception("region");

    /// <summary>Whether <paramref name="upper"/> lies above <paramref name="lower"/>, not at it.</summary>
    public static bool IsAbove(string upper, string lower) =>
        upper != lower
        && (
            upper == Folding.Scope.Everywhere.Code
            || RegionCode.IsWellFormed(upper) && lower.StartsWith(RegionCode.SubtreePrefix(upper), StringComparison.Ordinal)
        );
}
