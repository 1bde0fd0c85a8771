using System.Security.Claims;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Traceability.Graph;

namespace TcmBrain.Traceability.Recalls;

/// <summary>Recalls with their progress (召回).</summary>
internal static class RecallEndpoints
{
    private const int MostRows = 500;

    public static void AddRecalls(this IServiceCollection services)
    {
        services.AddSingleton<RecallSearch>();
        services.AddSingleton<RecallDesk>();
        services.AddSingleton<RecallBoard>();
        services.AddSingleton<IGraphListener, RecallListener>();
    }

    public static void MapRecalls(this IEndpointRouteBuilder app)
    {
        var recalls = app.MapGroup("/api/traceability/recalls");
        recalls
            .MapPost("", IssueAsync)
            .RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator, Roles.Service)
            .WithName("IssueRecall")
            .Produces<RecallAnswer>()
            .Produces<RecallAnswer>(201);
        recalls.MapGet("", ListAsync).WithName("ListRecalls").Produces<RecallList>();
        recalls.MapGet("/{recallId:guid}", ReadAsync).WithName("ReadRecall").Produces<RecallAnswer>();
        recalls.MapGet("/{recallId:guid}/items", ItemsAsync).WithName("ListRecallItems").Produces<RecallItems>();
        recalls
            .MapPost("/{recallId:guid}/outcomes", SettleAsync)
            .RequireRole(Roles.Quality, Roles.Pharmacist, Roles.Admin, Roles.Regulator, Roles.Operator, Roles.Service)
            .WithName("SettleRecallItems")
            .Produces<OutcomeAnswer>();
        recalls
            .MapPost("/{recallId:guid}/close", CloseAsync)
            .RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator, Roles.Service)
            .WithName("CloseRecall")
            .Produces<RecallAnswer>();
    }

    /// <summary>201 with the full list's counts; 200 for a request told again and for a drill.</summary>
    private static async Task<IResult> IssueAsync(
        RecallRequest request,
        ClaimsPrincipal caller,
        RecallDesk desk,
        CancellationToken cancellationToken
    )
    {
        var (answer, isNew) = await desk.IssueAsync(request, RecallSight.Of(caller), cancellationToken);
        return isNew && !answer.Drill
            ? TypedResults.Created($"/api/traceability/recalls/{answer.RecallId}", answer)
            : TypedResults.Ok(answer);
    }

    private static async Task<IResult> ListAsync(
        ClaimsPrincipal caller,
        RecallBoard board,
        CancellationToken cancellationToken,
        string? state = null,
        string? next = null,
        int limit = 50
    )
    {
        var faults = new FaultList();
        faults.Require(state is null or "open" or "closed", TraceabilityFaults.RecallMissing, "state");
        faults.Require(limit is >= 1 and <= 100, TraceabilityFaults.OutOfRange, "limit", 1, 100);
        faults.ThrowIfAny();
        return TypedResults.Ok(
            await board.ListAsync(RecallSight.Of(caller), state is null ? null : state == "open", next, limit, cancellationToken)
        );
    }

    private static async Task<IResult> ReadAsync(
        Guid recallId,
        ClaimsPrincipal caller,
        RecallBoard board,
        CancellationToken cancellationToken
    ) =>
        await board.ReadAsync(recallId, RecallSight.Of(caller), cancellationToken) is { } recall
            ? TypedResults.Ok(recall)
            : throw TraceabilityFaults.RecallNotFound.Exception("recallId");

    private static async Task<IResult> ItemsAsync(
        Guid recallId,
        ClaimsPrincipal caller,
        RecallBoard board,
        CancellationToken cancellationToken,
        string? institution = null,
        bool? settled = null,
        string? next = null,
        int limit = 100
    )
    {
        new FaultList().Require(limit is >= 1 and <= MostRows, TraceabilityFaults.OutOfRange, "limit", 1, MostRows).ThrowIfAny();
        return await board.ItemsAsync(recallId, RecallSight.Of(caller), institution, settled, next, limit, cancellationToken) is { } items
            ? TypedResults.Ok(items)
            : throw TraceabilityFaults.RecallNotFound.Exception("recallId");
    }

    private static async Task<IResult> SettleAsync(
        Guid recallId,
        OutcomeRequest request,
        ClaimsPrincipal caller,
        RecallDesk desk,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await desk.SettleAsync(recallId, request, RecallSight.Of(caller), cancellationToken));

    private static async Task<IResult> CloseAsync(
        Guid recallId,
        CloseRequest request,
        ClaimsPrincipal caller,
        RecallDesk desk,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await desk.CloseAsync(recallId, request, RecallSight.Of(caller), cancellationToken));
}
