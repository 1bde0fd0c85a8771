using Npgsql;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Faults;

/// <summary>
/// Holds transactions in the moment of their commit, when everything else of them is done: for a relay after the broker has
/// confirmed, for a listener after its handlers have run. There a kill is worst.
/// </summary>
internal sealed class CommitGate : IAsyncDisposable
{
    private readonly string _database;
    private readonly NpgsqlConnection _holder;

    private CommitGate(string database, NpgsqlConnection holder) => (_database, _holder) = (database, holder);

    /// <param name="happening"><c>delete on exchange.outbox_pending</c></param>
    /// <param name="condition">SQL with <c>mark</c>: the gate is shut for transactions that see it true</param>
    public static async Task<CommitGate> BuildAsync(string database, string happening, string condition)
    {
        await Database.ExecuteAsync(
            database,
            $"""
            create table public.gate (mark bigint not null);
            insert into public.gate values (0);
            create function public.wait_at_gate() returns trigger language plpgsql as $$
            declare mark bigint := (select g.mark from public.gate g);
            begin
                if {condition} then perform pg_advisory_xact_lock_shared(7); end if;
                return null;
            end $$;
            create constraint trigger gate after {happening} deferrable initially deferred for each row execute function public.wait_at_gate()
            """
        );
        var holder = new NpgsqlConnection(database);
        await holder.OpenAsync();
        return new CommitGate(database, holder);
    }

    public async Task ShutAsync(long mark)
    {
        await Database.ExecuteAsync(_database, "update public.gate set mark = $1", mark);
        await OnHolderAsync("select pg_advisory_lock(7)");
    }

    public Task SomebodyWaitsAsync(TimeSpan within) =>
        Eventually.Be(
            async () => await Database.ScalarAsync<long>(_database, $"select count(*) from ({Waiting}) w") > 0,
            "a transaction stands before its commit",
            within
        );

    /// <summary>After the kill: whoever stood there is gone, and what was held is undone.</summary>
    public async Task OpenOverTheDeadAsync()
    {
        await Database.ExecuteAsync(_database, $"select pg_terminate_backend(pid) from ({Waiting}) w");
        await Eventually.Be(
            async () => await Database.ScalarAsync<long>(_database, $"select count(*) from ({Waiting}) w") == 0,
            "the dead are gone"
        );
        await OnHolderAsync("select pg_advisory_unlock(7)");
    }

    public ValueTask DisposeAsync() => _holder.DisposeAsync();

    private const string Waiting =
        "select pid from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())";

    private async Task OnHolderAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _holder);
        await command.ExecuteNonQueryAsync();
    }
}
