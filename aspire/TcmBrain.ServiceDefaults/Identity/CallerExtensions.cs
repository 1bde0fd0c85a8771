using System.Security.Claims;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>Who is calling, from the checked token.</summary>
public static class CallerExtensions
{
    /// <summary>Client id or user name.</summary>
    public static string Subject(this ClaimsPrincipal caller) => caller.FindFirstValue("sub") ?? "";

    public static string DisplayName(this ClaimsPrincipal caller) => caller.FindFirstValue(TokenRules.NameClaim) ?? caller.Subject();

    /// <summary>
    /// 统一社会信用代码 of the caller's institution, for the WHERE of its queries. Empty (which matches nothing) when the token has none.
    /// </summary>
    public static string InstitutionCode(this ClaimsPrincipal caller) => caller.FindFirstValue(TokenRules.InstitutionClaim) ?? "";

    /// <summary>GB/T 2260 code of the caller's county, city or province; empty when the token has none.</summary>
    public static string RegionCode(this ClaimsPrincipal caller) => caller.FindFirstValue(TokenRules.RegionClaim) ?? "";

    /// <summary>
    /// What the codes of all regions below the caller's begin with, for the WHERE of its queries. Null when the token has no region, which is
    /// not every region.
    /// </summary>
    public static string? RegionPrefix(this ClaimsPrincipal caller) =>
        caller.RegionCode() is var region && Contracts.RegionCode.IsWellFormed(region) ? Contracts.RegionCode.SubtreePrefix(region) : null;

    public static IReadOnlyList<string> Roles(this ClaimsPrincipal caller) =>
        [.. caller.FindAll(TokenRules.RoleClaim).Select(claim => claim.Value)];

    public static bool HasRole(this ClaimsPrincipal caller, string role) => caller.HasClaim(TokenRules.RoleClaim, role);

    public static bool HasAnyRole(this ClaimsPrincipal caller, params ReadOnlySpan<string> roles)
    {
        foreach (var role in roles)
        {
            if (caller.HasRole(role))
            {
                return true;
            }
        }

        return false;
    }
}
