using System.Data;
using Npgsql;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Ledger;

/// <summary>One invariant of the ledger: what it must be, what it is.</summary>
/// <param name="Name">Stable: <c>pharmacy.balances</c> and so on.</param>
public sealed record LedgerCheck(string Name, long Expected, long Actual)
{
    public bool Ok => Expected == Actual;
}

/// <summary>
/// Recomputes from the entries what the balances say, and from the prescriptions what the entries say (账实核对). Reads one snapshot, so it is
/// right at any time, also while everything moves. Changes nothing.
/// </summary>
public static class LedgerAudit
{
    // Each counts what breaks the rule, but for the totals, which are compared.
    private static readonly (string Name, string Sql)[] Violations =
    [
        (
            "pharmacy.movements-sum-to-zero",
            """
            select count(*) from (
                select movement_id from (
                    select movement_id, lot_id, milligrams as change from pharmacy.entries
                    union all
                    select movement_id, lot_id, -milligrams from pharmacy.entries) as sides
                group by movement_id, lot_id having sum(change) <> 0) as unbalanced
            """
        ),
        (
            "pharmacy.balances-equal-entries",
            """
            with sides as (
                select lot_id, to_account as account, milligrams as change from pharmacy.entries
                union all
                select lot_id, from_account, -milligrams from pharmacy.entries),
            computed as (
                select lot_id,
                       -coalesce(sum(change) filter (where account in ('supplier', 'transfer-in')), 0) as received,
                       -coalesce(sum(change) filter (where account = 'found'), 0) as found,
                       coalesce(sum(change) filter (where account = 'in-transit'), 0) as in_transit,
                       coalesce(sum(change) filter (where account = 'transfer-out'), 0) as transferred,
                       coalesce(sum(change) filter (where account = 'quarantine'), 0) as quarantine,
                       coalesce(sum(change) filter (where account = 'available'), 0) as available,
                       coalesce(sum(change) filter (where account = 'reserved'), 0) as reserved,
                       coalesce(sum(change) filter (where account = 'dispensed'), 0) as dispensed,
                       coalesce(sum(change) filter (where account = 'lost'), 0) as lost,
                       coalesce(sum(change) filter (where account = 'returned'), 0) as returned
                from sides group by lot_id)
            select count(*) from pharmacy.lot_balances b full join computed c on c.lot_id = b.lot_id
            where (b.received, b.found, b.quarantine, b.available, b.reserved, b.in_transit, b.dispensed, b.lost, b.returned, b.transferred)
                  is distinct from
                  (c.received, c.found, c.quarantine, c.available, c.reserved, c.in_transit, c.dispensed, c.lost, c.returned, c.transferred)
            """
        ),
        (
            "pharmacy.received-is-somewhere",
            """
            select count(*) from pharmacy.lots l left join pharmacy.lot_balances b on b.lot_id = l.id
            where b.received is distinct from l.quantity
               or b.received + b.found
                  <> b.quarantine + b.available + b.reserved + b.in_transit + b.dispensed + b.lost + b.returned + b.transferred
            """
        ),
        (
            "pharmacy.nothing-below-zero",
            """
            select count(*) from pharmacy.lot_balances 
            where least(received, found, quarantine, available, reserved, in_transit, dispensed, lost, returned, transferred) < 0
            """
        ),
        (
            "pharmacy.reserved-for-prescriptions",
            """
            with held as (
                select a.lot_id, sum(a.milligrams) as milligrams
                from pharmacy.allocations a join pharmacy.prescriptions p on p.id = a.prescription_id
                where p.state in ('reserved', 'dispensing') group by a.lot_id)
            select count(*) from pharmacy.lot_balances b full join held h on h.lot_id = b.lot_id
            where coalesce(b.reserved, 0) <> coalesce(h.milligrams, 0)
            """
        ),
        (
            "pharmacy.dispensed-for-lines",
            """
            with booked as (
                -- Less what a checker sent back to be weighed anew.
                select m.prescription_id, e.line_number, e.lot_id,
                       nullif(sum(case when e.to_account = 'dispensed' then e.milligrams else -e.milligrams end), 0) as milligrams
                from pharmacy.entries e join pharmacy.movements m on m.id = e.movement_id
                where e.to_account = 'dispensed' or (e.from_account = 'dispensed' and m.kind = 'send-back') group by 1, 2, 3),
            weighed as (
                select a.prescription_id, a.line_number, a.lot_id, a.weighed as milligrams
                from pharmacy.allocations a join pharmacy.prescriptions p on p.id = a.prescription_id
                where p.state in ('dispensed', 'checked') and a.weighed is not null)
            select count(*) from booked b full join weighed w
                on w.prescription_id = b.prescription_id and w.line_number = b.line_number and w.lot_id = b.lot_id
            where b.milligrams is distinct from w.milligrams
            """
        ),
        (
            // Through the sum of a lot's lines, less what came back and was destroyed.
            "pharmacy.dispensed-grams-have-a-line",
            """
            with weighed as (
                select a.lot_id, sum(a.weighed) as milligrams
                from pharmacy.allocations a join pharmacy.prescriptions p on p.id = a.prescription_id
                where p.state in ('dispensed', 'checked') group by a.lot_id),
            back as (
                select e.lot_id, sum(e.milligrams) as milligrams
                from pharmacy.entries e join pharmacy.movements m on m.id = e.movement_id
                where e.from_account = 'dispensed' and m.kind <> 'send-back' group by e.lot_id)
            select count(*) from pharmacy.lot_balances b
            left join weighed w on w.lot_id = b.lot_id
            left join back r on r.lot_id = b.lot_id
            where b.dispensed <> coalesce(w.milligrams, 0) - coalesce(r.milligrams, 0)
            """
        ),
        (
            "pharmacy.reserved-whole",
            """
            select count(*) from pharmacy.prescriptions p cross join lateral jsonb_array_elements(p.lines) as line
            where p.state in ('reserved', 'dispensing')
              and (line ->> 'perDose')::bigint * p.doses <> coalesce(
                  (select sum(a.milligrams) from pharmacy.allocations a
                   where a.prescription_id = p.id and a.line_number = (line ->> 'lineNumber')::int), 0)
            """
        ),
        (
            "pharmacy.only-good-lots-available",
            """
            select count(*) from pharmacy.lots l join pharmacy.lot_balances b on b.lot_id = l.id
            where l.status <> 'available' and b.available > 0
            """
        ),
        (
            "pharmacy.transfers-arrive-whole",
            """
            select count(*) from (
                select m.document_id
                from pharmacy.entries e join pharmacy.movements m on m.id = e.movement_id
                where e.to_account = 'transfer-out' or e.from_account = 'transfer-in'
                group by m.document_id
                having sum(case when e.to_account = 'transfer-out' then e.milligrams else -e.milligrams end) <> 0) as uneven
            """
        ),
        ("pharmacy.none-undecided", "select count(*) from pharmacy.prescriptions where state = 'approved'"),
    ];

    private const string Totals = """
        select coalesce((select sum(quantity) from pharmacy.lots), 0)::bigint,
               coalesce((select sum(quarantine + available + reserved + in_transit + dispensed + lost + returned + transferred - found)
                         from pharmacy.lot_balances), 0)::bigint
        """;

    /// <returns>Every invariant; all hold in a sound ledger.</returns>
    public static async Task<IReadOnlyList<LedgerCheck>> RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        return await RunAsync(connection, snapshot, cancellationToken);
    }

    // A lot's equation as its entries have it, with what its prescriptions hold and were given.
    private const string Broken = """
        with sides as (
            select lot_id, to_account as account, milligrams as change from pharmacy.entries
            union all
            select lot_id, from_account, -milligrams from pharmacy.entries),
        computed as (
            select lot_id,
                   -coalesce(sum(change) filter (where account in ('supplier', 'transfer-in', 'found')), 0) as received,
                   coalesce(sum(change) filter (where account in ('quarantine', 'available', 'in-transit')), 0) as on_hand,
                   coalesce(sum(change) filter (where account = 'reserved'), 0) as reserved,
                   coalesce(sum(change) filter (where account = 'dispensed'), 0) as dispensed,
                   coalesce(sum(change) filter (where account = 'lost'), 0) as lost,
                   coalesce(sum(change) filter (where account in ('returned', 'transfer-out')), 0) as returned
            from sides group by lot_id),
        held as (
            select a.lot_id, sum(a.milligrams) filter (where p.state in ('reserved', 'dispensing')) as reserved,
                   sum(a.weighed) filter (where p.state in ('dispensed', 'checked')) as dispensed
            from pharmacy.allocations a join pharmacy.prescriptions p on p.id = a.prescription_id group by a.lot_id),
        back as (
            select e.lot_id, sum(e.milligrams) as milligrams
            from pharmacy.entries e join pharmacy.movements m on m.id = e.movement_id
            where e.from_account = 'dispensed' and m.kind <> 'send-back' group by e.lot_id)
        select l.id, l.centre_code, l.piece, l.lot_number,
               format('received and found %s; on hand %s, reserved %s (held %s), dispensed %s (of lines %s), lost %s, returned and transferred %s',
                      c.received, b.quarantine + b.available + b.in_transit, b.reserved, coalesce(h.reserved, 0), b.dispensed,
                      coalesce(h.dispensed, 0) - coalesce(r.milligrams, 0), b.lost, b.returned + b.transferred)
        from pharmacy.lots l
        left join pharmacy.lot_balances b on b.lot_id = l.id
        left join computed c on c.lot_id = l.id
        left join held h on h.lot_id = l.id
        left join back r on r.lot_id = l.id
        where (b.received + b.found, b.quarantine + b.available + b.in_transit, b.reserved, b.dispensed, b.lost, b.returned + b.transferred)
              is distinct from (c.received, c.on_hand, c.reserved, c.dispensed, c.lost, c.returned)
           or b.received <> l.quantity
           or b.reserved <> coalesce(h.reserved, 0)
           or b.dispensed <> coalesce(h.dispensed, 0) - coalesce(r.milligrams, 0)
           or (l.status <> 'available' and b.available > 0)
        order by l.id limit 20
        """;

    private const string Sums = """
        select (select count(*) from pharmacy.lots), (select count(*) from pharmacy.entries),
               coalesce(sum(received), 0)::bigint, coalesce(sum(found), 0)::bigint, coalesce(sum(quarantine), 0)::bigint,
               coalesce(sum(available), 0)::bigint, coalesce(sum(reserved), 0)::bigint, coalesce(sum(in_transit), 0)::bigint,
               coalesce(sum(dispensed), 0)::bigint, coalesce(sum(lost), 0)::bigint, coalesce(sum(returned), 0)::bigint,
               coalesce(sum(transferred), 0)::bigint
        from pharmacy.lot_balances
        """;

    private static readonly string[] SumNames =
    [
        "received",
        "found",
        "quarantine",
        "available",
        "reserved",
        "in-transit",
        "dispensed",
        "lost",
        "returned",
        "transferred",
    ];

    /// <summary>The checks with what people want beside them: totals, and which lots are wrong. One snapshot.</summary>
    public static async Task<LedgerReport> ReportAsync(NpgsqlDataSource database, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var checks = await RunAsync(connection, snapshot, cancellationToken);
        await using var command = new NpgsqlCommand($"{Sums};{(checks.All(c => c.Ok) ? "" : Broken)}", connection, snapshot);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var totals = SumNames.Index().ToDictionary(n => n.Item, n => reader.GetInt64(n.Index + 2));
        var (lots, entries) = (reader.GetInt64(0), reader.GetInt64(1));
        var broken = await reader.NextResultAsync(cancellationToken)
            ? await reader.RowsAsync(
                r => new BrokenLot(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4)),
                cancellationToken
            )
            : [];
        return new LedgerReport(checks, lots, entries, totals, broken);
    }

    internal static async Task<IReadOnlyList<LedgerCheck>> RunAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction snapshot,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection, snapshot);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Totals));
        foreach (var (_, sql) in Violations)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var checks = new List<LedgerCheck> { new("pharmacy.milligrams-received", reader.GetInt64(0), reader.GetInt64(1)) };
        foreach (var (name, _) in Violations)
        {
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            checks.Add(new LedgerCheck(name, 0, reader.GetInt64(0)));
        }

        return checks;
    }

    /// <param name="connectionString">of the pharmacy's database</param>
    public static async Task<IReadOnlyList<LedgerCheck>> RunAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        return await RunAsync(database, cancellationToken);
    }
}
