using System.Security.Claims;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Lots;

/// <summary>From quarantine to release, or not (批次放行).</summary>
internal static class LotEndpoints
{
    internal sealed record ReleaseRequest(IReadOnlyList<LotTest>? Tests);

    internal sealed record ReasonRequest(string? Reason);

    private sealed record LotItem(
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
        IReadOnlyList<LotLimit> Limits
    );

    private sealed record DecisionAnswer(Guid LotId, string State, bool Recorded);

    public static void MapLots(this IEndpointRouteBuilder app)
    {
        var lots = app.MapGroup("/api/quality/lots");
        lots.MapGet("", ListAsync).RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator);
        lots.MapPost("/{lotId:guid}/release", ReleaseAsync).RequireRole(Roles.Quality);
        lots.MapPost("/{lotId:guid}/reject", RejectAsync).RequireRole(Roles.Quality);
        lots.MapPost("/{lotId:guid}/recall", RecallAsync).RequireRole(Roles.Quality);
    }

    /// <summary>Lots in sight, accepted first in front, each with the limits its piece is held against.</summary>
    private static async Task<IResult> ListAsync(
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
                   accepted_at, state, decided_at, decided_name, reason
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
                    limits.Of(piece)
                )
            );
        }

        return TypedResults.Ok(new { items, next = page.Next(items.Count, () => (items[^1].AcceptedAt, items[^1].LotId)) });
    }

    private static async Task<IResult> ReleaseAsync(
        Guid lotId,
        ReleaseRequest request,
        LotDecision decision,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => Answer(lotId, Lot.Released, await decision.ReleaseAsync(lotId, request.Tests, caller, cancellationToken));

    private static async Task<IResult> RejectAsync(
        Guid lotId,
        ReasonRequest request,
        LotDecision decision,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => Answer(lotId, Lot.Rejected, await decision.RejectAsync(lotId, request.Reason, caller, cancellationToken));

    private static async Task<IResult> RecallAsync(
        Guid lotId,
        ReasonRequest request,
        LotDecision decision,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) => Answer(lotId, Lot.Recalled, await decision.RecallAsync(lotId, request.Reason, caller, cancellationToken));

    private static IResult Answer(Guid lotId, string state, bool recorded) => TypedResults.Ok(new DecisionAnswer(lotId, state, recorded));
}
