using System.Text;
using Npgsql;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>
/// Goes through the stored events for ever, at a small share of a core, and holds each against its leaf, and the leaves against the last signed head
/// (后台审计). What does not fit raises an alarm: a row in <c>traceability.alarm</c>, once, and a critical line in the log.
/// </summary>
internal sealed partial class LogAuditor(NpgsqlDataSource database, LogOptions options, TimeProvider time, ILogger<LogAuditor> logger)
    : BackgroundService
{
    private const int Page = 100;

    private readonly List<TreeNode> ignored = [];
    private CompactRange tree = new();
    private SignedHead? head;
    private long next;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = options.AuditEvery;
        while (true)
        {
            try
            {
                await Task.Delay(pause, time, stoppingToken);
                var began = time.GetTimestamp();
                await StepAsync(stoppingToken);
                pause = Pause(time.GetElapsedTime(began));
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                // A database that is away is audited when it is there again.
                LogAway(e.Message);
            }
        }
    }

    /// <summary>Which makes the work that share of the time. On a busy machine work takes longer, and the audit steps back.</summary>
    internal TimeSpan Pause(TimeSpan worked)
    {
        var rest = worked * (1 / options.AuditShare - 1);
        return rest > options.AuditEvery ? rest : options.AuditEvery;
    }

    /// <summary>Audits the next page. True when it was the last of a round.</summary>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (next == 0)
        {
            (tree, head) = (new CompactRange(), await CheckpointStore.LatestAsync(connection, cancellationToken));
        }

        if (head is null)
        {
            return true;
        }

        var until = Math.Min(head.TreeSize, next + Page);
        await foreach (var (rule, index, zh, en) in CheckAsync(connection, until, cancellationToken))
        {
            await RaiseAsync(rule, index, zh, en, cancellationToken);
        }

        next = until;
        if (next < head.TreeSize)
        {
            return false;
        }

        if (!tree.Root().AsSpan().SequenceEqual(head.RootHash))
        {
            await RaiseAsync(
                "root",
                head.TreeSize,
                "叶子与签名树头不符",
                "the leaves do not give the root that was signed",
                cancellationToken
            );
        }

        next = 0;
        return true;
    }

    private async IAsyncEnumerable<(string Rule, long Index, string Zh, string En)> CheckAsync(
        NpgsqlConnection connection,
        long until,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select e.event_hash, e.error_declaration, e.body, e.captured_by, e.recorded_at, e.prescription_id, e.institution_code,
                   e.centre_code, e.region_code, n.hash, n.index
            from traceability.tree_node n left join traceability.event e on e.leaf_index = n.index
            where n.level = 0 and n.index >= $1 and n.index < $2 order by n.index
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = next },
                new() { Value = until },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var expected = next;
        while (await reader.ReadAsync(cancellationToken))
        {
            var index = reader.GetInt64(10);
            if (index != expected)
            {
                yield return ("node", expected, "叶子散列缺失", "a leaf's hash is missing");
            }

            expected = index + 1;
            var stored = reader.GetFieldValue<byte[]>(9);
            tree.Append(stored, ignored);
            ignored.Clear();
            if (reader.IsDBNull(0))
            {
                yield return ("gap", index, "事件已被删除", "the event was taken out");
            }
            else if (!Leaf.Hash(TileEndpoints.LeafOf(reader)).AsSpan().SequenceEqual(stored))
            {
                yield return ("leaf", index, "事件记录与日志叶子不一致, 已被改动", "the stored event is not the one that was logged");
            }
            else if (!HasItsHash(reader.GetString(2), reader.GetFieldValue<byte[]>(0)))
            {
                yield return ("event-hash", index, "事件散列与内容不符", "the event's hash is not that of its content");
            }
        }

        if (expected < until)
        {
            yield return ("node", expected, "叶子散列缺失", "a leaf's hash is missing");
        }
    }

    private static bool HasItsHash(string body, byte[] hash)
    {
        using var json = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetBytes(body));
        return EventHash.Compute(json.RootElement, JsonLdContext.Empty).AsSpan().SequenceEqual(hash);
    }

    private async Task RaiseAsync(string rule, long index, string zh, string en, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into traceability.alarm (rule, leaf_index, zh, en, raised_at) values ($1, $2, $3, $4, $5)
            on conflict (rule, leaf_index) do nothing
            """
        );
        foreach (var value in (object[])[rule, index, zh, en, time.GetUtcNow()])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
        {
            LogAlarm(rule, index, en);
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "the trace was tampered with ({Rule} at leaf {Index}): {Text}")]
    private partial void LogAlarm(string rule, long index, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the trace could not be audited: {Reason}; tried again")]
    private partial void LogAway(string reason);
}
