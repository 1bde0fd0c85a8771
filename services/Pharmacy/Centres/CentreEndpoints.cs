using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Centres;

/// <summary>Centres, what they can do, and their closing. A centre's own people change it; the platform's operators may close any.</summary>
internal static class CentreEndpoints
{
    private sealed record CentreKey(string Code);

    public static void MapCentres(this IEndpointRouteBuilder app)
    {
        var centres = app.MapGroup("/api/pharmacy/centres").RequireAuthorization();
        centres.MapGet("", ListAsync).WithName("ListCentres");
        centres.MapGet("/{code}", ReadAsync).WithName("ReadCentre");
        centres.MapPut("/{code}", SaveAsync).WithName("SaveCentre").RequireRole(Roles.Admin, Roles.Pharmacist);
        centres.MapPost("/{code}/close", CloseAsync).WithName("CloseCentre").RequireRole(Roles.Admin, Roles.Pharmacist, Roles.Operator);
        centres.MapPost("/{code}/reopen", ReopenAsync).WithName("ReopenCentre").RequireRole(Roles.Admin, Roles.Pharmacist, Roles.Operator);
    }

    private static async Task<Ok<CentreList>> ListAsync(CentreStore store, string? next, int? limit, CancellationToken cancellationToken)
    {
        var size = Page.Size(limit);
        var items = await store.ListAsync(Page.After<CentreKey>(next)?.Code, size, cancellationToken);
        return TypedResults.Ok(new CentreList(items, items.Count == size ? Page.Token(new CentreKey(items[^1].Code)) : null));
    }

    /// <summary>The ETag is the version of the profile.</summary>
    private static async Task<Ok<CentreView>> ReadAsync(
        string code,
        CentreStore store,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var centre = await store.ReadAsync(code, cancellationToken);
        VersionTag.Write(context, centre.Version);
        return TypedResults.Ok(centre);
    }

    /// <summary>Replaces the profile. If-Match must be the ETag that was read.</summary>
    private static async Task<Ok<CentreView>> SaveAsync(
        string code,
        ProfileRequest profile,
        CentreStore store,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        RequireOwn(caller, code, alsoOperator: false);
        await store.SaveAsync(code, profile, VersionOf(context.Request), caller.Subject(), cancellationToken);
        return await ReadAsync(code, store, context, cancellationToken);
    }

    /// <summary>Needs no version: a centre that has to close at once does not read first.</summary>
    private static async Task<Ok<CentreView>> CloseAsync(
        string code,
        ClosingRequest request,
        CentreStore store,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        RequireOwn(caller, code, alsoOperator: true);
        await store.CloseAsync(code, request, caller.Subject(), cancellationToken);
        return await ReadAsync(code, store, context, cancellationToken);
    }

    private static async Task<Ok<CentreView>> ReopenAsync(
        string code,
        CentreStore store,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        RequireOwn(caller, code, alsoOperator: true);
        await store.ReopenAsync(code, caller.Subject(), cancellationToken);
        return await ReadAsync(code, store, context, cancellationToken);
    }

    /// <summary>Another's centre answers as one that is not there.</summary>
    public static void RequireOwn(ClaimsPrincipal caller, string code, bool alsoOperator)
    {
        if (caller.InstitutionCode() != code && !(alsoOperator && caller.HasRole(Roles.Operator)))
        {
            throw PharmacyFaults.CentreNotFound.Exception("code");
        }
    }

    /// <exception cref="FaultException">PHA-0802 without If-Match, PHA-0803 when it cannot be one of ours</exception>
    private static int VersionOf(HttpRequest request) =>
        VersionTag.Read(
            request,
            () => PharmacyFaults.CentreIfMatchMissing.Exception("If-Match"),
            () => PharmacyFaults.CentreStale.Exception("If-Match", "?")
        );
}
