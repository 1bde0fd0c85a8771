using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Stock;

/// <summary>Lots, those that expire first at the head: the stock list, what waits in quarantine, what is about to expire.</summary>
internal static class LotListEndpoints
{
    private sealed record LotKey(DateOnly ExpiresOn, Guid LotId);

    /// <param name="DaysLeft">Until the last day on which it may be used, in the region's day; below 0 when that is past.</param>
    private sealed record LotItem(
        Guid LotId,
        string CentreCode,
        string CentreNameZh,
        string CentreNameEn,
        string Piece,
        string LotNumber,
        string Supplier,
        string Origin,
        string Grade,
        string Spec,
        string Status,
        string? Position,
        DateOnly ExpiresOn,
        int DaysLeft,
        long QuarantineMilligrams,
        long AvailableMilligrams,
        long ReservedMilligrams,
        long InTransitMilligrams,
        DateTimeOffset AcceptedAt
    );

    public static void MapLotList(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/pharmacy/lots", ListAsync)
            .WithName("ListLots")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Quality, Roles.Regulator, Roles.Operator, Roles.Service);

    /// <param name="status">quarantine, available, frozen, rejected</param>
    /// <param name="search">a piece or a lot number, whole or its beginning</param>
    /// <param name="position">the code of a position; <c>-</c> for those without one</param>
    /// <param name="expiringInDays">that expire within so many days, or have expired</param>
    /// <param name="empty">true: also those of which nothing lies there any more</param>
    private static async Task<Ok<Paged<LotItem>>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        string? status,
        string? search,
        string? position,
        int? expiringInDays,
        bool? empty,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        var after = Page.After<LotKey>(next);
        var today = RegionTime.DayOf(time.GetUtcNow());
        await using var command = database.CreateCommand(
            $"""
            select l.id, l.centre_code, l.piece, l.lot_number, l.supplier, l.origin, l.grade, l.spec, l.status, l.position, l.expires_on,
                   l.expires_on - @today, b.quarantine, b.available, b.reserved, b.in_transit, l.accepted_at, c.name_zh, c.name_en
            from pharmacy.lots l
            join pharmacy.lot_balances b on b.lot_id = l.id
            join pharmacy.institutions c on c.code = l.centre_code
            where (@status::text is null or l.status = @status)
              and (@search::text is null or starts_with(l.piece, @search) or starts_with(l.lot_number, @search))
              and (@position::text is null or l.position = @position or (@position = '-' and l.position is null))
              and (@until::date is null or l.expires_on <= @until)
              and (@empty or b.quarantine + b.available + b.reserved + b.in_transit > 0)
              and (@day::date is null or (l.expires_on, l.id) > (@day, @lot)) and {Sight.OfCentre}
            order by l.expires_on, l.id limit @limit
            """
        );
        Sight.Of(caller).Guard(command);
        command.Parameters.AddWithValue("today", today);
        command.Parameters.AddWithValue("empty", empty ?? false);
        command.Parameters.AddWithValue("limit", size + 1);
        command.Parameters.Add(new NpgsqlParameter<string?>("status", status));
        command.Parameters.Add(new NpgsqlParameter<string?>("search", string.IsNullOrWhiteSpace(search) ? null : search.Trim()));
        command.Parameters.Add(new NpgsqlParameter<string?>("position", position));
        command.Parameters.Add(
            new NpgsqlParameter("until", NpgsqlTypes.NpgsqlDbType.Date)
            {
                Value = expiringInDays is { } days ? today.AddDays(Math.Clamp(days, -3650, 3650)) : DBNull.Value,
            }
        );
        command.Parameters.Add(
            new NpgsqlParameter("day", NpgsqlTypes.NpgsqlDbType.Date) { Value = (object?)after?.ExpiresOn ?? DBNull.Value }
        );
        command.Parameters.Add(new NpgsqlParameter("lot", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)after?.LotId ?? DBNull.Value });
        var items = await command.ListAsync(
            r => new LotItem(
                r.GetGuid(0),
                r.GetString(1),
                r.GetString(17),
                r.GetString(18),
                r.GetString(2),
                r.GetString(3),
                r.GetString(4),
                r.GetString(5),
                r.GetString(6),
                r.GetString(7),
                r.GetString(8),
                r.Text(9),
                r.GetFieldValue<DateOnly>(10),
                r.GetInt32(11),
                r.GetInt64(12),
                r.GetInt64(13),
                r.GetInt64(14),
                r.GetInt64(15),
                r.Instant(16)
            ),
            cancellationToken
        );
        return TypedResults.Ok(Page.Cut(items, size, l => new LotKey(l.ExpiresOn, l.LotId)));
    }
}
