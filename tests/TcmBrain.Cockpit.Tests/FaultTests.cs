using Npgsql;
using StackExchange.Redis;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>A database that throws everybody out, a Redis that is emptied or says something else.</summary>
public sealed class FaultTests(Servers servers)
{
    [Fact]
    public async Task Numbers_and_streams_survive_a_database_that_ends_every_connection_again_and_again()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(81);
        List<TakenEvent> events = [.. region.Institutions(), .. region.Shuffle(region.Day(200))];
        await using var reader = await SseReader.OpenAsync(host.Service, CockpitHost.Operator(), lastEventId: "0");
        await using var breaker = NpgsqlDataSource.Create(host.ConnectionString + ";Application Name=breaker;Pooling=false");
        foreach (var batch in events.Chunk(events.Count / 4 + 1))
        {
            await host.Publisher.TellAsync(batch);
            // As a restart looks to everyone who is connected.
            await using var command = breaker.CreateCommand(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            );
            await command.ExecuteNonQueryAsync();
        }

        var seen = new List<long>();
        while (seen.Count < events.Count)
        {
            seen.AddRange(SseReader.Ids(await reader.UntilAsync(m => m.Name == "facts", TimeSpan.FromSeconds(60))));
        }

        seen.ShouldBe(Enumerable.Range(1, events.Count).Select(i => (long)i));
        (await CounterAudit.RunAsync(host.ConnectionString)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_audit_of_the_live_view_names_what_Redis_has_otherwise()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(82);
        await host.TellAsync([.. region.Institutions(), .. region.Day(30)]);
        var all = await host.CountAsync();
        await Eventually.Be(
            async () =>
            {
                var summary = await host.GetAsync(CockpitHost.Operator(), "/api/cockpit/summary");
                return summary.GetProperty("asOf").GetInt64() == all && summary.GetProperty("source").GetString() == "redis";
            },
            "all is shown, from Redis"
        );
        var audit = new LiveAudit(host.Database, host.Redis, TimeProvider.System);
        (await audit.RunAsync()).Differences.ShouldBeEmpty();

        var generation = (await host.TailAsync()).Generation;
        using var redis = await ConnectionMultiplexer.ConnectAsync(host.Redis);
        var key = $"cockpit:{generation:N}:r:330100:standing";
        var field = (await redis.GetDatabase().HashGetAllAsync(key)).First(f => f.Name != "@" && f.Name != "#");
        await redis.GetDatabase().HashIncrementAsync(key, field.Name);
        var found = await audit.RunAsync();
        found.Holds.ShouldBeFalse();
        found.Differences.ShouldHaveSingleItem().Name.ShouldContain(key);
        await redis.GetDatabase().KeyDeleteAsync(key);
        (await audit.RunAsync()).Holds.ShouldBeFalse();
    }
}
