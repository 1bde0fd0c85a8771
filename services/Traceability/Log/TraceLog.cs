using System.Buffers.Binary;
using Npgsql;
using NpgsqlTypes;
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
public sealed class TraceLog(TimeProvider time, VocabularyStore vocabulary)
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

        return new LogTurn(work, new CompactRange(reader.GetInt64(0), reader.GetFieldValue<byte[][]>(1)), time, vocabulary);
    }
}

/// <summary>The right to append within one work.</summary>
public sealed class LogTurn
{
    private readonly Work work;
    private readonly CompactRange tree;
    private readonly TimeProvider time;
    private readonly VocabularyStore vocabulary;

    internal LogTurn(Work work, CompactRange tree, TimeProvider time, VocabularyStore vocabulary) =>
        (this.work, this.tree, this.time, this.vocabulary) = (work, tree, time, vocabulary);

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
        var fresh = new List<(TraceDraft Draft, long Index)>(drafts.Count);
        foreach (var draft in drafts)
        {
            var key = Convert.ToHexString(draft.Key);
            var isNew = !known.TryGetValue(key, out var first);
            if (isNew)
            {
                first = new KnownEvent(tree.Size + fresh.Count, draft.Hash);
                known.Add(key, first);
                fresh.Add((draft, first.LeafIndex));
            }

            answers.Add(new Appended(draft, first.LeafIndex, isNew));
        }

        if (fresh.Count > 0)
        {
            await StoreAsync(fresh, cancellationToken);
            foreach (var (draft, index) in fresh)
            {
                work.Publish(Told(draft, index), draft.TraceParent);
            }
        }

        return answers;
    }

    /// <summary>Leaves in the log at the beginning of the next append.</summary>
    public long Size => tree.Size;

    /// <summary>
    /// Stores what parties captured: drafts that the caller knows to be new and no two the same. They are told by their number.
    /// </summary>
    /// <returns>Their record time. Their indexes follow one another from <see cref="Size"/> on.</returns>
    public async Task<DateTimeOffset> AppendFreshAsync(IReadOnlyList<TraceDraft> drafts, CancellationToken cancellationToken)
    {
        var size = tree.Size;
        var fresh = drafts.Select((draft, i) => (draft, size + i)).ToList();
        var recordedAt = await StoreAsync(fresh, cancellationToken);
        foreach (var region in fresh.GroupBy(f => f.draft.Scope.RegionCode, StringComparer.Ordinal))
        {
            work.Publish(
                new TraceBatchCaptured
                {
                    AggregateId = Guid.CreateVersion7(),
                    Version = 1,
                    OccurredAt = recordedAt,
                    Count = region.Count(),
                    FirstLeafIndex = region.First().Item2,
                    RegionCode = region.Key,
                }
            );
        }

        return recordedAt;
    }

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

    private async Task<DateTimeOffset> StoreAsync(List<(TraceDraft Draft, long Index)> fresh, CancellationToken cancellationToken)
    {
        // Whole milliseconds, as the record time stands in the event and in the leaf.
        var recordedAt = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var bodies = new string[fresh.Count];
        var nodes = new List<TreeNode>(fresh.Count + 1);
        for (var i = 0; i < fresh.Count; i++)
        {
            var draft = fresh[i].Draft;
            bodies[i] = draft.Body(recordedAt);
            var leaf = Leaf.Text(draft.Hash, draft.IsErrorDeclaration, bodies[i], draft.CapturedBy, recordedAt, draft.Scope);
            tree.Append(Leaf.Hash(leaf), nodes);
        }

        var words = await vocabulary.IdsAsync(work, fresh.SelectMany(f => f.Draft.Terms.All()), cancellationToken);
        var items = fresh.SelectMany(f => f.Draft.Items.Select(i => (i.Item, i.Role, f.Index))).ToList();
        await using var batch = new NpgsqlBatch(work.Connection, work.Transaction);
        Add(
            batch,
            """
            insert into traceability.event (leaf_index, event_hash, error_declaration, event_time, recorded_at, captured_by,
                                            prescription_id, institution_code, centre_code, region_code, body,
                                            event_key, event_id, own_context, event_type, biz_step, disposition, read_point, biz_location)
            select i, h, e, t, $1, c, p, o, z, r, b, k, n, x, w, s, d, a, l
            from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
                as u (i, h, e, t, c, p, o, z, r, b, k, n, x, w, s, d, a, l)
            """,
            recordedAt,
            fresh.Select(f => f.Index).ToArray(),
            fresh.Select(f => f.Draft.Hash).ToArray(),
            fresh.Select(f => f.Draft.IsErrorDeclaration).ToArray(),
            fresh.Select(f => f.Draft.EventTime.ToUniversalTime()).ToArray(),
            fresh.Select(f => f.Draft.CapturedBy).ToArray(),
            fresh.Select(f => f.Draft.Scope.PrescriptionId).ToArray(),
            Texts(fresh.Select(f => f.Draft.Scope.InstitutionCode)),
            Texts(fresh.Select(f => f.Draft.Scope.CentreCode)),
            Texts(fresh.Select(f => f.Draft.Scope.RegionCode)),
            bodies,
            fresh.Select(f => f.Draft.Key).ToArray(),
            Texts(fresh.Select(f => f.Draft.EventId)),
            fresh.Select(f => f.Draft.OwnContext).ToArray(),
            fresh.Select(f => words[(TermKind.EventType, f.Draft.Terms.EventType)]).ToArray(),
            Words(fresh, words, TermKind.BizStep, t => t.BizStep),
            Words(fresh, words, TermKind.Disposition, t => t.Disposition),
            Words(fresh, words, TermKind.ReadPoint, t => t.ReadPoint),
            Words(fresh, words, TermKind.BizLocation, t => t.BizLocation)
        );
        Add(
            batch,
            "insert into traceability.event_item (leaf_index, role, item) select * from unnest($1, $2, $3)",
            items.Select(i => i.Index).ToArray(),
            items.Select(i => RoleName(i.Role)).ToArray(),
            items.Select(i => i.Item).ToArray()
        );
        Add(
            batch,
            "insert into traceability.tree_node (level, index, hash) select * from unnest($1, $2, $3)",
            nodes.Select(n => n.Level).ToArray(),
            nodes.Select(n => n.Index).ToArray(),
            nodes.Select(n => n.Hash).ToArray()
        );
        Add(batch, "update traceability.log set size = $1, frontier = $2", tree.Size, tree.Edge.ToArray());
        // Once for each connection of the pool: planning these costs as much as running them for a few events.
        await batch.PrepareAsync(cancellationToken);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return recordedAt;
    }

    internal static string RoleName(ItemRole role) =>
        role switch
        {
            ItemRole.Epc => "epc",
            ItemRole.Parent => "parent",
            ItemRole.Child => "child",
            ItemRole.Input => "input",
            _ => "output",
        };

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

    private static NpgsqlParameter Texts(IEnumerable<string?> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static int?[] Words(
        List<(TraceDraft Draft, long Index)> fresh,
        Dictionary<(TermKind, string), int> words,
        TermKind kind,
        Func<EventTerms, string?> value
    ) => [.. fresh.Select(f => value(f.Draft.Terms) is { } word ? words[(kind, word)] : (int?)null)];

    private static void Add(NpgsqlBatch batch, string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }
}
