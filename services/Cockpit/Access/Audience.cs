using System.Security.Claims;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Cockpit.Access;

/// <summary>Whose numbers a caller gets to see (可见范围): a region's subtree, or the caller's own institution.</summary>
/// <param name="SeesReferences">True when the hospital's prescription numbers may be shown: to the institution itself only.</param>
public sealed record Audience(Scope Scope, bool SeesReferences)
{
    /// <summary>
    /// Operators see every region, regulators the subtree of theirs; anybody else their own institution, for which
    /// <paramref name="region"/> must not be given.
    /// </summary>
    /// <exception cref="FaultException">404 when the region is unknown or not the caller's, 403 when the caller belongs nowhere</exception>
    public static Audience Of(ClaimsPrincipal caller, string? region, InstitutionRegister register)
    {
        if (caller.HasRole(Roles.Operator))
        {
            return new(Within("", region), SeesReferences: false);
        }

        if (caller.HasRole(Roles.Regulator) && caller.RegionPrefix() is not null)
        {
            return new(Within(caller.RegionCode(), region), SeesReferences: false);
        }

        if (caller.InstitutionCode() is not { Length: > 0 } institution)
        {
            throw GeneralFaults.Forbidden.Exception();
        }

        if (!string.IsNullOrEmpty(region))
        {
            throw CockpitFaults.UnknownRegion.Exception("region");
        }

        return OfInstitution(caller, institution, register);
    }

    /// <summary>The institution asked for, else the region, else the caller's own.</summary>
    public static Audience Asked(ClaimsPrincipal caller, string? region, string? institution, InstitutionRegister register) =>
        string.IsNullOrEmpty(institution) ? Of(caller, region, register) : OfInstitution(caller, institution, register);

    /// <summary>The numbers of one institution: to itself, to its region's regulators and to operators.</summary>
    /// <exception cref="FaultException">404 when the institution is unknown or not within the caller's reach</exception>
    public static Audience OfInstitution(ClaimsPrincipal caller, string institution, InstitutionRegister register)
    {
        var card = register.Find(institution);
        var own = institution.Length > 0 && caller.InstitutionCode() == institution;
        var supervised =
            caller.HasRole(Roles.Regulator)
            && caller.RegionPrefix() is { } prefix
            && card?.Region?.StartsWith(prefix, StringComparison.Ordinal) == true;
        if (!own && !supervised && !(card is not null && caller.HasRole(Roles.Operator)))
        {
            throw CockpitFaults.UnknownInstitution.Exception("institution");
        }

        var scope = card?.Kind is "pharmacy" or "decoction" ? Scope.OfCentre(institution) : Scope.OfInstitution(institution);
        return new(scope, SeesReferences: own);
    }

    public bool Sees(TickerEvent e, InstitutionRegister register)
    {
        if (Scope.Kind != Scope.RegionKind)
        {
            return e.Institution == Scope.Code || e.Centre == Scope.Code;
        }

        if (Scope == Scope.Everywhere)
        {
            return true;
        }

        var region = e.Region ?? (e.Centre is null ? null : register.Find(e.Centre)?.Region);
        return region is not null && region.StartsWith(RegionCode.SubtreePrefix(Scope.Code), StringComparison.Ordinal);
    }

    private static Scope Within(string own, string? asked)
    {
        if (string.IsNullOrEmpty(asked))
        {
            return own.Length == 0 ? Scope.Everywhere : Scope.OfRegion(own);
        }

        if (asked == Scope.Everywhere.Code && own.Length == 0)
        {
            return Scope.Everywhere;
        }

        var prefix = own.Length == 0 ? "" : RegionCode.SubtreePrefix(own);
        return RegionCode.IsWellFormed(asked) && asked.StartsWith(prefix, StringComparison.Ordinal)
            ? Scope.OfRegion(asked)
            : throw CockpitFaults.UnknownRegion.Exception("region");
    }
}
