using Npgsql;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>
/// Where the log ended when this process last appended to it. While nobody else appends, that is enough to store events in one round trip:
/// the database moves the log's end only from there, and refuses an id that it has. A refusal changes nothing; who is refused takes a turn
/// (<see cref="TraceLog.TakeTurnAsync"/>) and learns why. One at a time is prepared and one stored, on a connection of its own: one from the
/// pool is set back each time that it is taken, which costs as much as storing an event.
/// </summary>
public sealed class LogEnd(NpgsqlDataSource database, VocabularyStore vocabulary, LogNews news, TimeProvider time) : IAsyncDisposable
{
    private volatile CompactRange? known;
    private NpgsqlConnection? connection;

    /// <summary>Where the next leaf would be, when all that was prepared gets stored; null when this process has not appended yet or was refused.</summary>
    public long? Size => known?.Size;

    /// <summary>A turn was committed, and the log ends here.</summary>
    public void Learn(LogTurn committed) => known = committed.Tree;

    /// <summary>
    /// Hashes events and lays out their rows, to follow what was prepared before. Nothing is stored yet: the database may still be at the one
    /// before.
    /// </summary>
    /// <param name="drafts">No two of one id. They get the indexes from there on.</param>
    /// <param name="alongside">What else is to be written in the transaction.</param>
    /// <param name="size">What <see cref="Size"/> was when the caller gave them their indexes.</param>
    /// <returns>What <see cref="TryAppendAsync"/> takes, in the same order; null when a turn has to be taken.</returns>
    internal PreparedAppend? Prepare(IReadOnlyList<TraceDraft> drafts, long size, Action<NpgsqlBatch> alongside)
    {
        if (known is not { } tree || tree.Size != size || vocabulary.Committed(drafts.SelectMany(d => d.Terms.All())) is not { } words)
        {
            return null;
        }

        try
        {
            var recordedAt = LogRows.Now(time);
            var rows = new LogRows(tree, drafts, recordedAt);
            // One batch without BEGIN is one transaction (PostgreSQL, 55.2.3).
            var batch = new NpgsqlBatch();
            LogRows.Add(batch, "select traceability.advance($1, $2, $3)", size, tree.Size, tree.Edge.ToArray());
            rows.AddTo(batch, words);
            alongside(batch);
            return new PreparedAppend(tree, batch, recordedAt);
        }
        catch
        {
            // The tree may have grown by part of them.
            known = null;
            throw;
        }
    }

    /// <returns>The events' record time, once they are durable; null when nothing was stored.</returns>
    internal async Task<DateTimeOffset?> TryAppendAsync(PreparedAppend append)
    {
        await using var batch = append.Batch;
        // What it was to follow was refused, and with it all that was prepared after.
        if (append.Tree != known)
        {
            return null;
        }

        var stored = false;
        try
        {
            batch.Connection = connection ??= await database.OpenConnectionAsync(CancellationToken.None);
            await batch.PrepareAsync(CancellationToken.None);
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
            stored = true;
        }
        catch (PostgresException refused)
            when (refused.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // The connection may have been dead for hours, or the answer was lost: whoever takes a turn sees what is stored, or fails itself.
            await DisposeAsync();
            return null;
        }
        finally
        {
            if (!stored)
            {
                known = null;
            }
        }

        news.Tell();
        return append.RecordedAt;
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

/// <param name="Tree">The tree that it was prepared on, and that it is part of.</param>
internal sealed record PreparedAppend(CompactRange Tree, NpgsqlBatch Batch, DateTimeOffset RecordedAt);
