using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>The fold on a real PostgreSQL: what is counted is what a recomputation counts, whatever happens on the way.</summary>
public sealed class FoldTests(Servers servers)
{
    [Fact]
    public async Task Numbers_equal_a_recomputation_when_lanes_fold_shuffled_events_side_by_side()
    {
        var text = await servers.DatabaseAsync("cockpit");
        await using var database = NpgsqlDataSource.Create(text);
        var region = new Region(7);
        var events = region.Shuffle(region.Day(400).Concat(region.Institutions()));
        var batches = events.Chunk(37).ToList();
        var next = -1;
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async _ =>
                {
                    for (int i; (i = Interlocked.Increment(ref next)) < batches.Count; )
                    {
                        await Fold.TakeInAsync(database, batches[i], rollBackFirst: i % 5 == 0);
                    }
                })
        );

        var audit = await CounterAudit.RunAsync(text);
        audit.Differences.ShouldBeEmpty();
        audit.Holds.ShouldBeTrue();
        audit.Checks.Single(c => c.Name == "cockpit facts = position").Actual.ShouldBe(events.Count);
        audit.Checks.Single(c => c.Name == "cockpit counters = recomputation").Expected.ShouldBeGreaterThan(500);
        await using var connection = await database.OpenConnectionAsync();
        var received = events.Count(e => e.Event is PrescriptionReceived);
        (
            await connection.ExecuteScalarAsync<long>(
                "select sum(value) from cockpit.counters where kind = 'r' and code = '000000' and metric = 'received'"
            )
        ).ShouldBe(received);
        (
            await connection.ExecuteScalarAsync<long>("select sum(value) from cockpit.standing where kind = 'r' and code = '000000'")
        ).ShouldBe(received);
    }

    [Fact]
    public async Task Ids_have_no_gap_and_a_reader_never_sees_one_before_all_those_below_it()
    {
        await using var database = NpgsqlDataSource.Create(await servers.DatabaseAsync("cockpit"));
        var region = new Region(8);
        var batches = region.Day(300).Chunk(11).ToList();
        using var done = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            await using var connection = await database.OpenConnectionAsync();
            var reads = 0;
            while (!done.IsCancellationRequested)
            {
                var (count, last) = await connection.QuerySingleAsync<(long, long)>(
                    "select count(*), coalesce(max(id), 0) from cockpit.facts"
                );
                last.ShouldBe(count);
                reads++;
            }

            return reads;
        });
        var next = -1;
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async _ =>
                {
                    for (int i; (i = Interlocked.Increment(ref next)) < batches.Count; )
                    {
                        await Fold.TakeInAsync(database, batches[i], rollBackFirst: i % 3 == 0);
                    }
                })
        );
        await done.CancelAsync();
        (await reader).ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task An_event_can_never_count_twice_even_past_the_inbox()
    {
        await using var database = NpgsqlDataSource.Create(await servers.DatabaseAsync("cockpit"));
        var events = new Region(9).Prescription(steps: 3);
        await Fold.TakeInAsync(database, events);
        (await Should.ThrowAsync<PostgresException>(() => Fold.TakeInAsync(database, [events[0]]))).SqlState.ShouldBe(
            PostgresErrorCodes.UniqueViolation
        );
    }

    [Fact]
    public async Task A_prescription_told_with_the_old_county_and_the_new_stands_in_one_of_them_in_whatever_order()
    {
        var text = await servers.DatabaseAsync("cockpit");
        await using var database = NpgsqlDataSource.Create(text);
        var region = new Region(12);
        foreach (var moved in (string[])["330102", "330109"])
        {
            foreach (var reversed in (bool[])[false, true])
            {
                // The hospital moves between the reservation and the rest.
                var way = region
                    .Prescription(hospital: 0)
                    .Select((e, i) => i >= 4 && e.Event is PrescriptionEvent p ? e with { Event = p with { RegionCode = moved } } : e)
                    .ToList();
                foreach (var e in reversed ? Enumerable.Reverse(way) : way)
                {
                    await Fold.TakeInAsync(database, [e]);
                }
            }
        }

        (await CounterAudit.RunAsync(text)).Differences.ShouldBeEmpty();
        await using var connection = await database.OpenConnectionAsync();
        (
            await connection.QueryAsync<(string, long)>(
                "select code, value from cockpit.standing where kind = 'r' and value <> 0 and code >= '330101' order by code"
            )
        ).ShouldBe([("330102", 2), ("330106", 2)]);
    }

    [Fact]
    public async Task The_audit_finds_a_single_wrong_number_and_the_rebuild_mends_it()
    {
        var text = await servers.DatabaseAsync("cockpit");
        await using var database = NpgsqlDataSource.Create(text);
        await Fold.TakeInAsync(database, new Region(10).Day(50));
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            update cockpit.counters set value = value + 1 where kind = 'r' and code = '330100' and metric = 'received'
                and hour = (select min(hour) from cockpit.counters where kind = 'r' and code = '330100' and metric = 'received');
            update cockpit.standing set value = value - 1 where kind = 'r' and code = '000000'
                and stage = (select max(stage) from cockpit.standing where value > 1 and kind = 'r' and code = '000000');
            insert into cockpit.rankings values ('herb', '2026-01-01', '330106', 'x', '无', 1, 1);
            update cockpit.sketches set sum = sum + 1 where kind = 'r' and code = '000000' and measure = 'received-approved'
                and hour = (select min(hour) from cockpit.sketches where kind = 'r' and code = '000000' and measure = 'received-approved');
            update cockpit.flows set count = count + 1 where institution = (select min(institution) from cockpit.flows);
            update cockpit.journeys set approved = approved + 1 where id = (select id from cockpit.journeys where approved > 0 limit 1);
            """
        );
        var audit = await CounterAudit.RunAsync(text);
        audit.Holds.ShouldBeFalse();
        string[] damaged = ["counters", "standing", "rankings", "flows", "turn-rounds", "journeys"];
        foreach (var table in damaged)
        {
            audit.Differences.ShouldContain(d => d.Name.StartsWith($"cockpit {table} = recomputation: "), table);
        }

        audit.Differences.Count.ShouldBeInRange(6, 10);
        var before = await connection.ExecuteScalarAsync<Guid>("select generation from cockpit.position");
        var rebuilt = await new Rebuild(database).RunAsync();
        rebuilt.Counters.ShouldBeGreaterThan(0);
        (await CounterAudit.RunAsync(text)).Differences.ShouldBeEmpty();
        (await connection.ExecuteScalarAsync<Guid>("select generation from cockpit.position")).ShouldNotBe(before);
    }

    [Fact]
    public async Task Folding_goes_on_correctly_while_a_rebuild_runs()
    {
        var text = await servers.DatabaseAsync("cockpit");
        await using var database = NpgsqlDataSource.Create(text);
        var region = new Region(11);
        await Fold.TakeInAsync(database, region.Day(100));
        var folding = Task.Run(async () =>
        {
            foreach (var batch in region.Day(100).Chunk(13))
            {
                await Fold.TakeInAsync(database, batch);
            }
        });
        while (!folding.IsCompleted)
        {
            await new Rebuild(database).RunAsync();
        }

        await folding;
        (await CounterAudit.RunAsync(text)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_institutions_newest_entry_and_status_win_in_any_order()
    {
        await using var database = NpgsqlDataSource.Create(await servers.DatabaseAsync("cockpit"));
        var id = Guid.CreateVersion7();
        TakenEvent Named(int version, string name) =>
            Region.Taken(
                new InstitutionRegistered
                {
                    AggregateId = id,
                    Version = version,
                    OccurredAt = DateTimeOffset.UtcNow,
                    Code = "X",
                    NameZh = name,
                    NameEn = name,
                    Kind = "hospital",
                    RegionCode = "330106",
                }
            );
        var suspended = Region.Taken(
            new InstitutionSuspended
            {
                AggregateId = id,
                Version = 3,
                OccurredAt = DateTimeOffset.UtcNow,
                Code = "X",
                Reason = "r",
            }
        );
        var back = Region.Taken(
            new InstitutionReinstated
            {
                AggregateId = id,
                Version = 4,
                OccurredAt = DateTimeOffset.UtcNow,
                Code = "X",
            }
        );
        await Fold.TakeInAsync(database, [back]);
        await Fold.TakeInAsync(database, [Named(5, "新"), suspended]);
        await Fold.TakeInAsync(database, [Named(1, "旧")]);
        await using var connection = await database.OpenConnectionAsync();
        var (name, isSuspended) = await connection.QuerySingleAsync<(string, bool)>(
            "select name_zh, suspended from cockpit.institutions where code = 'X'"
        );
        name.ShouldBe("新");
        isSuspended.ShouldBeFalse();
    }
}
