using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Tests;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Setup;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Prescriptions on their whole way, fifteen events each, shuffled within some thousand: folded as the inbox folds them; then the cockpit loses all and is
/// rebuilt from the outboxes; then rebuilt once more with everything there. One database plays all services.
/// </summary>
internal sealed class CockpitFoldBenchmark(BenchServers servers, int prescriptions)
{
    private const int BatchSize = 1000;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var text = await servers.DatabaseAsync("bench_cockpit_fold");
        await Migrations.ApplyAsync(text, "cockpit", cancellationToken);
        await using var database = NpgsqlDataSource.Create(text);
        var region = new Region(1);
        await Fold.TakeInAsync(database, region.Institutions());
        double folding = 0;
        long events = 0;
        for (var left = prescriptions; left > 0; left -= 1000)
        {
            var some = region.Shuffle(Enumerable.Range(0, Math.Min(left, 1000)).SelectMany(_ => region.Prescription()));
            await TellAsync(database, some, cancellationToken);
            var clock = Stopwatch.StartNew();
            foreach (var batch in some.Chunk(BatchSize))
            {
                await Fold.TakeInAsync(database, batch);
            }

            folding += clock.Elapsed.TotalSeconds;
            events += some.Count;
        }

        var megabytes = await MegabytesAsync(database, cancellationToken);
        await ExecuteAsync(
            database,
            """
            truncate cockpit.facts, cockpit.counters, cockpit.standing, cockpit.rankings, cockpit.sketches, cockpit.flows, cockpit.journeys;
            update cockpit.position set last = 0; delete from exchange.inbox
            """,
            cancellationToken
        );
        var (lost, _) = await RebuildAsync(database, events, cancellationToken);
        var (there, held) = await RebuildAsync(database, events, cancellationToken);
        var verifying = Stopwatch.StartNew();
        if (!(await new CounterAudit(database).RunAsync(cancellationToken)).Holds)
        {
            throw new InvalidOperationException("The rebuilt numbers are not what a recomputation gives.");
        }

        return
        [
            new Figure("cockpit.fold_events_per_s", events / folding, "events/s"),
            new Figure("cockpit.rebuild_lost_per_s", events / lost, "events/s"),
            new Figure("cockpit.rebuild_events_per_s", events / there, "events/s"),
            new Figure("cockpit.rebuild_held_s", held, "s"),
            new Figure("cockpit.verify_events_per_s", events / verifying.Elapsed.TotalSeconds, "events/s"),
            new Figure("cockpit.mb_a_million", megabytes * 1_000_000 / prescriptions, "MB"),
        ];
    }

    private static async Task<(double Seconds, double Held)> RebuildAsync(
        NpgsqlDataSource database,
        long events,
        CancellationToken cancellationToken
    )
    {
        var clock = Stopwatch.StartNew();
        var outboxes = new Outboxes(Topology.Services.ToDictionary(s => s.Name, _ => database));
        var reread = await new Rereading(database, outboxes).RunAsync(commit: true, cancellationToken);
        var rebuilt = await new Rebuild(database).RunAsync(cancellationToken);
        return reread.Told != events || rebuilt.Facts < events
            ? throw new InvalidOperationException(
                $"{reread.Told} events were read and {rebuilt.Facts} facts are there in place of {events}."
            )
            : (clock.Elapsed.TotalSeconds, rebuilt.HeldSeconds);
    }

    private static async Task TellAsync(NpgsqlDataSource database, List<TakenEvent> events, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy exchange.outbox (day, message_id, type, aggregate_id, version, occurred_at, payload) from stdin (format binary)",
            cancellationToken
        );
        var day = DateOnly.FromDateTime(DateTime.UtcNow);
        foreach (var (messageId, e, _) in events)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(day, NpgsqlDbType.Date, cancellationToken);
            await copy.WriteAsync(messageId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(e.GetType().Name, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(e.AggregateId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(e.Version, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(e.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(EventJson.Write(e), NpgsqlDbType.Text, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>What the cockpit's own tables take, with their indexes.</summary>
    private static async Task<double> MegabytesAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await ExecuteAsync(database, "vacuum (analyze) cockpit.facts; ", cancellationToken);
        await using var command = database.CreateCommand(
            """
            select sum(pg_total_relation_size(c.oid)) / 1e6 from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'cockpit' and c.relkind = 'r'
            """
        );
        return (double)(decimal)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
