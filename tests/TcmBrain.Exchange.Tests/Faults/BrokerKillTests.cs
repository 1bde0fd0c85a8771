using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Faults;

/// <summary>The broker goes away in the middle of a stream, politely, by a kill, or for good.</summary>
public sealed class BrokerKillTests(Servers servers, OwnBroker own) : IClassFixture<OwnBroker>
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(300);

    [Theory]
    [InlineData("stopped and started again")]
    [InlineData("killed and started again")]
    public async Task A_stream_over_a_broker_that_comes_back_arrives_once_in_effect(string how)
    {
        var stage = await StageAsync();
        await using var listener = await stage.ListenerAsync();
        // As long as a service waits, not as long as other tests: what was on its way when the broker went is never confirmed.
        await using var publisher = await stage.PublisherAsync(x =>
            x.Configure(o => (o.RelayBatch, o.ConfirmTimeout) = (100, TimeSpan.FromSeconds(15)))
        );
        await publisher.TellAsync(Enumerable.Range(0, 1500).Select(_ => Samples.Registered()), perTransaction: 500);
        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) > 300, "the stream flows", Bound);

        if (how.StartsWith("killed", StringComparison.Ordinal))
        {
            await own.Server.KillAsync();
        }
        else
        {
            await own.Server.StopAsync();
        }

        // Work goes on without it.
        await publisher.TellAsync(Enumerable.Range(0, 500).Select(_ => Samples.Registered()), perTransaction: 100);
        (await Database.PendingAsync(stage.Institutions)).ShouldBeGreaterThanOrEqualTo(500);
        await own.Server.StartAsync();
        await publisher.TellAsync(Enumerable.Range(0, 500).Select(_ => Samples.Registered()), perTransaction: 100);

        await stage.ShouldHaveTakenOnceAsync(2500, Bound);
        (await Wire.WaitingAsync(stage.Broker, "cockpit_error")).ShouldBe(0u);
    }

    [Fact]
    public async Task On_a_broker_that_came_back_empty_nothing_pending_is_lost_for_any_listener()
    {
        var stage = await StageAsync();
        await using var listener = await stage.ListenerAsync();
        await using var publisher = await stage.PublisherAsync();
        await publisher.TellAsync(Enumerable.Range(0, 100).Select(_ => Samples.Registered()));
        await stage.ShouldHaveTakenOnceAsync(100);
        await own.Server.KillAsync();
        await publisher.TellAsync(Enumerable.Range(0, 1000).Select(_ => Samples.Registered()), perTransaction: 250);
        await own.ReplaceAsync();

        await stage.ShouldHaveTakenOnceAsync(1100, Bound);
        // Listeners that do not even run are not forgotten either.
        (await Wire.WaitingAsync(stage.Broker, "prescriptions")).ShouldBeGreaterThanOrEqualTo(1000u);
        (await Wire.WaitingAsync(stage.Broker, "pharmacy")).ShouldBeGreaterThanOrEqualTo(1000u);
    }

    private async Task<Stage> StageAsync()
    {
        await own.PurgeAsync();
        var stage = new Stage(
            await servers.DatabaseAsync("institutions"),
            await servers.DatabaseAsync("cockpit"),
            own.Server.ConnectionString
        );
        await TestHost.Effects.CreateAsync(stage.Cockpit);
        return stage;
    }
}
