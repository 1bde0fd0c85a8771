using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Resources;

internal static class ResourceEndpoints
{
    public static void MapResources(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/cockpit/resources", ResourcesAsync).RequireAuthorization().AddEndpointFilter<ContentTag>().WithName("ResourceMap");

    /// <summary>Of the caller's part; everybody else than authorities sees the own institution.</summary>
    /// <param name="kind">parted by commas; all when left out</param>
    private static async Task<Ok<ResourceView>> ResourcesAsync(
        ClaimsPrincipal caller,
        ResourceMap map,
        InstitutionRegister register,
        CancellationToken stop,
        string? region = null,
        string? kind = null
    )
    {
        var scope = Audience.Of(caller, region, register).Scope;
        var kinds = string.IsNullOrEmpty(kind)
            ? null
            : kind.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return TypedResults.Ok(await map.OfAsync(scope, kinds, stop));
    }
}
