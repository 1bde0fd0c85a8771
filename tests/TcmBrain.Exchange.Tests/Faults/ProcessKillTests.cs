using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Faults;

/// <summary><c>kill -9</c> of a service in the middle of its work, in the worst moment.</summary>
public sealed class ProcessKillTests(Servers servers)
{
    private const int Events = 6000;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(300);

    [Fact]
    public async Task A_relay_killed_between_confirmation_and_commit_tells_everything_once_in_effect()
    {
        var stage = await Stage.SetAsync(servers);
        await using (var teller = stage.Teller())
        {
            await teller.TellAsync(Enumerable.Range(0, Events).Select(_ => Samples.Registered()), perTransaction: 1000);
        }

        await using var gate = await CommitGate.BuildAsync(
            stage.Institutions,
            "delete on exchange.outbox_pending",
            "(select count(*) from exchange.outbox_pending) <= mark"
        );
        await using var listener = await stage.ListenerAsync();
        foreach (var left in new[] { 5000, 3000, 1000 })
        {
            await gate.ShutAsync(left);
            await using var relay = TestProcess.Start("institutions", stage.Institutions, stage.Broker, batch: 100);
            await gate.SomebodyWaitsAsync(Bound);
            await relay.KillAsync();
            await gate.OpenOverTheDeadAsync();
            // Two lanes may pass the gate side by side, neither seeing the other's deletes; what waited in it was undone.
            (await Database.PendingAsync(stage.Institutions)).ShouldBeGreaterThanOrEqualTo(left);
        }

        await gate.ShutAsync(-1);
        await using var last = TestProcess.Start("institutions", stage.Institutions, stage.Broker);
        await stage.ShouldHaveTakenOnceAsync(Events, Bound);
        // A queue that nobody reads shows it: what had been confirmed when the relay died was told again.
        (await Wire.WaitingAsync(stage.Broker, "pharmacy")).ShouldBeGreaterThanOrEqualTo((uint)Events + 300);
    }

    [Fact]
    public async Task A_listener_killed_before_its_commit_takes_everything_in_once()
    {
        var stage = await Stage.SetAsync(servers);
        await using var publisher = await stage.PublisherAsync();
        await publisher.TellAsync(Enumerable.Range(0, Events).Select(_ => Samples.Registered()), perTransaction: 1000);
        await using var gate = await CommitGate.BuildAsync(
            stage.Cockpit,
            "insert on exchange.inbox",
            "(select count(*) from public.effects) >= mark"
        );
        foreach (var taken in new[] { 500, 2000, 3500 })
        {
            await gate.ShutAsync(taken);
            await using var listener = TestProcess.Start("cockpit", stage.Cockpit, stage.Broker, batch: 50);
            await gate.SomebodyWaitsAsync(Bound);
            await listener.KillAsync();
            await gate.OpenOverTheDeadAsync();
            (await Database.EffectsAsync(stage.Cockpit)).ShouldBeLessThan(Events);
        }

        await gate.ShutAsync(Events * 2);
        await using var last = TestProcess.Start("cockpit", stage.Cockpit, stage.Broker);
        await stage.ShouldHaveTakenOnceAsync(Events, Bound);
    }
}
