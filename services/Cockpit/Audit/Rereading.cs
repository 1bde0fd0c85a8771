using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Indicators.Registers;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Exchange.Operations;

namespace TcmBrain.Cockpit.Audit;

/// <param name="Told">events that the outboxes have</param>
/// <param name="Missing">of them, those that were no facts (and are now)</param>
/// <param name="Changed">facts that did not say what their event says (and do now)</param>
/// <param name="Older">facts whose events no outbox keeps any more; they stay as they are</param>
/// <param name="Unreadable">rows that this version of the contracts cannot read</param>
public sealed record RereadResult(long Told, long Missing, long Changed, long Older, long Unreadable, double Seconds);

/// <summary>
/// Reads the facts again from the services' outboxes (重读): what is missing is added after the last position, what an event now says more or otherwise is
/// put right, and positions stay, so streams go on. What is still under way from the broker is remembered as taken in. Idempotent.
/// </summary>
public sealed class Rereading(NpgsqlDataSource database, Outboxes outboxes)
{
    private const int EntriesAtOnce = 1000;

    /// <param name="commit">false: only says what would be done</param>
    public async Task<RereadResult> RunAsync(bool commit, CancellationToken cancellationToken = default)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var exchange = new EventExchange(
            database,
            new ExchangeOptions { Service = Contracts.Topology.Of("cockpit"), Broker = "" },
            new Exchange.Outbox.RelaySignal(),
            TimeProvider.System
        );
        await using var work = await exchange.BeginAsync(cancellationToken);
        var connection = work.Connection;
        await connection.ExecuteAsync(
            $"create temp table reread on commit drop as select {FactStore.ColumnList} from cockpit.facts limit 0",
            transaction: work.Transaction
        );
        var (told, entries) = await ReadAsync(connection, cancellationToken);
        await connection.ExecuteAsync("analyze reread", transaction: work.Transaction, commandTimeout: 0);
        var missing = await AddMissingAsync(work, cancellationToken);
        var changed = await connection.ExecuteAsync(PutRight, transaction: work.Transaction, commandTimeout: 0);
        var older = await connection.ExecuteScalarAsync<long>(
            "select count(*) from cockpit.facts f where not exists (select 1 from reread r where r.message_id = f.message_id)",
            transaction: work.Transaction,
            commandTimeout: 0
        );
        if (commit)
        {
            await RememberAsync(work, entries, cancellationToken);
            await connection.ExecuteAsync("select pg_notify(@Channel, '')", new { FoldStore.Channel }, work.Transaction);
            await work.CommitAsync(cancellationToken);
        }

        return new(told, missing, changed, older, outboxes.Unreadable, clock.Elapsed.TotalSeconds);
    }

    private async Task<(long Told, List<TakenEvent> Entries)> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        long told = 0;
        var entries = new List<TakenEvent>();
        await using var copy = await connection.BeginBinaryImportAsync(
            $"copy reread ({FactStore.ColumnList}) from stdin (format binary)",
            cancellationToken
        );
        await foreach (var (messageId, e) in outboxes.ReadAsync(cancellationToken))
        {
            told++;
            await copy.StartRowAsync(cancellationToken);
            await FactStore.WriteAsync(copy, Fact.Of(messageId, e), cancellationToken);
            if (InstitutionEntry.IsOf(e))
            {
                entries.Add(new(messageId, e));
            }
        }

        await copy.CompleteAsync(cancellationToken);
        return (told, entries);
    }

    private static async Task<long> AddMissingAsync(Work work, CancellationToken cancellationToken)
    {
        // First the inbox, as the fold does, so that neither waits for the other; sorted, as the inbox does.
        await work
            .Connection.ExecuteAsync(
                """
                insert into exchange.inbox (consumer, message_id)
                select 'cockpit', r.message_id from reread r
                where not exists (select 1 from exchange.inbox i where i.consumer = 'cockpit' and i.message_id = r.message_id)
                order by r.message_id
                on conflict do nothing
                """,
                transaction: work.Transaction,
                commandTimeout: 0
            )
            .WaitAsync(cancellationToken);
        var last = await work.Connection.ExecuteScalarAsync<long>(
            "update cockpit.position set last = last returning last",
            transaction: work.Transaction
        );
        var missing = await work.Connection.ExecuteAsync(
            $"""
            insert into cockpit.facts (id, {FactStore.ColumnList})
            select @last + row_number() over (order by message_id), {FactStore.ColumnList} from reread r
            where not exists (select 1 from cockpit.facts f where f.message_id = r.message_id)
            order by message_id
            """,
            new { last },
            work.Transaction,
            commandTimeout: 0
        );
        await work.Connection.ExecuteAsync(
            "update cockpit.position set last = last + @missing",
            new { missing = (long)missing },
            work.Transaction
        );
        return missing;
    }

    /// <summary>Registers and names: any order and any repetition ends in the same rows.</summary>
    private static async Task RememberAsync(Work work, List<TakenEvent> entries, CancellationToken cancellationToken)
    {
        foreach (var some in entries.Chunk(EntriesAtOnce))
        {
            await FoldStore.RememberAsync(work.Connection, work.Transaction, InstitutionEntry.Of(some), cancellationToken);
            await RegisterFold.FoldAsync(some, work, cancellationToken);
        }
    }

    private static readonly string PutRight = $"""
        update cockpit.facts f set {string.Join(", ", Others.Select(c => $"{c} = r.{c}"))}
        from reread r
        where r.message_id = f.message_id
          and ({string.Join(", ", Others.Select(c => "f." + c))}) is distinct from ({string.Join(", ", Others.Select(c => "r." + c))})
        """;

    private static IEnumerable<string> Others =>
        FactStore.ColumnList.Split(',', StringSplitOptions.TrimEntries).Where(c => c != "message_id");
}
