using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Operations;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Operations;

/// <summary>What was told can be told again, to one listener, and what was put aside sent again.</summary>
public sealed class ReplayTests(Servers servers)
{
    [Fact]
    public async Task A_replay_brings_a_listener_exactly_what_it_lacks_and_nobody_else_anything()
    {
        var stage = await Stage.SetAsync(servers);
        await using var listener = await stage.ListenerAsync();
        await using var publisher = await stage.PublisherAsync();
        await publisher.TellAsync(Enumerable.Range(0, 1200).Select(_ => Samples.Registered()), perTransaction: 400);
        await publisher.TellAsync(Enumerable.Range(0, 300).Select(_ => Samples.Suspended()), perTransaction: 300);
        await stage.ShouldHaveTakenOnceAsync(1500);
        // The listener's database is put back to an older state.
        await Database.ExecuteAsync(
            stage.Cockpit,
            """
            with lost as (delete from exchange.inbox where message_id in (select message_id from exchange.inbox order by message_id desc limit 700) returning message_id)
            delete from public.effects where message_id in (select message_id from lost)
            """
        );
        var before = await Database.BalanceAsync(stage.Institutions, "cockpit", stage.Cockpit);
        (before.Missing, before.Unknown, before.Holds, before.MissingSample.Count).ShouldBe((700, 0, false, 3));

        var result = await ReplayAsync(stage, "cockpit", null);

        result.Total.ShouldBe(1500);
        result.Sent["InstitutionRegistered"].ShouldBe(1200);
        result.Sent["InstitutionSuspended"].ShouldBe(300);
        await stage.ShouldHaveTakenOnceAsync(1500);
        (await Wire.WaitingAsync(stage.Broker, "pharmacy")).ShouldBe(1500u);
    }

    [Fact]
    public async Task A_replay_may_be_of_one_type_and_of_what_was_recorded_since()
    {
        var stage = await Stage.SetAsync(servers);
        await using (var teller = stage.Teller())
        {
            var ids = await teller.TellAsync([Samples.Registered(), Samples.Registered(), Samples.Suspended()]);
            await Database.ExecuteAsync(
                stage.Institutions,
                "update exchange.outbox set recorded_at = now() - interval '1 hour' where message_id = $1",
                ids[0]
            );
        }

        var since = DateTimeOffset.UtcNow.AddMinutes(-30);
        (await ReplayAsync(stage, "pharmacy", since)).Total.ShouldBe(2);
        (await ReplayAsync(stage, "pharmacy", since, typeof(InstitutionSuspended))).Total.ShouldBe(1);
        (await ReplayAsync(stage, "pharmacy", null, typeof(InstitutionRegistered))).Total.ShouldBe(2);
        (await Wire.WaitingAsync(stage.Broker, "pharmacy")).ShouldBe(5u);
        (await Wire.WaitingAsync(stage.Broker, "cockpit")).ShouldBe(0u);
        await Should.ThrowAsync<ArgumentException>(() => ReplayAsync(stage, "pharmacy", null, typeof(PrescriptionReceived)));
    }

    [Fact]
    public async Task What_the_inbox_has_of_events_that_no_outbox_told_is_seen_unless_they_are_too_old_to_be_kept()
    {
        var stage = await Stage.SetAsync(servers);
        await Database.ExecuteAsync(stage.Cockpit, "insert into exchange.inbox values ('cockpit', $1)", Guid.CreateVersion7());
        await Database.ExecuteAsync(
            stage.Cockpit,
            "insert into exchange.inbox values ('cockpit', $1)",
            Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-35))
        );
        await using var told = NpgsqlDataSource.Create(stage.Institutions);
        await using var taken = NpgsqlDataSource.Create(stage.Cockpit);
        var databases = Topology.Services.ToDictionary(s => s.Name, s => s.Name == "institutions" ? told : taken);

        var balance = await new DeliveryAudit(databases).CompareAsync(
            Topology.Of("cockpit"),
            Database.Whenever,
            DateTimeOffset.UtcNow.AddDays(-30)
        );
        (balance.Taken, balance.Unknown).ShouldBe((2, 1));
        // What comes after the moment that is looked at is left out.
        var past = await new DeliveryAudit(databases).CompareAsync(
            Topology.Of("cockpit"),
            MessageIds.LastOf(DateTimeOffset.UtcNow.AddDays(-1)),
            DateTimeOffset.UtcNow.AddDays(-30)
        );
        (past.Taken, past.Unknown).ShouldBe((1, 0));
    }

    [Fact]
    public async Task What_was_put_aside_is_sent_again_one_or_all_and_then_taken_in()
    {
        var stage = await Stage.SetAsync(servers);
        var broken = true;
        await using var listener = await stage.ListenerAsync(
            new Script((_, _, _) => broken ? throw new InvalidOperationException("a bug") : Task.CompletedTask)
        );
        await using var publisher = await stage.PublisherAsync();
        var ids = await publisher.TellAsync(Enumerable.Range(0, 5).Select(_ => Samples.Registered()));
        await Eventually.Be(async () => await Wire.WaitingAsync(stage.Broker, "cockpit_error") == 5, "all are put aside");
        var errors = new ErrorQueues(stage.Broker);

        // Still broken: they come back, and are not sent twice in one go.
        (await errors.RedriveAsync(Topology.Of("cockpit"))).Moved.ShouldBe(5);
        await Eventually.Be(async () => await Wire.WaitingAsync(stage.Broker, "cockpit_error") == 5, "all are put aside again");

        broken = false;
        (await errors.RedriveAsync(Topology.Of("cockpit"), new HashSet<Guid> { ids[3] })).ShouldBe(new RedriveResult(1, 4));
        await Eventually.Be(async () => await Database.EffectsAsync(stage.Cockpit) == 1, "the chosen one is taken in");
        (await Database.ScalarAsync<Guid>(stage.Cockpit, "select message_id from public.effects")).ShouldBe(ids[3]);
        await Eventually.Be(async () => await Wire.WaitingAsync(stage.Broker, "cockpit_error") == 4, "the others are where they were");
        (await errors.RedriveAsync(Topology.Of("cockpit"))).ShouldBe(new RedriveResult(4, 0));
        await stage.ShouldHaveTakenOnceAsync(5);
        (await errors.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public void A_message_id_tells_its_time()
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(1_795_000_123_456);
        MessageIds.TimeOf(Guid.CreateVersion7(time)).ShouldBe(time);
        MessageIds.TimeOf(Guid.NewGuid()).ShouldBeNull();
        Guid.CreateVersion7(time).CompareTo(MessageIds.LastOf(time)).ShouldBeLessThan(0);
        Guid.CreateVersion7(time.AddMilliseconds(1)).CompareTo(MessageIds.LastOf(time)).ShouldBeGreaterThan(0);
    }

    private static async Task<ReplayResult> ReplayAsync(Stage stage, string service, DateTimeOffset? since, Type? only = null)
    {
        await using var told = NpgsqlDataSource.Create(stage.Institutions);
        await using var other = NpgsqlDataSource.Create(stage.Cockpit);
        var databases = Topology.Services.ToDictionary(s => s.Name, s => s.Name == "institutions" ? told : other);
        return await new Replay(databases, stage.Broker).RunAsync(Topology.Of(service), since, only);
    }
}
