using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Operations;
using TcmBrain.Exchange.Outbox;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Outbox;

/// <summary>What is told reaches everybody who listens.</summary>
public sealed class RelayTests(Servers servers)
{
    [Fact]
    public async Task An_event_reaches_its_listener_at_once_and_every_queue_that_waits_for_it()
    {
        var stage = await Stage.SetAsync(servers);
        await using var publisher = await stage.PublisherAsync();
        await using var listener = await stage.ListenerAsync();
        await publisher.TellAsync([Samples.Registered()]);

        await stage.ShouldHaveTakenOnceAsync(1);
        // The others have never run: what they listen to waits for them, and nothing else.
        foreach (var other in Topology.Services.Where(service => service.ListensTo.Length > 0 && service.Name != "cockpit"))
        {
            var listens = other.ListensTo.Contains(typeof(Contracts.Events.InstitutionRegistered));
            (await Wire.WaitingAsync(stage.Broker, other.Queue)).ShouldBe(listens ? 1u : 0u, other.Name);
        }

        Topology.Services.ShouldContain(service =>
            service.ListensTo.Length > 0 && !service.ListensTo.Contains(typeof(Contracts.Events.InstitutionRegistered))
        );
    }

    [Fact]
    public async Task A_listener_that_first_starts_when_everything_was_told_gets_everything()
    {
        var stage = await Stage.SetAsync(servers);
        await using (var publisher = await stage.PublisherAsync())
        {
            await publisher.TellAsync(Enumerable.Range(0, 1500).Select(_ => Samples.Registered()));
            await Eventually.Be(async () => await Database.PendingAsync(stage.Institutions) == 0, "all is told");
        }

        await using var listener = await stage.ListenerAsync();
        await stage.ShouldHaveTakenOnceAsync(1500);
    }

    [Fact]
    public async Task Two_relays_at_once_tell_each_event_once_in_effect_and_lose_none()
    {
        var stage = await Stage.SetAsync(servers);
        await using (var teller = stage.Teller())
        {
            await teller.TellAsync(Enumerable.Range(0, 3000).Select(_ => Samples.Registered()), perTransaction: 500);
        }

        await using var listener = await stage.ListenerAsync();
        await using var one = await stage.PublisherAsync(x => x.Configure(o => o.RelayBatch = 50));
        await using var two = await stage.PublisherAsync(x => x.Configure(o => o.RelayBatch = 50));
        await Task.WhenAll(
            one.TellAsync(Enumerable.Range(0, 500).Select(_ => Samples.Registered())),
            two.TellAsync(Enumerable.Range(0, 500).Select(_ => Samples.Registered()))
        );

        await stage.ShouldHaveTakenOnceAsync(4000);
    }

    [Fact]
    public async Task What_cannot_be_told_is_put_aside_with_its_reason_and_holds_nothing_up()
    {
        var stage = await Stage.SetAsync(servers);
        await using (var teller = stage.Teller())
        {
            var ids = await teller.TellAsync(Enumerable.Range(0, 13).Select(_ => Samples.Registered()));
            await Database.ExecuteAsync(
                stage.Institutions,
                "update exchange.outbox set type = 'InstitutionMerged' where message_id = $1",
                ids[0]
            );
            await Database.ExecuteAsync(
                stage.Institutions,
                "update exchange.outbox set payload = '{\"code\": 7' where message_id = $1",
                ids[1]
            );
            await Database.ExecuteAsync(stage.Institutions, "delete from exchange.outbox where message_id = $1", ids[2]);
        }

        await using var listener = await stage.ListenerAsync();
        await using var publisher = await stage.PublisherAsync();
        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == 10, "the good ones are told");
        await Eventually.Be(async () => await Database.PendingAsync(stage.Institutions) == 0, "nothing is pending");

        var state = await OutboxState.ReadAsync(publisher.Database, Database.Whenever);
        state.Dead.ShouldBe(3);
        state.Reasons.ShouldContain("unknown event type InstitutionMerged");
        state.Reasons.ShouldContain("its row in the outbox is gone");
    }

    [Fact]
    public async Task While_more_comes_in_than_can_be_committed_one_lane_tells_with_pauses_and_still_tells_everything()
    {
        var stage = await Stage.SetAsync(servers);
        var pause = TimeSpan.FromMilliseconds(500);
        await using var publisher = Node.Build(
            "institutions",
            stage.Institutions,
            stage.Broker,
            x => x.Configure(o => (o.RelayLanes, o.RelayBatch, o.RelayPause) = (2, 10, pause))
        );
        // Before a lane runs: one that had looked already would still take a batch.
        publisher.Services.GetRequiredService<RelaySignal>().Crowd(milliseconds: 600_000);
        await publisher.StartAsync();
        var clock = Stopwatch.StartNew();
        await publisher.TellAsync(Enumerable.Range(0, 40).Select(_ => Samples.Registered()), perTransaction: 40);
        await Eventually.Be(async () => await Database.PendingAsync(stage.Institutions) == 0, "all is told in the crowd");

        // Four batches with a pause after each: two lanes would be through after one.
        clock.Elapsed.ShouldBeGreaterThan(pause * 2.5);
        (await Wire.WaitingAsync(stage.Broker, "cockpit")).ShouldBe(40u);
    }

    [Fact]
    public async Task A_crowd_that_is_not_spoken_of_again_is_soon_forgotten()
    {
        using var signal = new RelaySignal();
        signal.IsCrowded.ShouldBeFalse();
        signal.Crowd();
        await Eventually.Be(() => !signal.IsCrowded, "the crowd is forgotten");
    }

    [Fact]
    public async Task A_binding_that_was_lost_is_made_again_before_an_event_counts_as_told()
    {
        var stage = await Stage.SetAsync(servers);
        await using var listener = await stage.ListenerAsync();
        await using var publisher = await stage.PublisherAsync();
        await publisher.TellAsync([Samples.Registered()]);
        await stage.ShouldHaveTakenOnceAsync(1);

        var told = Topology.ExchangeName(typeof(Contracts.Events.InstitutionRegistered));
        await Wire.WithChannelAsync(stage.Broker, channel => channel.ExchangeUnbindAsync(told + ".listeners", told, ""));
        await publisher.TellAsync([Samples.Registered(), Samples.Registered()]);

        await stage.ShouldHaveTakenOnceAsync(3);
        (await Wire.WaitingAsync(stage.Broker, "pharmacy")).ShouldBe(3u);
    }

    [Fact]
    public async Task A_broker_that_lost_its_queues_while_nobody_looked_is_set_up_again_for_all_listeners()
    {
        var stage = await Stage.SetAsync(servers);
        // One lane: another that starts late would declare again what is just being taken away, half of it.
        await using var publisher = await stage.PublisherAsync(x => x.Configure(o => o.RelayLanes = 1));
        await publisher.TellAsync([Samples.Registered()]);
        await Eventually.Be(async () => await Database.PendingAsync(stage.Institutions) == 0, "it is told");
        await Wire.WithChannelAsync(
            stage.Broker,
            async channel =>
            {
                foreach (var type in Topology.EventTypes)
                {
                    await channel.ExchangeDeleteAsync(Topology.ExchangeName(type));
                    await channel.ExchangeDeleteAsync(Topology.ExchangeName(type) + ".listeners");
                }

                foreach (var queue in new[] { "prescriptions", "pharmacy", "cockpit" })
                {
                    await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false);
                }
            }
        );

        await publisher.TellAsync(Enumerable.Range(0, 10).Select(_ => Samples.Registered()));

        await Eventually.Be(async () => await Database.PendingAsync(stage.Institutions) == 0, "all is told");
        foreach (var queue in new[] { "prescriptions", "pharmacy", "cockpit" })
        {
            (await Wire.WaitingAsync(stage.Broker, queue)).ShouldBeGreaterThanOrEqualTo(10u, queue);
        }
    }
}
