using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Stock;

internal static class GoodsInEndpoints
{
    private sealed record Accepted(Guid LotId, bool Recorded);

    public static void MapGoodsIn(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/pharmacy/goods-in", AcceptAsync).WithName("AcceptLot").RequireRole(Roles.Dispenser, Roles.Admin);

    /// <summary>201 with the lot's id; 200 with the same id when it had been accepted before.</summary>
    private static async Task<Results<Created<Accepted>, Ok<Accepted>>> AcceptAsync(
        Delivery delivery,
        GoodsIn goodsIn,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (lot, recorded) = await goodsIn.AcceptAsync(delivery, Person.Of(caller), cancellationToken);
        var answer = new Accepted(lot, recorded);
        return recorded ? TypedResults.Created($"/api/pharmacy/lots/{lot}", answer) : TypedResults.Ok(answer);
    }
}
