using Npgsql;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>
/// Where the log ended when this process last appended to it. While nobody else appends, that is enough to store events in one round trip:
/// the database moves the log's end only from there, and refuses an id that it has. A refusal changes nothing; who is refused takes a turn
/// (<see cref="TraceLog.TakeTurnAsync"/>) and learns why. One caller at a time, on a connection of its own: one from the pool is set back each
/// time that it is taken, which costs as much as storing an event.
/// </summary>
public sealed class LogEnd(NpgsqlDataSource database, VocabularyStore vocabulary, LogNews news, TimeProvider time) : IAsyncDisposable
{
    private CompactRange? known;
    private NpgsqlConnection? connection;

    /// <summary>Where the next leaf would be; null when this process has not appended yet or was refused.</summary>
    public long? Size => known?.Size;

    /// <summary>A turn was committed, and the log ends here.</summary>
    public void Learn(LogTurn committed) => known = committed.Tree;

    /// <param name="drafts">No two of one id. They get the indexes from <see cref="Size"/> on.</param>
    /// <param name="alongside">What else is to be written in the transaction.</param>
    /// <returns>Their record time, once they are durable; null when nothing was stored.</returns>
    public async Task<DateTimeOffset?> TryAppendAsync(IReadOnlyList<TraceDraft> drafts, Action<NpgsqlBatch> alongside)
    {
        if (known is not { } tree || vocabulary.Committed(drafts.SelectMany(d => d.Terms.All())) is not { } words)
        {
            return null;
        }

        // Known again when it is certain.
        known = null;
        var size = tree.Size;
        var recordedAt = LogRows.Now(time);
        var rows = new LogRows(tree, drafts, recordedAt);
        // One batch without BEGIN is one transaction (PostgreSQL, 55.2.3).
        await using var batch = new NpgsqlBatch();
        LogRows.Add(batch, "select traceability.advance($1, $2, $3)", size, tree.Size, tree.Edge.ToArray());
        rows.AddTo(batch, words);
        alongside(batch);
        try
        {
            batch.Connection = connection ??= await database.OpenConnectionAsync(CancellationToken.None);
            await batch.PrepareAsync(CancellationToken.None);
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (PostgresException refused)
            when (refused.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }
        catch (NpgsqlException)
        {
            // The connection may have been dead for hours, or the answer was lost: whoever takes a turn sees what is stored, or fails itself.
            await DisposeAsync();
            return null;
        }

        known = tree;
        news.Tell();
        return recordedAt;
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is { } open)
        {
            connection = null;
            await open.DisposeAsync();
        }
    }
}
