using System.Diagnostics;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Outbox;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Routing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>
/// Contended reservation without broker and HTTP: batches of approvals through the very fold that the inbox runs, many lanes at once, each batch a
/// committed transaction with its events in the outbox. Needs a migrated pharmacy database of its own. Benchmarks compile this file too.
/// </summary>
public sealed class ReservationLoad(NpgsqlDataSource database)
{
    private const int HotHerbs = 5;

    /// <summary>What was asked for and how long it took.</summary>
    public sealed record Result(int Prescriptions, int Lines, TimeSpan Elapsed)
    {
        public double LinesPerSecond => Lines / Elapsed.TotalSeconds;
    }

    /// <summary>Two centres with every herb, each in so many lots of which the first expire first.</summary>
    /// <param name="gramsPerLot">enough or not: a shortage is measured as well</param>
    public async Task PrepareAsync(int herbs, int lotsPerHerb, long gramsPerLot, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(
            """
            insert into pharmacy.institutions (code, kind, name_zh, name_en, region_code, longitude, latitude, registered_version)
            select 'BENCH' || i, 'pharmacy', '药房' || i, 'Pharmacy ' || i, '33010' || i, 120 + i * 0.1, 30, 1 from generate_series(1, 2) as i;
            insert into pharmacy.shelves (centre_code, piece)
            select 'BENCH' || i, 'herb' || h from generate_series(1, 2) as i, generate_series(1, @herbs) as h;
            insert into pharmacy.lots (id, shelf_id, centre_code, piece, lot_number, supplier, origin, certificate, quantity, produced_on, expires_on,
                                       status, accepted_by, accepted_by_name, accepted_at)
            select gen_random_uuid(), s.id, s.centre_code, s.piece, 'L' || n, 'supplier', 'origin', 'certificate', @milligrams, current_date - 10,
                   current_date + 100 + n, 'available', 'bench', 'bench', now()
            from pharmacy.shelves s, generate_series(1, @lots) as n;
            insert into pharmacy.lot_balances (lot_id, shelf_id, expires_on) select id, shelf_id, expires_on from pharmacy.lots;
            with receipt as (
                insert into pharmacy.movements (id, kind, actor, occurred_at) values (gen_random_uuid(), 'receipt', 'bench', now()) returning id)
            insert into pharmacy.entries (movement_id, lot_id, line_number, from_account, to_account, milligrams)
            select receipt.id, l.id, 0, 'supplier', 'quarantine', l.quantity from pharmacy.lots l, receipt;
            with release as (
                insert into pharmacy.movements (id, kind, actor, occurred_at) values (gen_random_uuid(), 'release', 'bench', now()) returning id)
            insert into pharmacy.entries (movement_id, lot_id, line_number, from_account, to_account, milligrams)
            select release.id, l.id, 0, 'quarantine', 'available', l.quantity from pharmacy.lots l, release;
            """
        );
        command.CommandTimeout = 300;
        command.Parameters.AddWithValue("herbs", herbs);
        command.Parameters.AddWithValue("lots", lotsPerHerb);
        command.Parameters.AddWithValue("milligrams", gramsPerLot * 1000);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await using var analyze = database.CreateCommand("vacuum analyze pharmacy.lots, pharmacy.lot_balances, pharmacy.shelves");
        analyze.CommandTimeout = 300;
        await analyze.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Years of work that is over: so many movements of one entry each, spread over all lots, that set aside and put back, so that balances
    /// stay what they are. Ids rise with time, as those of the service do.
    /// </summary>
    public async Task AddHistoryAsync(long movements, CancellationToken cancellationToken = default)
    {
        const int step = 500_000;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (
            var numbering = new NpgsqlCommand(
                "create temp table numbered as select row_number() over (order by id) - 1 as n, id from pharmacy.lots; create unique index on numbered (n); analyze numbered",
                connection
            )
        )
        {
            await numbering.ExecuteNonQueryAsync(cancellationToken);
        }

        for (long from = 0; from < movements; from += step)
        {
            await using var command = new NpgsqlCommand(
                """
                begin;
                -- Each pair moves nothing in the end, so the balances need not be touched.
                set local session_replication_role = replica;
                create temp table happened on commit drop as
                select i, ('01900000-0000-7' || lpad(to_hex(i >> 48 & 4095), 3, '0') || '-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id
                from generate_series(@from, @until) as i;
                insert into pharmacy.movements (id, kind, prescription_id, actor, occurred_at)
                select id, case i % 2 when 0 then 'reservation' else 'put-back' end, id, 'bench', now() - interval '1 year' + i * interval '1 second'
                from happened;
                insert into pharmacy.entries (movement_id, lot_id, line_number, from_account, to_account, milligrams)
                select h.id, l.id, 1,
                       (case i % 2 when 0 then 'available' else 'reserved' end)::pharmacy.account,
                       (case i % 2 when 0 then 'reserved' else 'available' end)::pharmacy.account, 70000
                from happened h join numbered l on l.n = (h.i / 2 * 7919) % (select count(*) from numbered);
                commit;
                """,
                connection
            )
            {
                CommandTimeout = 600,
            };
            command.Parameters.AddWithValue("from", from);
            command.Parameters.AddWithValue("until", Math.Min(from + step, movements) - 1);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var sql in new[] { "drop table numbered", "vacuum analyze pharmacy.movements, pharmacy.entries" })
        {
            await using var settle = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
            await settle.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Half of the prescriptions share five herbs; each line takes 70 g in all.</summary>
    /// <param name="herbs">as prepared</param>
    /// <param name="lanes">transactions at once, as the inbox has them</param>
    /// <param name="batch">prescriptions a transaction, as the inbox gathers them under load</param>
    public async Task<Result> RunAsync(
        int prescriptions,
        int linesEach,
        int herbs,
        int lanes = 4,
        int batch = 100,
        CancellationToken cancellationToken = default
    )
    {
        var random = new Random(20261122);
        var approved = Enumerable.Range(0, prescriptions).Select(i => Approved(random, i, linesEach, herbs)).Chunk(batch).ToArray();
        using var signal = new RelaySignal();
        var options = new ExchangeOptions { Service = Topology.Of("pharmacy"), Broker = "" };
        var exchange = new EventExchange(database, options, signal, TimeProvider.System);
        var rules = new RoutingRules();
        var books = new RoutingBooks(rules, TimeProvider.System);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            approved,
            new ParallelOptions { MaxDegreeOfParallelism = lanes, CancellationToken = cancellationToken },
            async (chunk, stopping) =>
            {
                await using var work = await exchange.BeginAsync(stopping);
                var intake = new Intake(books, rules, TimeProvider.System);
                foreach (var e in chunk)
                {
                    await intake.HandleAsync(e, work, stopping);
                }

                await intake.FoldAsync([], work, stopping);
                await work.CommitAsync(stopping);
            }
        );
        return new Result(prescriptions, prescriptions * linesEach, clock.Elapsed);
    }

    private static PrescriptionApproved Approved(Random random, int number, int lines, int herbs)
    {
        var pieces = new HashSet<int>();
        if (number % 2 == 0)
        {
            pieces.UnionWith(Enumerable.Range(1, Math.Min(HotHerbs, lines)));
        }

        while (pieces.Count < lines)
        {
            pieces.Add(random.Next(1, herbs + 1));
        }

        return new PrescriptionApproved
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 3,
            OccurredAt = DateTimeOffset.UtcNow,
            InstitutionCode = "BENCH",
            RegionCode = "330101",
            HisNumber = "B" + number,
            Revision = 1,
            ApprovedBy = "system",
            Lines = [.. pieces.Select((p, i) => new PrescriptionLine(i + 1, "herb" + p, Weight.FromGrams(10), ""))],
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = true,
            Urgent = false,
            DeliveryRegionCode = "330101",
            SyndromeName = "",
        };
    }
}
