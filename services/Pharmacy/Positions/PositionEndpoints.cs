using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Pharmacy.Positions;

internal static class PositionEndpoints
{
    private static readonly string[] Readers = [Roles.Dispenser, Roles.Pharmacist, Roles.Admin, Roles.Quality, Roles.Regulator];

    private sealed record PositionKey(string Centre, string Code);

    private sealed record PositionSet(string Code, bool Created);

    private sealed record PlaceRequest(string Position);

    private sealed record Placed(Guid LotId, string Position);

    private sealed record Cared(bool InRange, bool Recorded);

    /// <param name="OnHandMilligrams">In quarantine, available or reserved, of all lots that lie here.</param>
    private sealed record PositionItem(
        string CentreCode,
        string Code,
        string Zone,
        string? Piece,
        decimal MinCelsius,
        decimal MaxCelsius,
        int MaxHumidity,
        int CareDays,
        bool Retired,
        long Lots,
        long OnHandMilligrams,
        DateOnly? NextExpiry,
        DateTimeOffset? CaredAt,
        bool? LastInRange,
        bool CareDue
    );

    private sealed record CareItem(
        Guid Id,
        string Kind,
        decimal Celsius,
        int Humidity,
        bool InRange,
        string Finding,
        string Action,
        string DoneBy,
        DateTimeOffset DoneAt
    );

    public static void MapPositions(this IEndpointRouteBuilder app)
    {
        var positions = app.MapGroup("/api/pharmacy/positions");
        positions.MapGet("", ListAsync).WithName("ListPositions").RequireRole(Readers);
        positions.MapPut("/{code}", SetAsync).WithName("SetPosition").RequireRole(Roles.Dispenser, Roles.Pharmacist, Roles.Admin);
        positions.MapGet("/{code}/care", CareListAsync).WithName("ListCare").RequireRole(Readers);
        positions.MapPost("/{code}/care", CareAsync).WithName("RecordCare").RequireRole(Roles.Dispenser, Roles.Pharmacist);
        app.MapPut("/api/pharmacy/lots/{lotId:guid}/position", PlaceAsync)
            .WithName("PlaceLot")
            .RequireRole(Roles.Dispenser, Roles.Pharmacist);
    }

    /// <summary>201 when it is new, 200 when it was changed.</summary>
    private static async Task<Results<Created<PositionSet>, Ok<PositionSet>>> SetAsync(
        string code,
        PositionRequest request,
        PositionDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var answer = new PositionSet(code, await desk.SetAsync(code, request, Person.Of(caller), cancellationToken));
        return answer.Created ? TypedResults.Created($"/api/pharmacy/positions/{code}", answer) : TypedResults.Ok(answer);
    }

    private static async Task<Ok<Placed>> PlaceAsync(
        Guid lotId,
        PlaceRequest request,
        PositionDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await desk.PlaceAsync(lotId, request.Position, Person.Of(caller), cancellationToken);
        return TypedResults.Ok(new Placed(lotId, request.Position));
    }

    private static async Task<Ok<Cared>> CareAsync(
        string code,
        CareRequest request,
        PositionDesk desk,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (inRange, recorded) = await desk.CareAsync(code, request, Person.Of(caller), cancellationToken);
        return TypedResults.Ok(new Cared(inRange, recorded));
    }

    /// <summary>By code. <paramref name="due"/>: only those that are to be looked after.</summary>
    private static async Task<Ok<Paged<PositionItem>>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        string? zone,
        string? search,
        bool? due,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var size = Page.Size(limit);
        var after = Page.After<PositionKey>(next);
        await using var command = database.CreateCommand(
            $"""
            select p.centre_code, p.code, p.zone, p.piece, p.min_celsius, p.max_celsius, p.max_humidity, p.care_days, p.retired,
                   l.lots, l.milligrams, l.expiry, r.done_at, r.in_range, d.due
            from pharmacy.positions p
            join pharmacy.institutions c on c.code = p.centre_code
            cross join lateral (
                select count(*) as lots, coalesce(sum(b.quarantine + b.available + b.reserved), 0)::bigint as milligrams,
                       min(t.expires_on) as expiry
                from pharmacy.lots t join pharmacy.lot_balances b on b.lot_id = t.id
                where t.centre_code = p.centre_code and t.position = p.code and b.quarantine + b.available + b.reserved > 0) as l
            left join lateral (
                select done_at, in_range from pharmacy.care_records r
                where r.centre_code = p.centre_code and r.position = p.code order by done_at desc limit 1) as r on true
            cross join lateral (
                select not p.retired and l.lots > 0
                       and (r.done_at is null or r.done_at < @now - make_interval(days => p.care_days)) as due) as d
            where (@zone::text is null or p.zone = @zone)
              and (@search::text is null or p.code ilike @search || '%' or p.piece = @search)
              and (@due::boolean is null or d.due = @due)
              and (@centre::text is null or (p.centre_code, p.code) > (@centre, @code)) and {Sight.OfCentre}
            order by p.centre_code, p.code limit @limit
            """
        );
        Sight.Of(caller).Guard(command);
        command.Parameters.AddWithValue("now", time.GetUtcNow().UtcDateTime);
        command.Parameters.AddWithValue("limit", size + 1);
        command.Parameters.Add(new NpgsqlParameter<string?>("zone", zone));
        command.Parameters.Add(new NpgsqlParameter<string?>("search", string.IsNullOrWhiteSpace(search) ? null : search.Trim()));
        command.Parameters.Add(new NpgsqlParameter("due", NpgsqlTypes.NpgsqlDbType.Boolean) { Value = (object?)due ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter<string?>("centre", after?.Centre));
        command.Parameters.Add(new NpgsqlParameter<string?>("code", after?.Code));
        var items = await command.ListAsync(
            r => new PositionItem(
                r.GetString(0),
                r.GetString(1),
                r.GetString(2),
                r.Text(3),
                r.GetDecimal(4),
                r.GetDecimal(5),
                r.GetInt32(6),
                r.GetInt32(7),
                r.GetBoolean(8),
                r.GetInt64(9),
                r.GetInt64(10),
                r.DayOrNull(11),
                r.InstantOrNull(12),
                r.IsDBNull(13) ? null : r.GetBoolean(13),
                r.GetBoolean(14)
            ),
            cancellationToken
        );
        return TypedResults.Ok(Page.Cut(items, size, p => new PositionKey(p.CentreCode, p.Code)));
    }

    /// <summary>The newest first, a hundred at most.</summary>
    private static async Task<Ok<Paged<CareItem>>> CareListAsync(
        string code,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select r.id, r.kind, r.celsius, r.humidity, r.in_range, r.finding, r.action, r.done_by_name, r.done_at
            from pharmacy.care_records r join pharmacy.institutions c on c.code = r.centre_code
            where r.position = @code and {Sight.OfCentre}
            order by r.done_at desc limit 100
            """
        );
        Sight.Of(caller).Guard(command);
        command.Parameters.AddWithValue("code", code);
        var items = await command.ListAsync(
            r => new CareItem(
                r.GetGuid(0),
                r.GetString(1),
                r.GetDecimal(2),
                r.GetInt32(3),
                r.GetBoolean(4),
                r.GetString(5),
                r.GetString(6),
                r.GetString(7),
                r.Instant(8)
            ),
            cancellationToken
        );
        return TypedResults.Ok(new Paged<CareItem>(items, null));
    }
}
