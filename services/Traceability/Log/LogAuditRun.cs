using System.Text.Json;
using Npgsql;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>One recomputation of the whole trace; used once.</summary>
internal sealed class LogAuditRun(NpgsqlConnection connection, IReadOnlyList<LogKey> keys)
{
    private const int Page = 2000;

    private readonly List<LogFinding> findings = [];
    private readonly CompactRange tree = new();
    private readonly List<TreeNode> completed = [];
    private List<SignedHead> heads = [];
    private int nextHead;
    private long lastGoodSize;
    private bool rootsBroken;
    private long events;

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        heads = await HeadsAsync(cancellationToken);
        CheckSignatures();
        var (size, frontier) = await StateAsync(cancellationToken);
        long expected = 0;
        while (true)
        {
            var page = await PageAsync(expected, cancellationToken);
            foreach (var row in page)
            {
                expected = Take(row, expected);
            }

            await CheckNodesAsync(cancellationToken);
            if (page.Count < Page)
            {
                break;
            }
        }

        CheckHead(size, frontier);
        await CheckSurplusAsync(cancellationToken);
    }

    public LogAuditReport Report() => new(events, heads.Count == 0 ? 0 : heads[^1].TreeSize, heads.Count, findings);

    private sealed record Row(
        long Index,
        byte[] Hash,
        bool ErrorDeclaration,
        DateTimeOffset EventTime,
        DateTimeOffset RecordedAt,
        string CapturedBy,
        EventScope Scope,
        string Body,
        byte[]? LeafHash,
        string[] Items,
        string? EventId
    );

    /// <summary>Checks one event and adds its leaf. Returns the index that has to come next.</summary>
    private long Take(Row row, long expected)
    {
        events++;
        if (row.Index != expected)
        {
            Find("gap", Range(expected, row.Index), $"缺少 {row.Index - expected} 条事件", $"{row.Index - expected} events are missing");
        }

        CheckEvent(row);
        var leaf = Leaf.Hash(Leaf.Text(row.Hash, row.ErrorDeclaration, row.Body, row.CapturedBy, row.RecordedAt, row.Scope));
        if (row.LeafHash is null)
        {
            Find("node", $"0/{row.Index}", "叶子散列缺失", "the leaf's hash is missing");
        }
        else if (!row.LeafHash.AsSpan().SequenceEqual(leaf))
        {
            Find("leaf", Text(row.Index), "事件记录与日志叶子不一致, 已被改动", "the stored event is not the one that was logged");
        }

        // The stored leaf goes on into the tree: whether an event or its leaf was changed, the other shows it.
        tree.Append(row.LeafHash ?? leaf, completed);
        CheckRoots();
        return row.Index + 1;
    }

    private void CheckEvent(Row row)
    {
        try
        {
            using var json = JsonDocument.Parse(row.Body);
            var e = json.RootElement;
            var hash = EventHash.Compute(e, JsonLdContext.Empty);
            if (!hash.AsSpan().SequenceEqual(row.Hash) || e.GetProperty("eventID").GetString() != (row.EventId ?? EventHash.Text(row.Hash)))
            {
                Find("event-hash", Text(row.Index), "事件散列与内容不符", "the event's hash is not that of its content");
            }

            if (
                e.TryGetProperty("errorDeclaration", out _) != row.ErrorDeclaration
                || e.GetProperty("recordTime").GetString() != Leaf.Time(row.RecordedAt)
                || Math.Abs((e.GetProperty("eventTime").GetDateTimeOffset() - row.EventTime).Ticks) >= TimeSpan.TicksPerMillisecond
            )
            {
                Find("event-hash", Text(row.Index), "事件字段与内容不符", "the event's columns are not those of its content");
            }

            if (
                !EventItems
                    .Of(e)
                    .Select(i => $"{LogRows.RoleName(i.Role)} {i.Item}")
                    .Order(StringComparer.Ordinal)
                    .SequenceEqual(row.Items.Order(StringComparer.Ordinal))
            )
            {
                Find("items", Text(row.Index), "事件的物品索引不符", "the look-up does not name the things of the event");
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            Find("event-hash", Text(row.Index), "事件内容无法读取", "the event's content is not readable");
        }
    }

    private void CheckRoots()
    {
        while (nextHead < heads.Count && heads[nextHead].TreeSize <= tree.Size)
        {
            var head = heads[nextHead++];
            if (rootsBroken)
            {
                // Every later root covers the same leaves.
                continue;
            }

            if (head.TreeSize == tree.Size && head.RootHash.AsSpan().SequenceEqual(tree.Root()))
            {
                lastGoodSize = head.TreeSize;
                continue;
            }

            rootsBroken = true;
            Find(
                "root",
                Range(lastGoodSize, head.TreeSize),
                $"第 {head.Sequence} 个签名树头与叶子不符",
                $"the leaves do not give the root that was signed as checkpoint {head.Sequence}"
            );
        }
    }

    private void CheckSignatures()
    {
        long before = 0;
        for (var i = 0; i < heads.Count; i++)
        {
            var head = heads[i];
            if (head.Sequence != i + 1 || head.TreeSize <= before)
            {
                Find("head", $"checkpoint {head.Sequence}", "签名树头序列不连续", "the checkpoints do not follow one another");
            }

            before = head.TreeSize;
            var opened = keys.Select(k => Checkpoint.Open(head.Note, k)).FirstOrDefault(c => c is not null);
            if (opened is null)
            {
                Find("signature", $"checkpoint {head.Sequence}", "树头签名无效", "no trusted key signed this checkpoint");
            }
            else if (opened.TreeSize != head.TreeSize || !opened.RootHash.AsSpan().SequenceEqual(head.RootHash))
            {
                Find("signature", $"checkpoint {head.Sequence}", "树头与其签名文本不符", "the checkpoint is not the one in its note");
            }
        }
    }

    private void CheckHead(long size, byte[][] frontier)
    {
        if (size != tree.Size || !frontier.SelectMany(h => h).SequenceEqual(tree.Edge.SelectMany(h => h)))
        {
            Find(
                "head",
                "log",
                $"日志记 {size} 条, 实有 {tree.Size} 条或边缘不符",
                $"the log says {size} leaves, there are {tree.Size}, or its edge differs"
            );
        }

        if (nextHead < heads.Count)
        {
            var head = heads[^1];
            Find(
                "root",
                Range(lastGoodSize, head.TreeSize),
                $"第 {head.Sequence} 个签名树头所覆盖的事件已不存在",
                $"events under checkpoint {head.Sequence} no longer exist"
            );
        }
    }

    private async Task CheckNodesAsync(CancellationToken cancellationToken)
    {
        var upper = completed.Where(n => n.Level > 0).ToList();
        completed.Clear();
        if (upper.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            select w.level, w.index from unnest($1, $2, $3) as w (level, index, hash)
            left join traceability.tree_node n on n.level = w.level and n.index = w.index
            where n.hash is distinct from w.hash order by 1, 2
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = upper.Select(n => n.Level).ToArray() },
                new() { Value = upper.Select(n => n.Index).ToArray() },
                new() { Value = upper.Select(n => n.Hash).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            Find("node", $"{reader.GetInt16(0)}/{reader.GetInt64(1)}", "树节点不符", "the tree's node is not what its leaves give");
        }
    }

    private async Task CheckSurplusAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select level, index from traceability.tree_node
            where level = 0 and index >= $1 or level > 0 and (index + 1) * (256::numeric ^ level) > $1
            order by 1, 2 limit 10
            """,
            connection
        )
        {
            Parameters = { new() { Value = tree.Size } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            Find("node", $"{reader.GetInt16(0)}/{reader.GetInt64(1)}", "树节点没有对应的事件", "the tree's node belongs to no event");
        }
    }

    private async Task<List<SignedHead>> HeadsAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select sequence, tree_size, root_hash, note, signed_at from traceability.checkpoint order by sequence",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<SignedHead>();
        while (await reader.ReadAsync(cancellationToken))
        {
            all.Add(CheckpointStore.Read(reader));
        }

        return all;
    }

    private async Task<(long Size, byte[][] Frontier)> StateAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select size, frontier from traceability.log", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetFieldValue<byte[][]>(1)) : (-1, []);
    }

    private async Task<List<Row>> PageAsync(long from, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select e.leaf_index, e.event_hash, e.error_declaration, e.event_time, e.recorded_at, e.captured_by, e.prescription_id,
                   e.institution_code, e.centre_code, e.region_code, e.body, n.hash,
                   array(select i.role || ' ' || i.item from traceability.event_item i where i.leaf_index = e.leaf_index), e.event_id
            from traceability.event e
            left join traceability.tree_node n on n.level = 0 and n.index = e.leaf_index
            where e.leaf_index >= $1 order by e.leaf_index limit $2
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = from },
                new() { Value = Page },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Row>(Page);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(
                new Row(
                    reader.GetInt64(0),
                    reader.GetFieldValue<byte[]>(1),
                    reader.GetBoolean(2),
                    reader.GetFieldValue<DateTimeOffset>(3),
                    reader.GetFieldValue<DateTimeOffset>(4),
                    reader.GetString(5),
                    new EventScope(reader.IsDBNull(6) ? null : reader.GetGuid(6), Null(reader, 7), Null(reader, 8), Null(reader, 9)),
                    reader.GetString(10),
                    reader.IsDBNull(11) ? null : reader.GetFieldValue<byte[]>(11),
                    reader.GetFieldValue<string[]>(12),
                    Null(reader, 13)
                )
            );
        }

        return rows;
    }

    private void Find(string rule, string where, string zh, string en)
    {
        if (findings.Count < LogAudit.MostFindings)
        {
            findings.Add(new LogFinding(rule, where, zh, en));
        }
    }

    private static string? Null(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static string Text(long index) => FormattableString.Invariant($"{index}");

    private static string Range(long from, long to) => FormattableString.Invariant($"{from}..{to - 1}");
}
