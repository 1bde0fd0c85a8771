using TcmBrain.CatalogueCopy;
using TcmBrain.Exchange;
using TcmBrain.Knowledge;
using TcmBrain.Pharmacy.Stock;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy.Positions;

/// <param name="Zone">drawer 斗, shelf 货架, cool 阴凉, locked 专柜, quarantine 待验.</param>
/// <param name="Piece">The one piece that may lie here; left out for any.</param>
/// <param name="CareDays">Every so many days it is looked after.</param>
internal sealed record PositionRequest(
    string Zone,
    string? Piece,
    decimal MinCelsius,
    decimal MaxCelsius,
    int MaxHumidity,
    int CareDays,
    bool Retired
);

/// <param name="Id">The caller's, so that a repeat is the same record.</param>
/// <param name="Kind">inspection, airing, drying, fumigation, cleaning.</param>
/// <param name="Humidity">Per cent, relative.</param>
internal sealed record CareRequest(
    Guid Id,
    string Kind,
    decimal Celsius,
    int Humidity,
    string? Finding,
    string? Action,
    DateTimeOffset? DoneAt
);

/// <summary>Storage positions (货位, 斗谱), what may lie where, and how it is looked after (养护).</summary>
internal sealed class PositionDesk(EventExchange exchange, CurrentCatalogue catalogue, TimeProvider time)
{
    public static readonly string[] Zones = ["drawer", "shelf", "cool", "locked", "quarantine"];
    private static readonly string[] CareKinds = ["inspection", "airing", "drying", "fumigation", "cleaning"];

    /// <summary>Makes or changes a position of the caller's centre.</summary>
    /// <returns>True when it is new.</returns>
    public async Task<bool> SetAsync(string code, PositionRequest request, Person person, CancellationToken cancellationToken)
    {
        Check(code, request);
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var lying = work.Command(
            """
            select l.piece from pharmacy.lots l join pharmacy.lot_balances b on b.lot_id = l.id
            where l.centre_code = $1 and l.position = $2 and b.quarantine + b.available + b.reserved > 0
            """,
            person.CentreCode,
            code
        );
        var pieces = await lying.ListAsync(r => r.GetString(0), cancellationToken);
        if (request.Retired && pieces.Count > 0)
        {
            throw PharmacyFaults.PositionInUse.Exception("retired", code);
        }

        var faults = new FaultList();
        foreach (var piece in pieces.Distinct())
        {
            CheckSuits(faults, code, request.Zone, request.Piece, piece, "piece");
        }

        faults.ThrowIfAny();
        await using var writing = work.Command(
            """
            insert into pharmacy.positions as p
                (centre_code, code, zone, piece, min_celsius, max_celsius, max_humidity, care_days, retired)
            select c.code, $2, $3, $4, $5, $6, $7, $8, $9 from pharmacy.centres c where c.code = $1
            on conflict (centre_code, code) do update
            set zone = excluded.zone, piece = excluded.piece, min_celsius = excluded.min_celsius, max_celsius = excluded.max_celsius,
                max_humidity = excluded.max_humidity, care_days = excluded.care_days, retired = excluded.retired
            returning xmax = 0
            """,
            person.CentreCode,
            code,
            request.Zone,
            request.Piece,
            request.MinCelsius,
            request.MaxCelsius,
            request.MaxHumidity,
            request.CareDays,
            request.Retired
        );
        var added = await writing.ExecuteScalarAsync(cancellationToken) as bool? ?? throw PharmacyFaults.NotACentre.Exception();
        await work.CommitAsync(cancellationToken);
        return added;
    }

    /// <summary>A lot lies at one position; from one to the other moves no gram in the books.</summary>
    public async Task PlaceAsync(Guid lotId, string code, Person person, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var finding = work.Command(
            "select piece from pharmacy.lots where id = $1 and centre_code = $2",
            lotId,
            person.CentreCode
        );
        var piece = (string?)await finding.ExecuteScalarAsync(cancellationToken) ?? throw PharmacyFaults.LotNotFound.Exception("lotId");
        await using var locking = work.Command(
            "select zone, piece, retired from pharmacy.positions where centre_code = $1 and code = $2 for share",
            person.CentreCode,
            code
        );
        var rows = await locking.ListAsync(r => (Zone: r.GetString(0), Piece: r.Text(1), Retired: r.GetBoolean(2)), cancellationToken);
        if (rows.Count == 0)
        {
            throw PharmacyFaults.PositionNotFound.Exception("position", code[..Math.Min(code.Length, 20)]);
        }

        var faults = new FaultList();
        faults.Require(!rows[0].Retired, PharmacyFaults.PositionRetired, "position", code);
        CheckSuits(faults, code, rows[0].Zone, rows[0].Piece, piece, "position");
        faults.ThrowIfAny();
        await using var placing = work.Command("update pharmacy.lots set position = $2 where id = $1", lotId, code);
        await placing.ExecuteNonQueryAsync(cancellationToken);
        await work.CommitAsync(cancellationToken);
    }

    /// <returns>Whether the readings are within what the position shall keep, and whether it was recorded now.</returns>
    public async Task<(bool InRange, bool Recorded)> CareAsync(
        string code,
        CareRequest request,
        Person person,
        CancellationToken cancellationToken
    )
    {
        var at = request.DoneAt.OrNow("doneAt", time);
        var faults = new FaultList();
        faults.CheckWord(request.Kind, "kind", CareKinds);
        faults.Require(request.Celsius is >= -40 and <= 60, PharmacyFaults.ConditionsOutOfRange, "celsius", -40, 60);
        faults.Require(request.Humidity is >= 0 and <= 100, PharmacyFaults.ConditionsOutOfRange, "humidity", 0, 100);
        faults.CheckText(request.Finding, "finding", Particulars.MaxReason);
        faults.CheckNote(request.Action, "action", Particulars.MaxReason);
        faults.ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        await using var writing = work.Command(
            """
            insert into pharmacy.care_records
                (id, centre_code, position, kind, celsius, humidity, in_range, finding, action, done_by, done_by_name, done_at)
            select $1, p.centre_code, p.code, $4, $5, $6, $5 between p.min_celsius and p.max_celsius and $6 <= p.max_humidity,
                   $7, $8, $9, $10, $11
            from pharmacy.positions p where p.centre_code = $2 and p.code = $3
            on conflict (id) do nothing
            returning in_range
            """,
            request.Id,
            person.CentreCode,
            code,
            request.Kind,
            request.Celsius,
            request.Humidity,
            request.Finding,
            request.Action ?? "",
            person.Subject,
            person.Name,
            at.UtcDateTime
        );
        if (await writing.ExecuteScalarAsync(cancellationToken) is bool inRange)
        {
            await work.CommitAsync(cancellationToken);
            return (inRange, true);
        }

        await using var before = work.Command(
            """
            select r.in_range, r.position = $3 and r.kind = $4 and r.finding = $5 from pharmacy.care_records r
            where r.id = $1 and r.centre_code = $2
            """,
            request.Id,
            person.CentreCode,
            code,
            request.Kind,
            request.Finding
        );
        var known = await before.ListAsync(r => (InRange: r.GetBoolean(0), Same: r.GetBoolean(1)), cancellationToken);
        return known switch
        {
            [] => throw PharmacyFaults.PositionNotFound.Exception("position", code[..Math.Min(code.Length, 20)]),
            [{ Same: false }] => throw PharmacyFaults.UsedDifferently.Exception("id"),
            _ => (known[0].InRange, false),
        };
    }

    private void Check(string code, PositionRequest request)
    {
        var faults = new FaultList();
        faults.Require(Particulars.IsPositionCode(code), PharmacyFaults.PositionCode, "code");
        faults.CheckWord(request.Zone, "zone", Zones);
        if (request.Piece is not null)
        {
            faults.CheckPiece(catalogue.Value, request.Piece, "piece");
        }

        faults.Require(request.MinCelsius is >= -30 and <= 40, PharmacyFaults.ConditionsOutOfRange, "minCelsius", -30, 40);
        faults.Require(
            request.MaxCelsius is <= 40 && request.MaxCelsius >= request.MinCelsius,
            PharmacyFaults.ConditionsOutOfRange,
            "maxCelsius",
            request.MinCelsius,
            40
        );
        faults.Require(request.MaxHumidity is >= 1 and <= 100, PharmacyFaults.ConditionsOutOfRange, "maxHumidity", 1, 100);
        faults.Require(request.CareDays is >= 1 and <= 365, PharmacyFaults.ConditionsOutOfRange, "careDays", 1, 365);
        faults.ThrowIfAny();
    }

    /// <summary>
    /// Toxic and narcotic pieces lie in a locked cabinet (《医疗用毒性药品管理办法》 国务院令第23号: 专柜加锁), and a drawer holds one piece alone. In
    /// quarantine anything may lie.
    /// </summary>
    private void CheckSuits(FaultList faults, string code, string zone, string? reserved, string piece, string field)
    {
        faults.Require(reserved is null || reserved == piece, PharmacyFaults.PositionForOther, field, code, reserved ?? "");
        var guarded = catalogue.Value.Find(piece)?.Regulation is Regulation.ControlledToxic or Regulation.Narcotic;
        faults.Require(!guarded || zone is "locked" or "quarantine", PharmacyFaults.PositionNotLocked, field);
    }
}
