using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange.Outbox;
using TcmBrain.Exchange.Storage;

namespace TcmBrain.Prescriptions.AuditAdvice;

/// <summary>
/// Counts the use of rules out of the history, behind the writers: a push is not made to wait for statistics. What was counted and how far
/// commit together, so that nothing is counted twice or left out, whichever replica counts.
/// </summary>
internal sealed partial class RuleUseFold(NpgsqlDataSource database, RelaySignal intake, TimeProvider time, ILogger<RuleUseFold> logger)
    : BackgroundService
{
    private const int Batch = 2_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Counts one batch. Returns how many entries of the history it took; 0: all is counted, or another replica is at it.</summary>
    public async Task<int> FoldAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (page, last) = await ReadAsync(connection, transaction, cancellationToken);
        if (last is null)
        {
            return 0;
        }

        var counts = new Dictionary<(DateOnly Day, string Institution, string Rule), Use>();
        foreach (var entry in page)
        {
            Count(entry, counts);
        }

        await WriteAsync(connection, transaction, counts, cancellationToken);
        await using var move = new NpgsqlCommand(
            "update prescriptions.rule_use_position set xid = $1::text::xid8, seq = $2, counted_at = $3",
            connection,
            transaction
        );
        move.Parameters.Add(new() { Value = last.Value.Xid });
        move.Parameters.Add(new() { Value = last.Value.Seq });
        move.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        await move.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return last.Value.Entries;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // While pushes crowd, a batch at a time is enough: the history waits.
                while (await FoldAsync(stoppingToken) == Batch && !intake.IsCrowded) { }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogLater(e.Message);
            }
            catch (OperationCanceledException) { }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void Count(Entry entry, Dictionary<(DateOnly, string, string), Use> counts)
    {
        var day = RegionTime.DayOf(entry.ReceivedAt);
        if (entry.IsAcceptance)
        {
            UseOf("").Hits++;
        }
        else if (entry.State is not (State.Approved or State.Rejected) || entry.AcceptedState != State.Intercepted)
        {
            // Only a person's word on an intercepted one overrides a rule or upholds it.
            return;
        }

        foreach (var finding in entry.Audit.Findings.DistinctBy(x => x.RuleId))
        {
            var use = UseOf(finding.RuleId);
            if (entry.IsAcceptance)
            {
                use.Hits++;
                use.Upheld += finding.Severity == Severity.Block ? 1 : 0;
            }
            else if (finding.Severity is Severity.DoubleSign or Severity.Resolve)
            {
                use.Overridden += entry.State == State.Approved ? 1 : 0;
                use.Upheld += entry.State == State.Rejected ? 1 : 0;
            }
        }

        Use UseOf(string rule)
        {
            var key = (day, entry.InstitutionCode, rule);
            return counts.TryGetValue(key, out var use) ? use : counts[key] = new Use(entry.RegionCode);
        }
    }

    private static async Task<(List<Entry> Page, (string Xid, long Seq, int Entries)? Last)> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        await using var place = new NpgsqlCommand(
            "select xid::text, seq from prescriptions.rule_use_position for update skip locked",
            connection,
            transaction
        );
        (string Xid, long Seq) after;
        await using (var standing = await place.ExecuteReaderAsync(cancellationToken))
        {
            if (!await standing.ReadAsync(cancellationToken))
            {
                return ([], null);
            }

            after = (standing.GetString(0), standing.GetInt64(1));
        }

        // Index history_order. The prescription is looked up only for the states that count. The acceptance is written with the
        // prescription, so it bears its time.
        const string sql = """
            select h.xid::text, h.seq, h.state, p.institution_code, p.region_code, p.received_at, p.accepted_state, p.audit,
                h.actor = 'system' and h.state = p.accepted_state and h.occurred_at = p.received_at
            from (
                select xid, seq, prescription_id, state, actor, occurred_at from prescriptions.history
                where (xid, seq) > ($2::text::xid8, $3) and xid < pg_snapshot_xmin(pg_current_snapshot())
                order by xid, seq limit $1
            ) h
            left join prescriptions.prescriptions p on p.id = h.prescription_id and h.state in (3, 4, 20)
            order by h.xid, h.seq
            """;
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.Add(new() { Value = Batch });
        command.Parameters.Add(new() { Value = after.Xid });
        command.Parameters.Add(new() { Value = after.Seq });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<Entry>();
        (string, long, int)? last = null;
        var entries = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            last = (reader.GetString(0), reader.GetInt64(1), ++entries);
            if (!reader.IsDBNull(3))
            {
                page.Add(
                    new(
                        (State)reader.GetInt16(2),
                        reader.GetString(3),
                        reader.GetString(4),
                        reader.GetFieldValue<DateTimeOffset>(5),
                        (State)reader.GetInt16(6),
                        AuditOutcome.Parser.ParseFrom(reader.GetFieldValue<byte[]>(7)),
                        reader.GetBoolean(8)
                    )
                );
            }
        }

        return (page, last);
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Dictionary<(DateOnly Day, string Institution, string Rule), Use> counts,
        CancellationToken cancellationToken
    )
    {
        if (counts.Count == 0)
        {
            return;
        }

        const string sql = """
            insert into prescriptions.rule_use as u (day, institution_code, region_code, rule_id, hits, overridden, upheld)
            select * from unnest($1, $2, $3, $4, $5, $6, $7)
            on conflict (day, institution_code, rule_id) do update set hits = u.hits + excluded.hits,
                overridden = u.overridden + excluded.overridden, upheld = u.upheld + excluded.upheld
            """;
        var rows = counts.ToList();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        var columns = command.Parameters;
        columns.Add(ColumnArray.Of(rows, NpgsqlDbType.Date, x => x.Key.Day));
        columns.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, x => x.Key.Institution));
        columns.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, x => x.Value.RegionCode));
        columns.Add(ColumnArray.Of(rows, NpgsqlDbType.Text, x => x.Key.Rule));
        columns.Add(ColumnArray.Of(rows, NpgsqlDbType.Bigint, x => x.Value.Hits));
        columns.Add(ColumnArray.Of(rows, NpgsqlDbType.Bigint, x => x.Value.Overridden));
        columns.Add(ColumnArray.Of(rows, NpgsqlDbType.Bigint, x => x.Value.Upheld));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The use of rules is counted later: {Reason}")]
    private partial void LogLater(string reason);

    private sealed record Entry(
        State State,
        string InstitutionCode,
        string RegionCode,
        DateTimeOffset ReceivedAt,
        State AcceptedState,
        AuditOutcome Audit,
        bool IsAcceptance
    );

    private sealed class Use(string regionCode)
    {
        public string RegionCode { get; } = regionCode;
        public long Hits { get; set; }
        public long Overridden { get; set; }
        public long Upheld { get; set; }
    }
}
