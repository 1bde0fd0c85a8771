using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Faults;

/// <summary>The database goes away in the middle of a stream: the publisher's, the listener's.</summary>
public sealed class PostgresKillTests(Servers servers, OwnPostgres own) : IClassFixture<OwnPostgres>
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(300);

    [Theory]
    [InlineData("institutions", "restarted")]
    [InlineData("institutions", "killed")]
    [InlineData("cockpit", "restarted")]
    [InlineData("cockpit", "killed")]
    public async Task A_stream_over_a_database_that_comes_back_arrives_once_in_effect(string whose, string how)
    {
        var institutions = await (whose == "institutions" ? own.DatabaseAsync("institutions") : servers.DatabaseAsync("institutions"));
        var cockpit = await (whose == "cockpit" ? own.DatabaseAsync("cockpit") : servers.DatabaseAsync("cockpit"));
        var stage = new Stage(institutions, cockpit, await servers.BrokerAsync());
        await TestHost.Effects.CreateAsync(cockpit);
        await using var listener = await stage.ListenerAsync(x => x.FoldWith<TestHost.EffectFold>().Configure(o => o.InboxBatch = 20));
        await using var publisher = await stage.PublisherAsync(x => x.Configure(o => o.RelayBatch = 50));
        await publisher.TellAsync(Enumerable.Range(0, 2000).Select(_ => Samples.Registered()), perTransaction: 500);
        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) > 200, "the stream flows", Bound);

        if (how == "killed")
        {
            await own.Server.KillAsync();
            await own.Server.StartAsync();
        }
        else
        {
            await own.Server.RestartAsync();
        }

        await stage.ShouldHaveTakenOnceAsync(2000, Bound);
        (await Wire.WaitingAsync(stage.Broker, "cockpit_error")).ShouldBe(0u);
    }

    [Fact]
    public async Task A_listener_whose_database_is_away_stops_in_time_and_gives_back_what_it_held()
    {
        var stage = new Stage(await servers.DatabaseAsync("institutions"), await own.DatabaseAsync("cockpit"), await servers.BrokerAsync());
        var listener = await stage.ListenerAsync(x =>
            x.FoldWith<TestHost.EffectFold>().Configure(o => o.StopTimeout = TimeSpan.FromSeconds(4))
        );
        await using var publisher = await stage.PublisherAsync();
        await publisher.TellAsync([Samples.Registered()]);
        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == 1, "it works", Bound);
        await own.Server.StopAsync();
        await publisher.TellAsync(Enumerable.Range(0, 20).Select(_ => Samples.Registered()));
        await Eventually.Be(async () => await Database.PendingAsync(stage.Institutions) == 0, "all is told", Bound);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await listener.StopAsync();

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(3), "a database that stays away is not waited for");
        await Wire.ShouldBeBackAsync(stage.Broker, "cockpit", 20);
        (await Wire.WaitingAsync(stage.Broker, "cockpit_error")).ShouldBe(0u);

        await own.Server.StartAsync();
        await using var next = await stage.ListenerAsync();
        await stage.ShouldHaveTakenOnceAsync(21, Bound);
    }
}
