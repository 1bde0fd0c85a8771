using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Quality.Certificates;
using TcmBrain.Quality.Suppliers;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Lots;

/// <summary>From quarantine to release, or not (批次放行).</summary>
internal static class LotEndpoints
{
    internal sealed record LotList(IReadOnlyList<LotItem> Items, string? Next);

    internal sealed record ReasonRequest(string? Reason);

    internal sealed record LotItem(
        Guid LotId,
        string CentreCode,
        string Piece,
        string LotNumber,
        string Supplier,
        string Origin,
        long QuantityMilligrams,
        DateOnly ProducedOn,
        DateOnly ExpiresOn,
        string AcceptedBy,
        DateTimeOffset AcceptedAt,
        string State,
        DateTimeOffset? DecidedAt,
        string? DecidedBy,
        string? Reason,
        string Grade,
        IReadOnlyList<LotLimit> Limits
    );

    internal sealed record DecisionAnswer(Guid LotId, string State, bool Recorded);

    public static void MapLots(this IEndpointRouteBuilder app)
    {
        var lots = app.MapGroup("/api/quality/lots").WithTags("lots");
        lots.MapGet("", ListAsync).RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator).WithName("ListLotsForRelease");
        lots.MapGet("/{lotId:guid}", ReadAsync)
            .RequireRole(Roles.Quality, Roles.Dispenser, Roles.Regulator, Roles.Operator)
            .WithName("ReadLotForRelease");
        lots.MapPost("/{lotId:guid}/release", ReleaseAsync).RequireRole(Roles.Quality).WithName("ReleaseLot");
        lots.MapPost("/{lotId:guid}/reject", RejectAsync).RequireRole(Roles.Quality).WithName("RejectLot");
        lots.MapPost("/{lotId:guid}/recall", RecallAsync).RequireRole(Roles.Quality).WithName("RecallLot");
        lots.MapPost("/{lotId:guid}/results", ReportAsync).RequireRole(Roles.Quality).WithName("ReportResults");
        lots.MapPost("/{lotId:guid}/results/{resultId:guid}/correction", CorrectAsync).RequireRole(Roles.Quality).WithName("CorrectResult");
        lots.MapPost("/{lotId:guid}/results/{resultId:guid}/retest", RetestAsync).RequireRole(Roles.Quality).WithName("Retest");
        app.MapCertificates();
        app.MapSuppliers();
    }

    /// <summary>Lots in sight, accepted first in front, each with the limits its piece is held against.</summary>
    private static async Task<Ok<LotList>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        LotLimits limits,
        IOptions<SupervisionSettings> supervision,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        if (state is not null && !Lot.States.Contains(state))
        {
            throw QualityFaults.UnknownState.Exception("state", state);
        }

        var page = Page.Of(next, limit, QualityFaults.BadPage);
        await using var command = database.CreateCommand(
            $"""
            select lot_id, centre_code, piece, lot_number, supplier, origin, quantity_milligrams, produced_on, expires_on, accepted_by,
                   accepted_at, state, decided_at, decided_name, reason, grade
            from quality.lot
            where (@state is null or state = @state) and (accepted_at, lot_id) > (@after_time, @after_id) and {Sight.Centre}
            order by accepted_at, lot_id limit @limit
            """
        );
        Sight.Of(caller, supervision.Value).Guard(command);
        page.Bind(command);
        command.Parameters.Add(new NpgsqlParameter<string?>("state", state));
        var items = new List<LotItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var piece = reader.GetString(2);
            items.Add(
                new LotItem(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    piece,
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetString(5),
                    reader.GetInt64(6),
                    reader.GetFieldValue<DateOnly>(7),
                    reader.GetFieldValue<DateOnly>(8),
                    reader.GetString(9),
                    reader.GetFieldValue<DateTimeOffset>(10),
                    reader.GetString(11),
                    reader.MomentAt(12),
                    reader.TextAt(13),
                    reader.TextAt(14),
                    reader.GetString(15),
                    limits.Of(piece, reader.GetFieldValue<DateOnly>(7))
                )
            );
        }

        return TypedResults.Ok(new LotList(items, page.Next(items.Count, () => (items[^1].AcceptedAt, items[^1].LotId))));
    }

    private static async Task<Ok<DecisionAnswer>> ReleaseAsync(
        Guid lotId,
        ReleaseRequest request,
        LotDecision decision,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => Answer(lotId, Lot.Released, await decision.ReleaseAsync(lotId, request, caller, cancellationToken));

    private static async Task<Ok<DecisionAnswer>> RejectAsync(
        Guid lotId,
        ReasonRequest request,
        LotDecision decision,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => Answer(lotId, Lot.Rejected, await decision.RejectAsync(lotId, request.Reason, caller, cancellationToken));

    private static async Task<Ok<DecisionAnswer>> RecallAsync(
        Guid lotId,
        ReasonRequest request,
        LotDecision decision,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => Answer(lotId, Lot.Recalled, await decision.RecallAsync(lotId, request.Reason, caller, cancellationToken));

    /// <summary>One lot: its limits beside its results, its certificates, and what the rule would grade it.</summary>
    private static async Task<Ok<LotView>> ReadAsync(
        Guid lotId,
        LotReader reader,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await reader.ReadAsync(caller, lotId, cancellationToken));

    private static async Task<Ok<LotView>> ReportAsync(
        Guid lotId,
        ResultsRequest request,
        ResultDesk desk,
        LotReader reader,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.ReportAsync(lotId, request, caller, cancellationToken);
        return TypedResults.Ok(await reader.ReadAsync(caller, lotId, cancellationToken));
    }

    private static async Task<Ok<LotView>> CorrectAsync(
        Guid lotId,
        Guid resultId,
        AmendRequest request,
        ResultDesk desk,
        LotReader reader,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.CorrectAsync(lotId, resultId, request, caller, cancellationToken);
        return TypedResults.Ok(await reader.ReadAsync(caller, lotId, cancellationToken));
    }

    private static async Task<Ok<LotView>> RetestAsync(
        Guid lotId,
        Guid resultId,
        AmendRequest request,
        ResultDesk desk,
        LotReader reader,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.RetestAsync(lotId, resultId, request, caller, cancellationToken);
        return TypedResults.Ok(await reader.ReadAsync(caller, lotId, cancellationToken));
    }

    private static Ok<DecisionAnswer> Answer(Guid lotId, string state, bool recorded) =>
        TypedResults.Ok(new DecisionAnswer(lotId, state, recorded));
}
