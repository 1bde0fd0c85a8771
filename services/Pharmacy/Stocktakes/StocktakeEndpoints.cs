using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Stocktakes;

internal static class StocktakeEndpoints
{
    private static readonly string[] Readers = [Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Quality, Roles.Regulator];

    private sealed record Opened(Guid StocktakeId, long Lots, bool Recorded);

    private sealed record CountsRequest(CountRequest[]? Counts);

    private sealed record Counted(Guid StocktakeId, int Lots);

    private sealed record CancelRequest(string? Reason);

    private sealed record Ended(Guid StocktakeId, string State, int Differences, bool Recorded);

    private sealed record StocktakeItem(
        Guid StocktakeId,
        string Number,
        string CentreCode,
        string State,
        string Scope,
        long Lots,
        long Counted,
        long Differing,
        string OpenedBy,
        DateTimeOffset OpenedAt,
        string? SignedBy,
        DateTimeOffset? EndedAt,
        string Reason
    );

    /// <param name="SnapshotMilligrams">What the books said when it was opened.</param>
    /// <param name="BookMilligrams">What they said when it was counted; null before.</param>
    private sealed record StocktakeLot(
        Guid LotId,
        string Piece,
        string LotNumber,
        string? Position,
        string Status,
        long SnapshotMilligrams,
        long? BookMilligrams,
        long? CountedMilligrams,
        long? DifferenceMilligrams,
        string? CountedBy,
        DateTimeOffset? CountedAt,
        string Note
    );

    /// <param name="CountedByYou">Whether the caller has counted: then somebody else signs.</param>
    private sealed record StocktakeView(StocktakeItem Stocktake, bool CountedByYou, IReadOnlyList<StocktakeLot> Lots);

    public static void MapStocktakes(this IEndpointRouteBuilder app)
    {
        var stocktakes = app.MapGroup("/api/pharmacy/stocktakes");
        stocktakes.MapGet("", ListAsync).WithName("ListStocktakes").RequireRole(Readers);
        stocktakes.MapGet("/{stocktakeId:guid}", ReadAsync).WithName("ReadStocktake").RequireRole(Readers);
        stocktakes
            .MapPut("/{stocktakeId:guid}", OpenAsync)
            .WithName("OpenStocktake")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);
        stocktakes.MapPost("/{stocktakeId:guid}/counts", CountAsync).WithName("CountLots").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        stocktakes
            .MapPost("/{stocktakeId:guid}/sign", SignAsync)
            .WithName("SignStocktake")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);
        stocktakes
            .MapPost("/{stocktakeId:guid}/cancel", CancelAsync)
            .WithName("CancelStocktake")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);
    }

    /// <summary>201 with how many lots are to be counted; 200 when it was opened before. The id is the caller's.</summary>
    private static async Task<Results<Created<Opened>, Ok<Opened>>> OpenAsync(
        Guid stocktakeId,
        StocktakeRequest request,
        StocktakeDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (lots, recorded) = await desk.OpenAsync(stocktakeId, request, Person.Of(caller), cancellationToken);
        var answer = new Opened(stocktakeId, lots, recorded);
        return recorded ? TypedResults.Created($"/api/pharmacy/stocktakes/{stocktakeId}", answer) : TypedResults.Ok(answer);
    }

    private static async Task<Ok<Counted>> CountAsync(
        Guid stocktakeId,
        CountsRequest request,
        StocktakeDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.CountAsync(stocktakeId, request.Counts, Person.Of(caller), cancellationToken);
        return TypedResults.Ok(new Counted(stocktakeId, request.Counts!.Length));
    }

    private static async Task<Ok<Ended>> SignAsync(
        Guid stocktakeId,
        StocktakeSigning signing,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (recorded, differences) = await signing.SignAsync(stocktakeId, Person.Of(caller), cancellationToken);
        return TypedResults.Ok(new Ended(stocktakeId, "signed", differences, recorded));
    }

    private static async Task<Ok<Ended>> CancelAsync(
        Guid stocktakeId,
        CancelRequest request,
        StocktakeDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            new Ended(
                stocktakeId,
                "cancelled",
                0,
                await desk.CancelAsync(stocktakeId, request.Reason, Person.Of(caller), cancellationToken)
            )
        );

    private const string Items = """
        select s.id, s.number, s.centre_code, s.state, s.scope, count(*), count(t.counted), count(*) filter (where t.counted <> t.book),
               s.opened_by_name, s.opened_at, s.signed_by_name, s.ended_at, s.reason
        from pharmacy.stocktakes s
        join pharmacy.institutions c on c.code = s.centre_code
        join pharmacy.stocktake_lots t on t.stocktake_id = s.id
        """;

    private static StocktakeItem ReadItem(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetString(1),
            r.GetString(2),
            r.GetString(3),
            r.GetString(4),
            r.GetInt64(5),
            r.GetInt64(6),
            r.GetInt64(7),
            r.GetString(8),
            r.Instant(9),
            r.Text(10),
            r.InstantOrNull(11),
            r.GetString(12)
        );

    /// <summary>The newest first.</summary>
    private static async Task<Ok<Paged<StocktakeItem>>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        await using var command = database.CreateCommand(
            $"""
            {Items}
            where (@state::text is null or s.state = @state)
              and (@at::timestamptz is null or (s.opened_at, s.id) < (@at, @id)) and {Sight.OfCentre}
            group by s.id
            order by s.opened_at desc, s.id desc limit @limit
            """
        );
        Sight.Of(caller).Guard(command).Page(Page.After<DocumentKey>(next), size);
        command.Parameters.Add(new NpgsqlParameter<string?>("state", state));
        var items = await command.ListAsync(ReadItem, cancellationToken);
        return TypedResults.Ok(Page.Cut(items, size, s => new DocumentKey(s.OpenedAt, s.StocktakeId)));
    }

    private static async Task<Ok<StocktakeView>> ReadAsync(
        Guid stocktakeId,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            {Items}
            where s.id = @id and {Sight.OfCentre}
            group by s.id;
            select t.lot_id, l.piece, l.lot_number, l.position, l.status, t.snapshot, t.book, t.counted, t.counted - t.book,
                   t.counted_by_name, t.counted_at, t.note, coalesce(t.counted_by = @subject, false)
            from pharmacy.stocktake_lots t join pharmacy.lots l on l.id = t.lot_id
            where t.stocktake_id = @id order by l.position nulls last, l.piece, l.expires_on, l.id
            """
        );
        command.Parameters.AddWithValue("id", stocktakeId);
        command.Parameters.AddWithValue("subject", caller.Subject());
        Sight.Of(caller).Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw PharmacyFaults.StocktakeNotFound.Exception("stocktakeId");
        }

        var item = ReadItem(reader);
        await reader.NextResultAsync(cancellationToken);
        var own = false;
        var lots = await reader.RowsAsync(
            r =>
            {
                own |= r.GetBoolean(12);
                return new StocktakeLot(
                    r.GetGuid(0),
                    r.GetString(1),
                    r.GetString(2),
                    r.Text(3),
                    r.GetString(4),
                    r.GetInt64(5),
                    r.NumberOrNull(6),
                    r.NumberOrNull(7),
                    r.NumberOrNull(8),
                    r.Text(9),
                    r.InstantOrNull(10),
                    r.GetString(11)
                );
            },
            cancellationToken
        );
        return TypedResults.Ok(new StocktakeView(item, own, lots));
    }
}
