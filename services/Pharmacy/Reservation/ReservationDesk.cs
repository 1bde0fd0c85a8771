using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>What was read with the shelves locked.</summary>
/// <param name="Tick">Counted after the locks were held: a rise above it came later.</param>
internal sealed record Desk(long Tick, Shelves Shelves, Map Map);

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
            reserved_at = u.reserved_at, missing = string_to_array(u.missing, chr(31)), tried = $8, tried_at = $9
        from unnest($1, $2, $3, $4, $5, $6, $7, $10) as u (id, state, told, centre, zh, en, reserved_at, missing)
        where p.id = u.id
        """;

    private const string InsertAllocations = """
        insert into pharmacy.allocations (prescription_id, line_number, lot_id, milligrams) select * from unnest($1, $2, $3, $4)
        """;

    public static void Lock(NpgsqlBatch batch, IEnumerable<string> pieces, IEnumerable<Guid> lots, IEnumerable<Guid> holders) =>
        batch.Add(LockShelves).With(NpgsqlDbType.Text, pieces).With(NpgsqlDbType.Uuid, lots).With(NpgsqlDbType.Uuid, holders);

    /// <summary>Adds the reading of all that planning these orders takes. Comes after <see cref="Lock"/> in the same batch.</summary>
    public static void Read(NpgsqlBatch batch, IEnumerable<Order> orders, DateOnly today)
    {
        var wanted = new Dictionary<string, long>();
        foreach (var order in orders)
        {
            foreach (var line in order.Lines)
            {
                wanted[line.Piece] = wanted.GetValueOrDefault(line.Piece) + order.Demand(line).Milligrams;
            }
        }

        batch.Add("select nextval('pharmacy.rise')");
        batch
            .Add("select centre_code, piece, lot_id, lot_number, available from pharmacy.first_expiring($1, $2, $3)")
            .With(NpgsqlDbType.Text, wanted.Keys)
            .With(NpgsqlDbType.Bigint, wanted.Values)
            .With(today);
        batch.Add("select code, name_zh, name_en, region_code, longitude, latitude from pharmacy.centres");
        batch.Add(
            """
            select region_code, avg(longitude), avg(latitude) from pharmacy.institutions
            where longitude is not null and latitude is not null and region_code is not null
            group by region_code
            """
        );
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
            shelves.Put(reader.GetString(0), reader.GetString(1), reader.GetGuid(2), reader.GetString(3), reader.GetInt64(4));
        }

        await reader.NextResultAsync(cancellationToken);
        var centres = await reader.RowsAsync(
            r => new Centre(
                r.GetString(0),
                r.GetString(1),
                r.GetString(2),
                r.GetString(3),
                r.IsDBNull(4) || r.IsDBNull(5) ? null : new Place(r.GetDouble(4), r.GetDouble(5))
            ),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var counties = await reader.RowsAsync(
            r => (Code: r.GetString(0), Place: new Place(r.GetDouble(1), r.GetDouble(2))),
            cancellationToken
        );
        return new Desk(tick, shelves, new Map(centres, counties.ToDictionary(c => c.Code, c => c.Place)));
    }

    /// <summary>Urgent ones first, then by age: who comes first is served first.</summary>
    public static List<ReservationPlan> Plan(IEnumerable<Order> orders, Desk desk) =>
        [.. orders.OrderByDescending(o => o.Urgent).ThenBy(o => o.ApprovedAt).Select(o => Planner.Plan(o, desk.Map, desk.Shelves))];

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
    public static void Write(Work work, NpgsqlBatch batch, IReadOnlyList<ReservationPlan> plans, Desk desk, DateTimeOffset now)
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
            .With(NpgsqlDbType.Text, plans.Select(p => p is ReservationPlan.Short s ? string.Join('\u001f', s.Missing) : ""));
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
                    },
                    order.TraceParent
                );
                return 1;
            default:
                return 0;
        }
    }
}
