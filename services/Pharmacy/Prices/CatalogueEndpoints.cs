using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Prices;

/// <summary>A centre's catalogue (供应目录) and its prices by day.</summary>
internal static class CatalogueEndpoints
{
    /// <param name="Entered">0 when all of it counted already</param>
    private sealed record Entered(int Entries);

    private sealed record PriceHistory(IReadOnlyList<PriceChange> Items);

    public static void MapCatalogue(this IEndpointRouteBuilder app)
    {
        var catalogue = app.MapGroup("/api/pharmacy/centres/{code}").RequireAuthorization();
        catalogue.MapGet("/catalogue", ListAsync).WithName("ListOffers");
        catalogue.MapPut("/catalogue", EnterAsync).WithName("EnterOffers").RequireRole(Roles.Admin, Roles.Pharmacist);
        catalogue.MapGet("/prices", HistoryAsync).WithName("ListPriceChanges");
    }

    /// <param name="day">today when left out</param>
    private static async Task<Ok<OfferList>> ListAsync(
        string code,
        CatalogueStore store,
        DateOnly? day,
        string? search,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await store.ListAsync(code, day, search, Page.After<OfferKey>(next), Page.Size(limit), cancellationToken));

    /// <summary>Adds to the history; what a day's price was can be read for ever.</summary>
    private static async Task<Ok<Entered>> EnterAsync(
        string code,
        OfferRequest request,
        CatalogueStore store,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        CentreEndpoints.RequireOwn(caller, code, alsoOperator: false);
        return TypedResults.Ok(new Entered(await store.EnterAsync(code, request, caller.Subject(), cancellationToken)));
    }

    private static async Task<Ok<PriceHistory>> HistoryAsync(
        string code,
        string piece,
        CatalogueStore store,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(new PriceHistory(await store.HistoryAsync(code, piece, cancellationToken)));
}
