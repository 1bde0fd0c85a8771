using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Stock;

/// <summary>What lies on the shelves.</summary>
internal static class StockEndpoints
{
    private sealed record ShelfKey(string Piece, string Centre);

    /// <param name="UsableMilligrams">Available and not past its day of expiry: what a prescription can be filled from.</param>
    private sealed record ShelfItem(
        string CentreCode,
        string CentreNameZh,
        string CentreNameEn,
        string Piece,
        long Lots,
        long QuarantineMilligrams,
        long AvailableMilligrams,
        long ReservedMilligrams,
        long UsableMilligrams,
        DateOnly? NextExpiry
    );

    public static void MapStock(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/stock", ListAsync)
            .WithName("ListStock")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Quality, Roles.Regulator, Roles.Operator, Roles.Service);

    /// <summary>One item a piece and centre, by piece; of the caller's own centre, or of its region by right of supervision.</summary>
    private static async Task<Ok<Paged<ShelfItem>>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        string? piece,
        string? centre,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        var after = Page.After<ShelfKey>(next);
        await using var command = database.CreateCommand(
            $"""
            select s.centre_code, c.name_zh, c.name_en, s.piece, count(b.lot_id), coalesce(sum(b.quarantine), 0)::bigint,
                   coalesce(sum(b.available), 0)::bigint, coalesce(sum(b.reserved), 0)::bigint,
                   coalesce(sum(b.available) filter (where b.expires_on >= @today), 0)::bigint,
                   min(b.expires_on) filter (where b.available > 0 and b.expires_on >= @today)
            from pharmacy.shelves s
            join pharmacy.institutions c on c.code = s.centre_code
            left join pharmacy.lot_balances b on b.shelf_id = s.id
            where (@piece::text is null or s.piece = @piece) and (@centre::text is null or s.centre_code = @centre)
              and (@after_piece::text is null or (s.piece, s.centre_code) > (@after_piece, @after_centre)) and {Sight.OfCentre}
            group by s.id, c.code
            order by s.piece, s.centre_code
            limit @limit
            """
        );
        Sight.Of(caller).Guard(command);
        command.Parameters.AddWithValue("today", RegionTime.DayOf(time.GetUtcNow()));
        command.Parameters.Add(new NpgsqlParameter<string?>("piece", piece));
        command.Parameters.Add(new NpgsqlParameter<string?>("centre", centre));
        command.Parameters.Add(new NpgsqlParameter<string?>("after_piece", after?.Piece));
        command.Parameters.Add(new NpgsqlParameter<string?>("after_centre", after?.Centre));
        command.Parameters.AddWithValue("limit", size);
        var items = await command.ListAsync(
            r => new ShelfItem(
                r.GetString(0),
                r.GetString(1),
                r.GetString(2),
                r.GetString(3),
                r.GetInt64(4),
                r.GetInt64(5),
                r.GetInt64(6),
                r.GetInt64(7),
                r.GetInt64(8),
                r.IsDBNull(9) ? null : r.GetFieldValue<DateOnly>(9)
            ),
            cancellationToken
        );
        return TypedResults.Ok(
            new Paged<ShelfItem>(items, items.Count == size ? Page.Token(new ShelfKey(items[^1].Piece, items[^1].CentreCode)) : null)
        );
    }
}
