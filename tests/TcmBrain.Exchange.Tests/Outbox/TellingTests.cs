using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Outbox;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Outbox;

/// <summary>A change and the events that tell of it are one thing.</summary>
public sealed class TellingTests(Servers servers)
{
    [Fact]
    public async Task Work_that_is_rolled_back_tells_nothing()
    {
        var (database, node) = await UnstartedAsync();
        await using var _ = node;
        await using (var work = await node.Exchange.BeginAsync())
        {
            work.Publish(Samples.Registered());
            await work.Command("create table public.left_behind (id int)").ExecuteNonQueryAsync();
        }

        (await Database.ScalarAsync<long>(database, "select count(*) from exchange.outbox")).ShouldBe(0);
        (await Database.PendingAsync(database)).ShouldBe(0);
        (await Database.ScalarAsync<bool>(database, "select to_regclass('public.left_behind') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_neither_change_nor_event()
    {
        var (database, node) = await UnstartedAsync();
        await using var _ = node;
        await Database.ExecuteAsync(
            database,
            "create table public.parent (id int primary key); create table public.child (id int references public.parent deferrable initially deferred)"
        );
        await using (var work = await node.Exchange.BeginAsync())
        {
            work.Publish(Samples.Registered());
            await work.Command("insert into public.child values (1)").ExecuteNonQueryAsync();
            await Should.ThrowAsync<Npgsql.PostgresException>(() => work.CommitAsync());
        }

        (await Database.ScalarAsync<long>(database, "select count(*) from public.child")).ShouldBe(0);
        (await Database.ScalarAsync<long>(database, "select count(*) from exchange.outbox")).ShouldBe(0);
        (await Database.PendingAsync(database)).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_to_be_done_after_the_commit_is_done_after_it_once_and_never_without_it()
    {
        var (database, node) = await UnstartedAsync();
        await using var _ = node;
        await Database.ExecuteAsync(database, "create table public.seen (id int)");
        await using var beside = Npgsql.NpgsqlDataSource.Create(database);
        var done = new List<bool>();
        await using (var work = await node.Exchange.BeginAsync())
        {
            work.AfterCommit(() => done.Add(false));
        }

        await using (var work = await node.Exchange.BeginAsync())
        {
            await work.Command("insert into public.seen values (1)").ExecuteNonQueryAsync();
            work.AfterCommit(() =>
            {
                using var command = beside.CreateCommand("select count(*) = 1 from public.seen");
                done.Add((bool)command.ExecuteScalar()!);
            });
            done.ShouldBeEmpty();
            await work.CommitAsync();
        }

        done.ShouldBe([true]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(1234)]
    public async Task Every_event_of_a_work_is_kept_and_pending_however_many(int events)
    {
        var (database, node) = await UnstartedAsync();
        await using var _ = node;
        var ids = await node.TellAsync(Enumerable.Range(1, events).Select(v => Samples.Registered(version: v)), perTransaction: events);

        ids.Distinct().Count().ShouldBe(events);
        const string whole = """
            select count(*) from exchange.outbox o join exchange.outbox_pending p using (day, message_id)
            where o.type = 'InstitutionRegistered' and (o.payload::jsonb->>'version')::int = o.version and o.message_id = any($1)
            """;
        (await Database.ScalarAsync<long>(database, whole, ids.ToArray())).ShouldBe(events);
    }

    [Fact]
    public async Task A_service_cannot_tell_what_the_topology_has_another_tell()
    {
        var (_, node) = await UnstartedAsync();
        await using var _1 = node;
        await using var work = await node.Exchange.BeginAsync();

        Should
            .Throw<InvalidOperationException>(() =>
                work.Publish(
                    new TreeHeadSigned
                    {
                        AggregateId = Guid.NewGuid(),
                        Version = 1,
                        OccurredAt = DateTimeOffset.UtcNow,
                        TreeSize = 1,
                        RootHashBase64 = "",
                    }
                )
            )
            .Message.ShouldContain("TreeHeadSigned");
    }

    [Fact]
    public async Task Two_relays_never_hold_the_same_event_and_a_rollback_gives_all_back()
    {
        var (database, node) = await UnstartedAsync();
        await using var _ = node;
        var told = await node.TellAsync(Enumerable.Range(0, 300).Select(_ => Samples.Registered()));

        await using var one = await node.Database.OpenConnectionAsync();
        await using var two = await node.Database.OpenConnectionAsync();
        await using var first = await one.BeginTransactionAsync();
        await using var second = await two.BeginTransactionAsync();
        var mine = await OutboxStore.ClaimAsync(one, first, 100, CancellationToken.None);
        var theirs = await OutboxStore.ClaimAsync(two, second, 300, CancellationToken.None);
        await first.RollbackAsync();
        await second.CommitAsync();

        mine.Count.ShouldBe(100);
        theirs.Count.ShouldBe(200);
        mine.Concat(theirs).Select(e => e.MessageId).Order().ShouldBe(told.Order());
        // The oldest go first.
        mine.Max(e => e.MessageId).ShouldBeLessThan(theirs.Min(e => e.MessageId));
        (await Database.PendingAsync(database)).ShouldBe(100);
    }

    private async Task<(string Database, Node Node)> UnstartedAsync()
    {
        var database = await servers.DatabaseAsync("institutions");
        return (database, Node.Build("institutions", database, "amqp://nobody:nobody@127.0.0.1:1", _ => { }));
    }
}
