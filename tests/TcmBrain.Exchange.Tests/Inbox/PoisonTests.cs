using System.Text;
using Npgsql;
using TcmBrain.Exchange.Operations;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Inbox;

/// <summary>What a handler cannot take in is tried again, then put aside with its reason; the others never wait for it.</summary>
public sealed class PoisonTests(Servers servers)
{
    [Fact]
    public async Task A_poison_message_among_good_ones_is_put_aside_with_its_reason_and_the_good_go_through()
    {
        var stage = await Stage.SetAsync(servers);
        var attempts = 0;
        var firstGood = new TaskCompletionSource();
        await using var listener = await stage.ListenerAsync(
            new Script(
                (e, _, _) =>
                {
                    if (e.Code != "poison")
                    {
                        return Task.CompletedTask;
                    }

                    Interlocked.Increment(ref attempts);
                    throw new InvalidDataException("no such institution kind");
                }
            )
        );
        await using var publisher = await stage.PublisherAsync();
        var events = Enumerable.Range(0, 201).Select(i => Samples.Registered(i == 100 ? "poison" : "good")).ToList();
        var ids = await publisher.TellAsync(events, perTransaction: 201);

        await Eventually.Be(async () => await Database.DistinctEffectsAsync(stage.Cockpit) == 200, "the good ones are taken in");
        await Eventually.Be(async () => await Wire.WaitingAsync(stage.Broker, "cockpit_error") == 1, "the bad one is put aside");
        (await Database.EffectsAsync(stage.Cockpit)).ShouldBe(200);
        // Once with the others, then alone, then once more after each pause.
        attempts.ShouldBeInRange(4, 9);

        var poison = (await new ErrorQueues(stage.Broker).ListAsync()).ShouldHaveSingleItem();
        poison.Queue.ShouldBe("cockpit_error");
        poison.MessageId.ShouldBe(ids[100]);
        poison.Type.ShouldBe("InstitutionRegistered");
        poison.Reason.ShouldBe("System.IO.InvalidDataException: no such institution kind");
        poison.At.ShouldNotBeNull().ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(2));
        // Looking does not consume.
        (await new ErrorQueues(stage.Broker).ListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_handler_that_fails_twice_and_then_succeeds_loses_nothing()
    {
        var stage = await Stage.SetAsync(servers);
        var attempts = 0;
        await using var listener = await stage.ListenerAsync(
            new Script(
                async (_, work, token) =>
                {
                    await work.Command("insert into public.effects values (gen_random_uuid(), gen_random_uuid(), 0, 'side')")
                        .ExecuteNonQueryAsync(token);
                    if (Interlocked.Increment(ref attempts) <= 2)
                    {
                        throw new InvalidOperationException("not yet");
                    }
                }
            )
        );
        await using var publisher = await stage.PublisherAsync();
        await publisher.TellAsync([Samples.Registered()]);

        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) > 0, "it is taken in");
        attempts.ShouldBe(3);
        // What the failed attempts had written is undone.
        (await Database.ScalarAsync<long>(stage.Cockpit, "select count(*) from public.effects where type = 'side'")).ShouldBe(1);
        (await Wire.WaitingAsync(stage.Broker, "cockpit_error")).ShouldBe(0u);
    }

    [Fact]
    public async Task A_check_that_fails_only_at_commit_is_the_handlers_failure()
    {
        var stage = await Stage.SetAsync(servers);
        await Database.ExecuteAsync(
            stage.Cockpit,
            "create table public.parent (id int primary key); create table public.child (id int references public.parent deferrable initially deferred)"
        );
        await using var listener = await stage.ListenerAsync(
            new Script(
                (e, work, token) =>
                    e.Code == "poison"
                        ? work.Command("insert into public.child values (1)").ExecuteNonQueryAsync(token)
                        : Task.CompletedTask
            )
        );
        await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered("poison"), Guid.CreateVersion7());
        await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered(), Guid.CreateVersion7());

        await Eventually.Be(async () => await Wire.WaitingAsync(stage.Broker, "cockpit_error") == 1, "it is put aside");
        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == 1, "the good one is taken in");
    }

    [Theory]
    [InlineData("its own time-out")]
    [InlineData("a cancellation")]
    [InlineData("a query that always takes too long")]
    public async Task What_only_looks_like_a_database_that_is_away_does_not_block_the_lane(string fault)
    {
        var stage = await Stage.SetAsync(servers);
        await using var listener = await stage.ListenerAsync(
            new Script(
                async (e, work, token) =>
                {
                    if (e.Code != "poison")
                    {
                        return;
                    }

                    switch (fault)
                    {
                        case "its own time-out":
                            throw new TimeoutException("a call to somewhere else");
                        case "a cancellation":
                            throw new OperationCanceledException("by itself");
                        default:
                            await work.Command("set local statement_timeout = '10ms'").ExecuteNonQueryAsync(token);
                            await work.Command("select pg_sleep(5)").ExecuteNonQueryAsync(token);
                            break;
                    }
                }
            ),
            o => o.InboxLanes = 1
        );
        await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered("poison"), Guid.CreateVersion7());
        await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered(), Guid.CreateVersion7());

        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == 1, "the good one is taken in");
        await Eventually.Be(async () => await Wire.WaitingAsync(stage.Broker, "cockpit_error") == 1, "the bad one is put aside");
    }

    [Fact]
    public async Task A_lost_deadlock_is_tried_again_and_nobody_is_to_blame()
    {
        var stage = await Stage.SetAsync(servers);
        var attempts = 0;
        await using var listener = await stage.ListenerAsync(
            new Script(
                (_, work, token) =>
                    Interlocked.Increment(ref attempts) <= 3
                        ? work.Command("do $$ begin raise exception 'lost' using errcode = '40P01'; end $$").ExecuteNonQueryAsync(token)
                        : Task.CompletedTask
            ),
            o => o.Redelivery = []
        );
        await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered(), Guid.CreateVersion7());

        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == 1, "it is taken in");
        attempts.ShouldBe(4);
        (await Wire.WaitingAsync(stage.Broker, "cockpit_error")).ShouldBe(0u);
    }

    [Fact]
    public async Task A_body_that_is_no_event_is_put_aside_with_the_reason()
    {
        var stage = await Stage.SetAsync(servers);
        await using var listener = await stage.ListenerAsync();
        const string type = "urn:message:TcmBrain.Contracts.Events:InstitutionRegistered";
        foreach (var body in new[] { "{\"code\": ", "not json at all", "{}", "[]", "null" })
        {
            await Wire.SendAsync(stage.Broker, "cockpit", Encoding.UTF8.GetBytes(body), Guid.CreateVersion7(), type);
        }

        await Wire.SendAsync(stage.Broker, "cockpit", EventJson.Write(Samples.Registered()), messageId: null, type);
        await Wire.SendAsync(stage.Broker, "cockpit", Samples.Registered(), Guid.CreateVersion7());

        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == 1, "the good one is taken in");
        await Eventually.Be(async () => await Wire.WaitingAsync(stage.Broker, "cockpit_error") == 6, "the bad ones are put aside");
        var poison = await new ErrorQueues(stage.Broker).ListAsync();
        poison.ShouldAllBe(p => p.Reason != "unknown" && p.At != null);
    }

    [Fact]
    public async Task A_message_that_nothing_handles_is_kept_aside_and_seen()
    {
        var stage = await Stage.SetAsync(servers);
        await using var listener = await stage.ListenerAsync();
        var id = Guid.CreateVersion7();
        await Wire.SendAsync(stage.Broker, "cockpit", "{}"u8.ToArray(), id, "urn:message:TcmBrain.Contracts.Events:InstitutionMerged");

        var queues = new BrokerQueues(stage.Broker);
        await Eventually.Be(
            async () => (await queues.ErrorsAsync()).Single(q => q.Queue == "cockpit_skipped").Waiting == 1,
            "it lies in the queue of the skipped"
        );
        var skipped = (await new ErrorQueues(stage.Broker).ListAsync()).ShouldHaveSingleItem();
        (skipped.Queue, skipped.MessageId, skipped.Type).ShouldBe(("cockpit_skipped", id, "InstitutionMerged"));

        // After an upgrade it may be known.
        (await new ErrorQueues(stage.Broker).RedriveAsync(Contracts.Topology.Of("cockpit"))).Moved.ShouldBe(1);
    }
}
