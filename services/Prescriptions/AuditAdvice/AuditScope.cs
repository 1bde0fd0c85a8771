using System.Security.Claims;
using TcmBrain.Contracts;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.AuditAdvice;

/// <summary>Whose audits a caller may count and try again: as <see cref="Scope"/>, and quality control its region's as a regulator does.</summary>
internal static class AuditScope
{
    public static Scope Of(ClaimsPrincipal caller) =>
        caller.HasRole(Roles.Quality) && !caller.HasRole(Roles.Operator) && caller.RegionPrefix() is { } prefix
            ? new("region_code like $1", [prefix + "%"])
            : Scope.Of(caller);
}
