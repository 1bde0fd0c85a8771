using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Routing;
using TcmBrain.Pharmacy.Storage;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>What was read with the shelves locked.</summary>
/// <param name="Tick">Counted after the locks were held: a rise above it came later.</param>
/// <param name="BookVersion">of what routing knows of centres</param>
internal sealed record Desk(long Tick, Shelves Shelves, long BookVersion);

/// <summary>
/// Reserves for many orders in two round trips: one that locks shelves (in the order of their ids, so that nobody deadlocks) and then reads
/// them, one that writes. In between, the pure <see cref="Planner"/> decides. The locks are held until the work is committed.
/// </summary>
internal static class ReservationDesk
{
    // Also for those who only want the locks: by piece at every centre, by lot, by what a prescription holds.
    private const string LockShelves = """
        select id from pharmacy.shelves
        where id in (
            select id from pharmacy.shelves where piece = any($1)
            union select shelf_id from pharmacy.lots where id = any($2) or root_lot_id = any($2)
            union select l.shelf_id from pharmacy.allocations a join pharmacy.lots l on l.id = a.lot_id where a.prescription_id = any($3))
        order by id
        for update
        """;

    private const string UpdatePrescriptions = """
        update pharmacy.prescriptions p
        set state = u.state, told = p.told + u.told, centre_code = u.centre, reason_zh = u.zh, reason_en = u.en,
            reserved_at = u.reserved_at, missing = string_to_array(u.missing, chr(31)), tried = $8, tried_at = $9, promised_at = u.promised,
            due_at = u.due, fee = u.fee::jsonb, reroute_cause = case when u.state = 'reserved' then null else p.reroute_cause end
        from unnest($1, $2, $3, $4, $5, $6, $7, $10, $11, $12, $13)
            as u (id, state, told, centre, zh, en, reserved_at, missing, promised, due, fee)
        where p.id = u.id
        """;

    // Without the candidates: those are told once, by the choice.
    private const string InsertRoutings = """
        insert into pharmacy.routings (prescription_id, decided_at, cause, centre_code, promised_at, candidates)
        select u.id, $6, u.cause, u.centre, u.promised, u.candidates::jsonb from unnest($1, $2, $3, $4, $5) as u (id, cause, centre, promised, candidates)
        """;

    private const string InsertAllocations = """
        insert into pharmacy.allocations (prescription_id, line_number, lot_id, milligrams) select * from unnest($1, $2, $3, $4)
        """;

    public static void Lock(NpgsqlBatch batch, IEnumerable<string> pieces, IEnumerable<Guid> lots, IEnumerable<Guid> holders) =>
        batch.Add(LockShelves).With(NpgsqlDbType.Text, pieces).With(NpgsqlDbType.Uuid, lots).With(NpgsqlDbType.Uuid, holders);

    /// <summary>Adds the reading of all that planning these orders takes. Comes after <see cref="Lock"/> in the same batch.</summary>
    public static void Read(NpgsqlBatch batch, IEnumerable<Order> orders, DateOnly today)
    {
        // Whoever demands a grade may find its lots taken by one who takes any: so all that is wanted of a piece is read for each demand.
        var wanted = new Dictionary<(string Piece, string Grade, string Origin), long>();
        var ofPiece = new Dictionary<string, long>();
        foreach (var order in orders)
        {
            foreach (var line in order.Lines)
            {
                wanted.TryAdd((line.Piece, line.Grade, line.Origin), 0);
                ofPiece[line.Piece] = ofPiece.GetValueOrDefault(line.Piece) + order.Demand(line).Milligrams;
            }
        }

        batch.Add("select nextval('pharmacy.rise')");
        batch
            .Add(
                """
                select centre_code, piece, lot_id, lot_number, available, grade, origin, expires_on
                from pharmacy.first_expiring_of($1, $2, $3, $4, $5)
                """
            )
            .With(NpgsqlDbType.Text, wanted.Keys.Select(k => k.Piece))
            .With(NpgsqlDbType.Text, wanted.Keys.Select(k => k.Grade))
            .With(NpgsqlDbType.Text, wanted.Keys.Select(k => k.Origin))
            .With(NpgsqlDbType.Bigint, wanted.Keys.Select(k => ofPiece[k.Piece]))
            .With(today);
        batch.Add(RoutingBooks.ReadVersion);
    }

    /// <summary>Reads the results of <see cref="Read"/>, the first of which comes next.</summary>
    public static async Task<Desk> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var tick = reader.GetInt64(0);
        var shelves = new Shelves();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            shelves.Put(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetGuid(2),
                reader.GetString(3),
                reader.GetInt64(4),
                reader.GetString(5),
                reader.GetString(6),
                reader.GetFieldValue<DateOnly>(7)
            );
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Desk(tick, shelves, reader.GetInt64(0));
    }

    /// <summary>Urgent ones first, then by age: who comes first is served first.</summary>
    public static List<ReservationPlan> Plan(IEnumerable<Order> orders, Desk desk, RoutingBook book, DateTimeOffset now) =>
        [.. orders.OrderByDescending(o => o.Urgent).ThenBy(o => o.ApprovedAt).Select(o => Planner.Plan(o, book, desk.Shelves, now))];

    public static IEnumerable<Movement> MovementsOf(IEnumerable<ReservationPlan> plans, DateTimeOffset now) =>
        plans
            .OfType<ReservationPlan.Filled>()
            .Select(p => new Movement(
                MovementKind.Reservation,
                p.Order.Id,
                "pharmacy",
                now,
                [.. p.Allocations.Select(a => new Entry(a.LotId, a.LineNumber, Account.Available, Account.Reserved, a.Quantity.Milligrams))]
            ));

    /// <summary>Adds the writing of plans but for their movements, and tells of them with the work's commit.</summary>
    public static void Write(
        Work work,
        NpgsqlBatch batch,
        IReadOnlyList<ReservationPlan> plans,
        Desk desk,
        RoutingRules rules,
        DateTimeOffset now
    )
    {
        if (plans.Count == 0)
        {
            return;
        }

        var told = plans.Select(p => Tell(work, p, now)).ToArray();
        var filled = plans.Select(p => p as ReservationPlan.Filled).ToArray();
        batch
            .Add(UpdatePrescriptions)
            .With(NpgsqlDbType.Uuid, plans.Select(p => p.Order.Id))
            .With(NpgsqlDbType.Text, filled.Select(f => f is null ? "short" : "reserved"))
            .With(NpgsqlDbType.Integer, told)
            .With(NpgsqlDbType.Text, filled.Select(f => f?.Centre.Code))
            .With(NpgsqlDbType.Text, filled.Select(f => f?.ReasonZh))
            .With(NpgsqlDbType.Text, filled.Select(f => f?.ReasonEn))
            .With(NpgsqlDbType.TimestampTz, filled.Select(f => f is null ? null : (DateTime?)now.UtcDateTime))
            .With(desk.Tick)
            .With(now.UtcDateTime)
            .With(NpgsqlDbType.Text, plans.Select(p => p is ReservationPlan.Short s ? string.Join('\u001f', s.Missing) : ""))
            .With(NpgsqlDbType.TimestampTz, filled.Select(f => f?.PromisedAt.UtcDateTime))
            .With(NpgsqlDbType.TimestampTz, plans.Select(p => p.Order.DueBy(rules).UtcDateTime))
            .With(NpgsqlDbType.Text, filled.Select(f => f?.Fee is { } fee ? JsonSerializer.Serialize(fee, EventJson.Options) : null));
        WriteRoutings(batch, plans, told, now);
        var allocations = filled
            .OfType<ReservationPlan.Filled>()
            .SelectMany(f => f.Allocations.Select(a => (f.Order.Id, Allocation: a)))
            .ToArray();
        if (allocations.Length > 0)
        {
            batch
                .Add(InsertAllocations)
                .With(NpgsqlDbType.Uuid, allocations.Select(a => a.Id))
                .With(NpgsqlDbType.Integer, allocations.Select(a => a.Allocation.LineNumber))
                .With(NpgsqlDbType.Uuid, allocations.Select(a => a.Allocation.LotId))
                .With(NpgsqlDbType.Bigint, allocations.Select(a => a.Allocation.Quantity.Milligrams));
        }
    }

    /// <summary>One that is still short of the same is not written down again.</summary>
    private static void WriteRoutings(NpgsqlBatch batch, IReadOnlyList<ReservationPlan> plans, int[] told, DateTimeOffset now)
    {
        var chosen = plans.Where((_, i) => told[i] > 0).ToArray();
        if (chosen.Length == 0)
        {
            return;
        }

        batch
            .Add(InsertRoutings)
            .With(NpgsqlDbType.Uuid, chosen.Select(p => p.Order.Id))
            .With(NpgsqlDbType.Text, chosen.Select(p => p.Order.Cause))
            .With(NpgsqlDbType.Text, chosen.Select(p => (p as ReservationPlan.Filled)?.Centre.Code))
            .With(NpgsqlDbType.TimestampTz, chosen.Select(p => (p as ReservationPlan.Filled)?.PromisedAt.UtcDateTime))
            .With(NpgsqlDbType.Text, chosen.Select(p => JsonSerializer.Serialize(p.Candidates, StoredJson.Options)))
            .With(now.UtcDateTime);
    }

    /// <returns>How many events were told.</returns>
    private static int Tell(Work work, ReservationPlan plan, DateTimeOffset now)
    {
        var order = plan.Order;
        switch (plan)
        {
            case ReservationPlan.Filled filled:
                work.Publish(
                    new PrescriptionRouted
                    {
                        AggregateId = order.Id,
                        Version = order.Told + 1,
                        OccurredAt = now,
                        InstitutionCode = order.Owner.InstitutionCode,
                        RegionCode = order.Owner.RegionCode,
                        HisNumber = order.Owner.HisNumber,
                        Revision = order.Owner.Revision,
                        CentreCode = filled.Centre.Code,
                        CentreName = filled.Centre.NameZh,
                        ReasonZh = filled.ReasonZh,
                        ReasonEn = filled.ReasonEn,
                        PromisedAt = filled.PromisedAt,
                        Fee = filled.Fee,
                        Reroutes = order.Reroutes,
                    },
                    order.TraceParent
                );
                work.Publish(
                    new StockReserved
                    {
                        AggregateId = order.Id,
                        Version = order.Told + 2,
                        OccurredAt = now,
                        InstitutionCode = order.Owner.InstitutionCode,
                        RegionCode = order.Owner.RegionCode,
                        HisNumber = order.Owner.HisNumber,
                        Revision = order.Owner.Revision,
                        CentreCode = filled.Centre.Code,
                        Allocations = filled.Allocations,
                    },
                    order.TraceParent
                );
                return 2;
            // Told again only when it says something new.
            case ReservationPlan.Short lacking when !lacking.Missing.Order().SequenceEqual(order.Missing.Order()):
                work.Publish(
                    new StockShort
                    {
                        AggregateId = order.Id,
                        Version = order.Told + 1,
                        OccurredAt = now,
                        InstitutionCode = order.Owner.InstitutionCode,
                        RegionCode = order.Owner.RegionCode,
                        HisNumber = order.Owner.HisNumber,
                        Revision = order.Owner.Revision,
                        MissingPieces = lacking.Missing,
                        Centres =
                        [
                            .. lacking.Candidates.Select(c => new CentreShortage(c.CentreCode, c.NameZh, [.. c.Missing], c.Obstacle)),
                        ],
                    },
                    order.TraceParent
                );
                return 1;
            default:
                return 0;
        }
    }
}
