using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>Everything anew from the services' outboxes.</summary>
public sealed class RebuildTests(Servers servers)
{
    [Fact]
    public async Task A_cockpit_that_has_lost_all_is_rebuilt_from_the_outboxes_and_takes_nothing_in_twice()
    {
        var text = await servers.DatabaseAsync("cockpit");
        await using var database = NpgsqlDataSource.Create(text);
        var region = new Region(61);
        List<TakenEvent> events = [.. region.Institutions(), .. region.Day(200)];
        await TellAsync(database, region.Shuffle(events));
        var reread = await RereadAsync(database);
        (reread.Told, reread.Missing, reread.Changed, reread.Older, reread.Unreadable).ShouldBe((events.Count, events.Count, 0, 0, 0));
        var rebuilt = await new Rebuild(database).RunAsync();
        rebuilt.Facts.ShouldBe(events.Count);
        (await CounterAudit.RunAsync(text)).Differences.ShouldBeEmpty();
        (await CounterAudit.RunAsync(text)).Holds.ShouldBeTrue();
        await using var connection = await database.OpenConnectionAsync();
        // Facts stand in the order of the telling, and what the broker still delivers finds itself taken in.
        (await connection.QueryAsync<Guid>("select message_id from cockpit.facts order by id")).ShouldBe(
            events.Select(e => e.MessageId).OrderBy(id => id.ToString())
        );
        (await connection.ExecuteScalarAsync<long>("select count(*) from exchange.inbox where consumer = 'cockpit'")).ShouldBe(
            events.Count
        );
        (await connection.ExecuteScalarAsync<long>("select count(*) from cockpit.institutions")).ShouldBe(5);
        // Once more changes nothing.
        var again = await RereadAsync(database);
        (again.Told, again.Missing, again.Changed).ShouldBe((events.Count, 0, 0));
    }

    [Fact]
    public async Task Readers_see_the_old_numbers_or_the_new_while_damage_is_mended_and_folding_goes_on()
    {
        var text = await servers.DatabaseAsync("cockpit");
        await using var database = NpgsqlDataSource.Create(text);
        var region = new Region(62);
        var (first, missed, later) = (region.Day(120), region.Day(30), region.Day(60));
        await TellAsync(database, [.. first, .. missed]);
        await Fold.TakeInAsync(database, first);
        await using var connection = await database.OpenConnectionAsync();
        var positions = (await connection.QueryAsync<(long, Guid)>("select id, message_id from cockpit.facts order by id")).AsList();
        await connection.ExecuteAsync(
            """
            update cockpit.facts set quantity = quantity + 1 where id = (select min(id) from cockpit.facts where type = 'PrescriptionReceived');
            update cockpit.counters set value = value + 5 where metric = 'doses';
            delete from cockpit.journeys where received > 0 and delivered > 0;
            """
        );
        (await CounterAudit.RunAsync(text)).Holds.ShouldBeFalse();
        using var done = new CancellationTokenSource();
        var watching = WatchAsync(database, done.Token);
        var folding = Task.Run(async () =>
        {
            foreach (var batch in later.Chunk(17))
            {
                await Fold.TakeInAsync(database, batch);
            }
        });
        var reread = await RereadAsync(database);
        (reread.Missing, reread.Changed).ShouldBe((missed.Count, 1));
        await new Rebuild(database).RunAsync();
        await folding;
        await done.CancelAsync();
        await watching;
        (await CounterAudit.RunAsync(text)).Differences.ShouldBeEmpty();
        // Positions that streams know are what they were.
        (
            await connection.QueryAsync<(long, Guid)>($"select id, message_id from cockpit.facts where id <= {positions.Count} order by id")
        ).ShouldBe(positions);
    }

    /// <summary>Whatever moment it is, the county's, the city's and the institutions' numbers are of the same one.</summary>
    private static async Task WatchAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
            var (everywhere, institutions) = await connection.QuerySingleAsync<(long, long)>(
                """
                select coalesce(sum(value) filter (where kind = 'r' and code = '000000'), 0)::bigint,
                       coalesce(sum(value) filter (where kind = 'i'), 0)::bigint
                from cockpit.counters where metric = 'received'
                """
            );
            institutions.ShouldBe(everywhere);
            everywhere.ShouldBeGreaterThan(0);
        }
    }

    /// <summary>One database plays all services: each outbox is asked for its own types only.</summary>
    private static Task<RereadResult> RereadAsync(NpgsqlDataSource database) =>
        new Rereading(database, new Outboxes(Topology.Services.ToDictionary(s => s.Name, _ => database))).RunAsync(commit: true);

    private static async Task TellAsync(NpgsqlDataSource database, IEnumerable<TakenEvent> events)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into exchange.outbox (day, message_id, type, aggregate_id, version, occurred_at, payload)
            values (current_date, @MessageId, @Type, @AggregateId, @Version, @OccurredAt, @Payload)
            """,
            events.Select(t => new
            {
                t.MessageId,
                Type = t.Event.GetType().Name,
                t.Event.AggregateId,
                t.Event.Version,
                OccurredAt = t.Event.OccurredAt.UtcDateTime,
                Payload = System.Text.Encoding.UTF8.GetString(EventJson.Write(t.Event)),
            })
        );
    }
}
