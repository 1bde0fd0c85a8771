using Npgsql;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>
/// Where the log ended when this process last appended to it. While nobody else appends, that is enough to store events in one round trip:
/// the database moves the log's end only from there, and refuses an id that it has. A refusal changes nothing; who is refused takes a turn
/// (<see cref="TraceLog.TakeTurnAsync"/>) and learns why. One caller at a time.
/// </summary>
public sealed class LogEnd(NpgsqlDataSource database, VocabularyStore vocabulary, LogNews news, TimeProvider time)
{
    private CompactRange? known;

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
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        // One batch without BEGIN is one transaction (PostgreSQL, 55.2.3).
        await using var batch = new NpgsqlBatch(connection);
        LogRows.Add(batch, "select traceability.advance($1, $2, $3)", size, tree.Size, tree.Edge.ToArray());
        rows.AddTo(batch, words);
        alongside(batch);
        try
        {
            await batch.PrepareAsync(CancellationToken.None);
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (PostgresException refused)
            when (refused.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }

        known = tree;
        news.Tell();
        return recordedAt;
    }
}
