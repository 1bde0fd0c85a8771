using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Faults;

/// <summary><c>kill -9</c> of a service in the middle of its work.</summary>
public sealed class ProcessKillTests(Servers servers)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_relay_killed_in_the_middle_of_its_batches_tells_everything_once_in_effect()
    {
        const int events = 6000;
        var stage = await Stage.SetAsync(servers);
        await using (var teller = stage.Teller())
        {
            await teller.TellAsync(Enumerable.Range(0, events).Select(_ => Samples.Registered()), perTransaction: 1000);
        }

        await using var listener = await stage.ListenerAsync();
        foreach (var left in new[] { 5000, 3000, 1000 })
        {
            await using var relay = TestProcess.Start("institutions", stage.Institutions, stage.Broker, batch: 100);
            await Eventually.Be(async () => await Database.PendingAsync(stage.Institutions) < left, $"fewer than {left} are pending", Bound);
            await relay.KillAsync();
            (await Database.PendingAsync(stage.Institutions)).ShouldBeGreaterThan(0, "it was to be killed with work in hand");
        }

        await using var last = TestProcess.Start("institutions", stage.Institutions, stage.Broker);
        await stage.ShouldHaveTakenOnceAsync(events, Bound);
    }

    [Fact]
    public async Task A_listener_killed_in_the_middle_of_its_batches_takes_everything_in_once()
    {
        const int events = 6000;
        var stage = await Stage.SetAsync(servers);
        await using var publisher = await stage.PublisherAsync();
        await publisher.TellAsync(Enumerable.Range(0, events).Select(_ => Samples.Registered()), perTransaction: 1000);
        foreach (var taken in new[] { 500, 2000, 3500 })
        {
            await using var listener = TestProcess.Start("cockpit", stage.Cockpit, stage.Broker, batch: 20);
            await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) > taken, $"more than {taken} have had their effect", Bound);
            await listener.KillAsync();
            (await Database.EffectsAsync(stage.Cockpit)).ShouldBeLessThan(events, "it was to be killed with work in hand");
        }

        await using var last = TestProcess.Start("cockpit", stage.Cockpit, stage.Broker);
        await stage.ShouldHaveTakenOnceAsync(events, Bound);
    }
}
