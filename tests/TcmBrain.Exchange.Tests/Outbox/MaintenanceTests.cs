using Npgsql;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Outbox;

/// <summary>Partitions come ahead of their day and go when they are old and told.</summary>
public sealed class MaintenanceTests(Servers servers)
{
    [Fact]
    public async Task Today_and_the_three_days_ahead_have_their_partitions()
    {
        string database;
        DateOnly today;
        do
        {
            today = DateOnly.FromDateTime(DateTime.UtcNow);
            database = await servers.DatabaseAsync("institutions");
        } while (today != DateOnly.FromDateTime(DateTime.UtcNow));
        foreach (var ahead in Enumerable.Range(0, 4))
        {
            (await ExistsAsync(database, today.AddDays(ahead))).ShouldBeTrue();
        }

        (await ExistsAsync(database, today.AddDays(5))).ShouldBeFalse();
    }

    [Fact]
    public async Task An_old_day_goes_only_when_nothing_of_it_is_pending()
    {
        var database = await servers.DatabaseAsync("institutions");
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var (told, untold, recent) = (today.AddDays(-40), today.AddDays(-39), today.AddDays(-29));
        foreach (var day in new[] { told, untold, recent })
        {
            await AddPartitionAsync(database, day);
            await AddEventAsync(database, day, pending: day == untold);
        }

        await Database.ExecuteAsync(database, "select exchange.maintain(30)");
        (await ExistsAsync(database, told)).ShouldBeFalse();
        (await ExistsAsync(database, untold)).ShouldBeTrue();
        (await ExistsAsync(database, recent)).ShouldBeTrue();

        await Database.ExecuteAsync(database, "delete from exchange.outbox_pending");
        await Database.ExecuteAsync(database, "select exchange.maintain(30)");
        (await ExistsAsync(database, untold)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_day_without_a_partition_is_kept_relayed_and_removed_all_the_same()
    {
        var stage = await Stage.SetAsync(servers);
        var day = DateOnly.FromDateTime(DateTime.UtcNow);
        await Database.ExecuteAsync(stage.Institutions, $"drop table exchange.outbox_{day:yyyyMMdd}");
        await using (var teller = stage.Teller())
        {
            await teller.TellAsync([Samples.Registered(), Samples.Registered()]);
        }

        (await Database.ScalarAsync<long>(stage.Institutions, "select count(*) from exchange.outbox_default")).ShouldBe(2);
        // Does not fail over the rows that are there already.
        await Database.ExecuteAsync(stage.Institutions, "select exchange.maintain(30)");
        await using var listener = await stage.ListenerAsync();
        await using var publisher = await stage.PublisherAsync();
        await stage.ShouldHaveTakenOnceAsync(2);

        await Database.ExecuteAsync(stage.Institutions, "select exchange.maintain(-2)");
        (await Database.ScalarAsync<long>(stage.Institutions, "select count(*) from exchange.outbox")).ShouldBe(0);
    }

    [Fact]
    public async Task The_inbox_remembers_a_week_longer_than_any_outbox_tells()
    {
        var database = await servers.DatabaseAsync("cockpit");
        foreach (var age in new[] { 1, 36, 38 })
        {
            await Database.ExecuteAsync(
                database,
                "insert into exchange.inbox values ('cockpit', gen_random_uuid(), now() - make_interval(days => $1))",
                age
            );
        }

        await Database.ExecuteAsync(database, "select exchange.maintain(30)");
        (await Database.ScalarAsync<long>(database, "select count(*) from exchange.inbox")).ShouldBe(2);
    }

    [Fact]
    public async Task It_gives_up_rather_than_make_the_writers_wait_behind_a_long_read()
    {
        var database = await servers.DatabaseAsync("institutions");
        await AddPartitionAsync(database, DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-40));
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var reading = await connection.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("select count(*) from exchange.outbox", connection, reading))
        {
            await read.ExecuteScalarAsync();
        }

        var fault = await Should.ThrowAsync<PostgresException>(() => Database.ExecuteAsync(database, "select exchange.maintain(30)"));
        fault.SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);
    }

    private static Task<bool> ExistsAsync(string database, DateOnly day) =>
        Database.ScalarAsync<bool>(database, "select to_regclass($1) is not null", $"exchange.outbox_{day:yyyyMMdd}");

    private static Task AddPartitionAsync(string database, DateOnly day) =>
        Database.ExecuteAsync(
            database,
            $"create table exchange.outbox_{day:yyyyMMdd} partition of exchange.outbox for values from ('{day:yyyy-MM-dd}') to ('{day.AddDays(1):yyyy-MM-dd}')"
        );

    private static async Task AddEventAsync(string database, DateOnly day, bool pending)
    {
        var id = Guid.CreateVersion7();
        await Database.ExecuteAsync(
            database,
            "insert into exchange.outbox values ($1, $2, 'InstitutionRegistered', $2, 1, now(), now(), null, '{}')",
            day,
            id
        );
        if (pending)
        {
            await Database.ExecuteAsync(database, "insert into exchange.outbox_pending values ($1, $2)", id, day);
        }
    }
}
