using TcmBrain.Exchange.Inbox;
using TcmBrain.Exchange.TestHost;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Inbox;

/// <summary>However often a message comes, its effect is one.</summary>
public sealed class OnceTests(Servers servers)
{
    [Fact]
    public async Task The_same_message_delivered_twice_has_its_effect_once()
    {
        var stage = await Stage.SetAsync(servers);
        await using var listener = await stage.ListenerAsync();
        var (e, id) = (Samples.Registered(), Guid.CreateVersion7());
        await Wire.SendAsync(stage.Broker, "cockpit", e, id);
        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == 1, "its effect is there");
        await Wire.SendAsync(stage.Broker, "cockpit", e, id);
        await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered(aggregate: e.AggregateId, version: 2), Guid.CreateVersion7());

        // Of one aggregate, so it comes after the second telling.
        await Eventually.Be(async () => await Database.DistinctEffectsAsync(stage.Cockpit) == 2, "the next one is there");
        (await Database.EffectsAsync(stage.Cockpit)).ShouldBe(2);
        (await Wire.WaitingAsync(stage.Broker, "cockpit_error")).ShouldBe(0u);
    }

    [Fact]
    public async Task A_message_twice_in_one_batch_has_its_effect_once_and_both_deliveries_are_answered()
    {
        var stage = await Stage.SetAsync(servers);
        var (reached, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var listener = await stage.ListenerAsync(
            new Script(
                async (e, _, _) =>
                {
                    if (e.Code == "gate")
                    {
                        reached.TrySetResult();
                        await gate.Task;
                    }
                }
            ),
            o => o.InboxLanes = 1
        );
        var first = listener.Lanes.TakeAsync(new Delivery(Guid.CreateVersion7(), Samples.Registered("gate"), null), default);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(180));
        // They gather behind the one that is held, and so go into one transaction.
        var (twin, id) = (Samples.Registered(), Guid.CreateVersion7());
        Task[] twins = [.. Enumerable.Range(0, 3).Select(_ => listener.Lanes.TakeAsync(new Delivery(id, twin, null), default))];
        gate.SetResult();

        await Task.WhenAll([first, .. twins]).WaitAsync(TimeSpan.FromSeconds(180));
        (await Database.EffectsAsync(stage.Cockpit)).ShouldBe(2);
    }

    [Fact]
    public async Task Two_replicas_given_the_same_messages_at_once_take_each_in_once()
    {
        var stage = await Stage.SetAsync(servers);
        await using var one = Node.Build("cockpit", stage.Cockpit, stage.Broker);
        await using var two = Node.Build("cockpit", stage.Cockpit, stage.Broker);
        var events = Enumerable.Range(0, 500).Select(_ => (Id: Guid.CreateVersion7(), Event: Samples.Registered())).ToList();

        Task[] deliveries =
        [
            .. events.Select(e => one.Lanes.TakeAsync(new Delivery(e.Id, e.Event, null), default)),
            .. events.AsEnumerable().Reverse().Select(e => two.Lanes.TakeAsync(new Delivery(e.Id, e.Event, null), default)),
        ];
        await Task.WhenAll(deliveries).WaitAsync(TimeSpan.FromSeconds(180));

        (await Database.EffectsAsync(stage.Cockpit)).ShouldBe(500);
        (await Database.DistinctEffectsAsync(stage.Cockpit)).ShouldBe(500);
    }

    [Fact]
    public async Task Events_out_of_order_end_in_the_newest_state()
    {
        var stage = await Stage.SetAsync(servers);
        await Database.ExecuteAsync(stage.Cockpit, "create table public.entry (id uuid primary key, version int, code text)");
        await using var listener = await stage.ListenerAsync(
            new Script(
                (e, work, token) =>
                    work.Command(
                            """
                            insert into public.entry values ($1, $2, $3)
                            on conflict (id) do update set version = excluded.version, code = excluded.code where entry.version < excluded.version
                            """,
                            e.AggregateId,
                            e.Version,
                            e.Code
                        )
                        .ExecuteNonQueryAsync(token)
            )
        );
        var aggregate = Guid.CreateVersion7();
        foreach (var version in new[] { 3, 1, 5, 2, 4 })
        {
            await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered($"v{version}", aggregate, version), Guid.CreateVersion7());
        }

        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == 5, "all are taken in");
        (await Database.ScalarAsync<string>(stage.Cockpit, "select code from public.entry")).ShouldBe("v5");
    }

    [Fact]
    public async Task Events_of_one_aggregate_never_run_side_by_side_and_keep_the_order_they_came_in()
    {
        var stage = await Stage.SetAsync(servers);
        var (running, overlaps) = (0, 0);
        var order = new List<int>();
        await using var listener = await stage.ListenerAsync(
            new Script(
                async (e, _, _) =>
                {
                    if (Interlocked.Increment(ref running) > 1)
                    {
                        overlaps++;
                    }

                    lock (order)
                    {
                        order.Add(e.Version);
                    }

                    await Task.Yield();
                    Interlocked.Decrement(ref running);
                }
            )
        );
        var aggregate = Guid.CreateVersion7();
        await Task.WhenAll(
                Enumerable
                    .Range(1, 400)
                    .Select(v =>
                        listener.Lanes.TakeAsync(
                            new Delivery(Guid.CreateVersion7(), Samples.Registered(aggregate: aggregate, version: v), null),
                            default
                        )
                    )
            )
            .WaitAsync(TimeSpan.FromSeconds(180));

        overlaps.ShouldBe(0);
        order.ShouldBe(Enumerable.Range(1, 400));
    }

    [Fact]
    public void A_listener_without_a_handler_for_what_comes_to_it_does_not_start()
    {
        Should
            .Throw<InvalidOperationException>(() => Node.Build("decoction", "Host=nowhere", "amqp://nowhere", _ => { }))
            .Message.ShouldContain("has no handler");
        Should
            .Throw<InvalidOperationException>(() =>
                Node.Build(
                    "traceability",
                    "Host=nowhere",
                    "amqp://nowhere",
                    x => x.FoldWith<EffectFold>().Handle<TcmBrain.Contracts.Events.InstitutionRegistered, ScriptedHandler>()
                )
            )
            .Message.ShouldContain("InstitutionRegistered");
    }
}
