using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <param name="LeafIndex">Where it stands in the log: now, or since it was first captured.</param>
/// <param name="IsNew">False: the very event was in the log already, and nothing was stored.</param>
public readonly record struct Appended(TraceDraft Draft, long LeafIndex, bool IsNew);

/// <summary>An event of that id which is in the log; another hash means that it says something else.</summary>
public readonly record struct KnownEvent(long LeafIndex, byte[] Hash);

/// <summary>The append-only log (追溯日志).</summary>
public sealed class TraceLog(TimeProvider time, VocabularyStore vocabulary, LogNews news)
{
    /// <summary>
    /// Takes the log's turn: until the work ends, nobody else appends. That is what makes indexes gapless, so take it late and
    /// bring many events.
    /// </summary>
    public async Task<LogTurn> TakeTurnAsync(Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command("select size, frontier from traceability.log for update");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new InvalidOperationException("traceability.log has no row.");
        }

        return new LogTurn(work, new CompactRange(reader.GetInt64(0), reader.GetFieldValue<byte[][]>(1)), time, vocabulary, news);
    }
}

/// <summary>The right to append within one work.</summary>
public sealed class LogTurn
{
    private readonly Work work;
    private readonly CompactRange tree;
    private readonly TimeProvider time;
    private readonly VocabularyStore vocabulary;
    private readonly LogNews news;

    internal LogTurn(Work work, CompactRange tree, TimeProvider time, VocabularyStore vocabulary, LogNews news) =>
        (this.work, this.tree, this.time, this.vocabulary, this.news) = (work, tree, time, vocabulary, news);

    /// <summary>The log's right edge with what this turn appended.</summary>
    internal CompactRange Tree => tree;

    /// <summary>
    /// Stores the events that are not in the log yet, each with its leaf, and publishes TraceCaptured for them. One answer for each
    /// draft, in order; of drafts that are the same event the first is the new one.
    /// </summary>
    public async Task<IReadOnlyList<Appended>> AppendAsync(IReadOnlyList<TraceDraft> drafts, CancellationToken cancellationToken)
    {
        if (drafts.Count == 0)
        {
            return [];
        }

        var known = await KnownAsync(drafts, cancellationToken);
        var answers = new List<Appended>(drafts.Count);
        var size = tree.Size;
        var fresh = new List<TraceDraft>(drafts.Count);
        foreach (var draft in drafts)
        {
            var key = Convert.ToHexString(draft.Key);
            var isNew = !known.TryGetValue(key, out var first);
            if (isNew)
            {
                first = new KnownEvent(size + fresh.Count, draft.Hash);
                known.Add(key, first);
                fresh.Add(draft);
            }

            answers.Add(new Appended(draft, first.LeafIndex, isNew));
        }

        if (fresh.Count > 0)
        {
            await StoreAsync(fresh, cancellationToken);
            for (var i = 0; i < fresh.Count; i++)
            {
                work.Publish(Told(fresh[i], size + i), fresh[i].TraceParent);
            }
        }

        return answers;
    }

    /// <summary>Leaves in the log at the beginning of the next append.</summary>
    public long Size => tree.Size;

    /// <summary>
    /// Stores what parties captured: drafts that the caller knows to be new and no two the same. They are told by their number, by who makes
    /// the graph (<see cref="Graph.GraphIndex"/>).
    /// </summary>
    /// <returns>Their record time. Their indexes follow one another from <see cref="Size"/> on.</returns>
    public Task<DateTimeOffset> AppendFreshAsync(IReadOnlyList<TraceDraft> drafts, CancellationToken cancellationToken) =>
        StoreAsync(drafts, cancellationToken);

    /// <summary>Of the drafts, those whose id is in the log already, by their key in hex.</summary>
    public async Task<Dictionary<string, KnownEvent>> KnownAsync(IReadOnlyList<TraceDraft> drafts, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select event_key, leaf_index, event_hash from traceability.event where event_key = any($1)",
            (object)drafts.Select(d => d.Key).ToArray()
        );
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new Dictionary<string, KnownEvent>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(
                Convert.ToHexString(reader.GetFieldValue<byte[]>(0)),
                new KnownEvent(reader.GetInt64(1), reader.GetFieldValue<byte[]>(2))
            );
        }

        return known;
    }

    private async Task<DateTimeOffset> StoreAsync(IReadOnlyList<TraceDraft> fresh, CancellationToken cancellationToken)
    {
        var recordedAt = LogRows.Now(time);
        var rows = new LogRows(tree, fresh, recordedAt);
        var words = await vocabulary.IdsAsync(work, fresh.SelectMany(d => d.Terms.All()), cancellationToken);
        await using var batch = new NpgsqlBatch(work.Connection, work.Transaction);
        rows.AddTo(batch, words);
        LogRows.Add(batch, "update traceability.log set size = $1, frontier = $2", tree.Size, tree.Edge.ToArray());
        // Once for each connection of the pool: planning these costs as much as running them for a few events.
        await batch.PrepareAsync(cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        news.Tell();
        return recordedAt;
    }

    private static TraceCaptured Told(TraceDraft draft, long index) =>
        new()
        {
            AggregateId = new Guid(draft.Hash.AsSpan(0, 16), bigEndian: true),
            Version = draft.IsErrorDeclaration ? 2 : 1,
            OccurredAt = draft.EventTime.ToUniversalTime(),
            EventHash = EventHash.Text(draft.Hash),
            BizStep = draft.BizStep,
            LeafIndex = index,
            PrescriptionId = draft.Scope.PrescriptionId,
            RegionCode = draft.Scope.RegionCode,
            InstitutionCode = draft.Scope.InstitutionCode,
            CentreCode = draft.Scope.CentreCode,
        };
}
