using Npgsql;
using NpgsqlTypes;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>What events leave in the log's tables.</summary>
internal sealed class LogRows
{
    private readonly IReadOnlyList<TraceDraft> drafts;
    private readonly string[] bodies;
    private readonly List<TreeNode> nodes;
    private readonly long first;
    private readonly DateTimeOffset recordedAt;

    /// <summary>Hashes the drafts and appends them to the tree.</summary>
    public LogRows(CompactRange tree, IReadOnlyList<TraceDraft> drafts, DateTimeOffset recordedAt)
    {
        (this.drafts, this.recordedAt, first) = (drafts, recordedAt, tree.Size);
        bodies = new string[drafts.Count];
        nodes = new List<TreeNode>(drafts.Count + 1);
        for (var i = 0; i < drafts.Count; i++)
        {
            var draft = drafts[i];
            bodies[i] = draft.Body(recordedAt);
            tree.Append(Leaf.Hash(draft.Hash, draft.IsErrorDeclaration, bodies[i], draft.CapturedBy, recordedAt, draft.Scope), nodes);
        }
    }

    /// <summary>Whole milliseconds, as the record time stands in the event and in the leaf.</summary>
    public static DateTimeOffset Now(TimeProvider time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <param name="words">The numbers of all their words.</param>
    public void AddTo(NpgsqlBatch batch, Dictionary<(TermKind, string), int> words)
    {
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
            Column((_, i) => first + i),
            Column((d, _) => d.Hash),
            Column((d, _) => d.IsErrorDeclaration),
            Column((d, _) => d.EventTime.ToUniversalTime()),
            Column((d, _) => d.CapturedBy),
            Column((d, _) => d.Scope.PrescriptionId),
            Texts(d => d.Scope.InstitutionCode),
            Texts(d => d.Scope.CentreCode),
            Texts(d => d.Scope.RegionCode),
            bodies,
            Column((d, _) => d.Key),
            Texts(d => d.EventId),
            Column((d, _) => d.OwnContext),
            Column((d, _) => words[(TermKind.EventType, d.Terms.EventType)]),
            Words(words, TermKind.BizStep, t => t.BizStep),
            Words(words, TermKind.Disposition, t => t.Disposition),
            Words(words, TermKind.ReadPoint, t => t.ReadPoint),
            Words(words, TermKind.BizLocation, t => t.BizLocation)
        );
        var items = drafts.SelectMany((d, i) => d.Items.Select(item => (item.Item, item.Role, Leaf: first + i))).ToList();
        Add(
            batch,
            "insert into traceability.event_item (leaf_index, role, item) select * from unnest($1, $2, $3)",
            items.Select(i => i.Leaf).ToArray(),
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

    internal static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }

    private T[] Column<T>(Func<TraceDraft, int, T> value)
    {
        var column = new T[drafts.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(drafts[i], i);
        }

        return column;
    }

    private NpgsqlParameter Texts(Func<TraceDraft, string?> value) =>
        new() { Value = Column((d, _) => value(d)), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private int?[] Words(Dictionary<(TermKind, string), int> words, TermKind kind, Func<EventTerms, string?> value) =>
        Column((d, _) => value(d.Terms) is { } word ? words[(kind, word)] : (int?)null);
}
