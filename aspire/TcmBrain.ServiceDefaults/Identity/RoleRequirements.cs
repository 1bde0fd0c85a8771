using Microsoft.AspNetCore.Builder;

namespace TcmBrain.ServiceDefaults.Identity;

public static class RoleRequirements
{
    /// <summary>Only callers with one of these roles; others get 403 GEN-0002.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder endpoints, params string[] roles)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireRole(roles));
}
