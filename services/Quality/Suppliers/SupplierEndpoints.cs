using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Suppliers;

/// <summary>Suppliers' scores (供应商评分) over a period, down to the lots behind them.</summary>
internal static class SupplierEndpoints
{
    private const int MostDays = 366;
    private const int MostLots = 1_000;

    internal sealed record SupplierItem(string Supplier, int Lots, decimal? Score, IReadOnlyList<ScorePart> Parts);

    internal sealed record SupplierList(
        DateOnly From,
        DateOnly Until,
        IReadOnlyList<SupplierWeight> Weights,
        IReadOnlyList<SupplierItem> Items
    );

    internal sealed record SupplierCard(
        string Supplier,
        DateOnly From,
        DateOnly Until,
        IReadOnlyList<SupplierWeight> Weights,
        ScoreCard Score,
        IReadOnlyList<SupplierLot> Lots,
        int LotCount
    );

    public static void MapSuppliers(this IEndpointRouteBuilder app)
    {
        var suppliers = app.MapGroup("/api/quality/suppliers")
            .WithTags("suppliers")
            .RequireRole(Roles.Quality, Roles.Dispenser, Roles.Regulator, Roles.Operator);
        suppliers.MapGet("", ListAsync).WithName("ListSupplierScores");
        suppliers.MapGet("/card", ReadAsync).WithName("ReadSupplierScore");
    }

    /// <summary>All that delivered within the period (the last 180 days), the lowest score in front.</summary>
    private static async Task<Ok<SupplierList>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        TimeProvider time,
        DateOnly? from,
        DateOnly? until,
        CancellationToken cancellationToken
    )
    {
        var (first, last) = Period(from, until, time);
        var weights = SupplierWeight.Load();
        var lots = await LotsAsync(caller, database, supervision.Value, null, first, last, cancellationToken);
        var items = lots.GroupBy(l => l.Supplier)
            .Select(g =>
            {
                var card = SupplierScore.Of([.. g], weights, time.GetUtcNow());
                return new SupplierItem(g.Key, g.Count(), card.Score, card.Parts);
            })
            .OrderBy(i => i.Score ?? 101)
            .ThenBy(i => i.Supplier, StringComparer.Ordinal);
        return TypedResults.Ok(new SupplierList(first, last, weights, [.. items]));
    }

    /// <summary>One of them with its lots, the newest in front.</summary>
    private static async Task<Ok<SupplierCard>> ReadAsync(
        string supplier,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        TimeProvider time,
        DateOnly? from,
        DateOnly? until,
        CancellationToken cancellationToken
    )
    {
        var (first, last) = Period(from, until, time);
        var weights = SupplierWeight.Load();
        var lots = await LotsAsync(caller, database, supervision.Value, supplier, first, last, cancellationToken);
        var newest = lots.OrderByDescending(l => l.AcceptedAt).ThenBy(l => l.LotId).Take(MostLots);
        return TypedResults.Ok(
            new SupplierCard(supplier, first, last, weights, SupplierScore.Of(lots, weights, time.GetUtcNow()), [.. newest], lots.Count)
        );
    }

    private static (DateOnly From, DateOnly Until) Period(DateOnly? from, DateOnly? until, TimeProvider time)
    {
        var last = until ?? RegionTime.DayOf(time.GetUtcNow());
        var first = from ?? (last.DayNumber > 180 ? last.AddDays(-180) : DateOnly.MinValue);
        return first > last || last.DayNumber - first.DayNumber > MostDays
            ? throw QualityFaults.BadScorePeriod.Exception("from", MostDays)
            : (first, last);
    }

    private static async Task<IReadOnlyList<SupplierLot>> LotsAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        SupervisionSettings supervision,
        string? supplier,
        DateOnly from,
        DateOnly until,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select l.lot_id, l.supplier, l.centre_code, l.piece, l.lot_number, l.accepted_at, l.state,
                   l.state in ('released', 'recalled') as released,
                   not exists (select from quality.lot_result r where r.lot_id = l.lot_id and r.kind = 'first' and not r.passes
                               and not exists (select from quality.lot_result c
                                               where c.of_result = r.result_id and c.kind = 'correction' and c.passes)) as first_time,
                   (select min(uploaded_at) from quality.certificate c where c.lot_id = l.lot_id) as paper_at,
                   l.quantity_milligrams, l.claimed_milligrams
            from quality.lot l
            where (@supplier is null or l.supplier = @supplier) and l.accepted_at >= @from and l.accepted_at < @until and {Sight.Centre}
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string?>("supplier", supplier));
        command.Parameters.AddWithValue("from", RegionTime.StartOf(from).ToUniversalTime());
        command.Parameters.AddWithValue("until", RegionTime.StartOf(until.AddDays(1)).ToUniversalTime());
        Sight.Of(caller, supervision).Guard(command);
        var lots = new List<SupplierLot>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            lots.Add(
                new SupplierLot(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetFieldValue<DateTimeOffset>(5),
                    reader.GetString(6),
                    reader.GetBoolean(7),
                    reader.GetBoolean(8),
                    reader.MomentAt(9),
                    reader.GetInt64(10),
                    reader.IsDBNull(11) ? null : reader.GetInt64(11)
                )
            );
        }

        return lots;
    }
}
