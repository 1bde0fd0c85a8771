using System.Diagnostics;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Inbox;

/// <summary>A service that is asked to stop finishes what it has in hand and gives the rest back untouched.</summary>
public sealed class StoppingTests(Servers servers)
{
    [Fact]
    public async Task What_is_in_hand_is_finished_and_acknowledged_and_the_rest_waits_in_the_queue()
    {
        const int batch = 20;
        const int lanes = 4;
        var stage = await Stage.SetAsync(servers);
        await using (var publisher = await stage.PublisherAsync())
        {
            await publisher.TellAsync(Enumerable.Range(0, 2000).Select(_ => Samples.Registered()), perTransaction: 200);
            await Eventually.Be(async () => await Database.PendingAsync(stage.Institutions) == 0, "all is told");
        }

        var reached = new TaskCompletionSource();
        await using (
            var listener = await stage.ListenerAsync(
                new Script(
                    async (_, _, token) =>
                    {
                        reached.TrySetResult();
                        // So slow that all of them would take a lane half a minute: the stop comes long before, on a busy machine too.
                        await Task.Delay(50, token);
                    }
                ),
                o =>
                {
                    o.Prefetch = 200;
                    o.InboxBatch = batch;
                    o.InboxLanes = lanes;
                    // What is in hand is given the time that it takes; given up, it would be told again, and taken once for its number.
                    o.StopTimeout = TimeSpan.FromMinutes(4);
                }
            )
        )
        {
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(180));
        }

        // Each event is in the queue or had its effect, none is neither. Acknowledgements of the lanes' last batches may go down with the connection: they come again, and count once.
        var effects = await Database.EffectsAsync(stage.Cockpit);
        effects.ShouldBeInRange(1, 1999);
        await Eventually.Hold(async () =>
            (await Wire.WaitingAsync(stage.Broker, "cockpit") + effects).ShouldBeInRange(
                2000,
                2000 + lanes * batch,
                "what was committed is acknowledged, what was not is back"
            )
        );
        (await Wire.WaitingAsync(stage.Broker, "cockpit_error")).ShouldBe(0u);

        await using var next = await stage.ListenerAsync();
        await stage.ShouldHaveTakenOnceAsync(2000);
    }

    [Fact]
    public async Task A_message_that_waits_for_its_next_try_goes_back_to_the_queue_and_not_to_the_error_queue()
    {
        var stage = await Stage.SetAsync(servers);
        var tried = new TaskCompletionSource();
        var listener = await stage.ListenerAsync(
            new Script(
                (_, _, _) =>
                {
                    tried.TrySetResult();
                    throw new InvalidOperationException("not now");
                }
            ),
            o =>
            {
                o.Redelivery = [TimeSpan.FromMinutes(10)];
                o.StopTimeout = TimeSpan.FromSeconds(2);
            }
        );
        await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered(), Guid.CreateVersion7());
        await tried.Task.WaitAsync(TimeSpan.FromSeconds(180));
        var clock = Stopwatch.StartNew();
        await listener.StopAsync();

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(3), "the next try is not waited for");
        await Wire.ShouldBeBackAsync(stage.Broker, "cockpit", 1);
        (await Wire.WaitingAsync(stage.Broker, "cockpit_error")).ShouldBe(0u);
    }

    [Fact]
    public async Task A_relay_that_is_asked_to_stop_confirms_what_it_took()
    {
        var stage = await Stage.SetAsync(servers);
        await using (var teller = stage.Teller())
        {
            await teller.TellAsync(Enumerable.Range(0, 2000).Select(_ => Samples.Registered()), perTransaction: 500);
        }

        await using (
            var publisher = await stage.PublisherAsync(x => x.Configure(o => (o.RelayBatch, o.StopTimeout) = (50, TimeSpan.FromMinutes(3))))
        )
        {
            await Eventually.Be(async () => await Database.PendingAsync(stage.Institutions) < 2000, "it has begun");
        }

        // Told and pending add up: nothing was told twice.
        var pending = await Database.PendingAsync(stage.Institutions);
        await Eventually.Be(async () => await Wire.WaitingAsync(stage.Broker, "cockpit") + pending == 2000, "told is confirmed");
    }
}
