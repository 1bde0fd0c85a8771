using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Cockpit.Indicators.Values;

/// <param name="State">null: all</param>
public sealed record ReportFilter(string? State, string? Plan, int? Seq, string? Region);

/// <summary>Reported values in the database: versions are added, a decision is written once, nothing is ever taken away.</summary>
public sealed class ReportStore(NpgsqlDataSource database, EventExchange exchange, PlanStore plans, TimeProvider time)
{
    private const string Select = """
        select v.id, v.plan, v.seq, i.name_zh, i.name_en, i.unit, v.region, v.day, v.version, v.value, v.evidence, v.state, v.submitted_at,
               v.submitted_by, v.submitted_of, v.decided_at, v.decided_by, v.decided_of, v.reason
        from cockpit.reported_value v join cockpit.plan_indicator i on i.plan = v.plan and i.seq = v.seq
        """;

    /// <summary>Idempotent by <paramref name="id"/>: the same report again is answered as it stands.</summary>
    /// <exception cref="FaultException">every fault of the report; COC-0402 when the id belongs to another report</exception>
    public async Task<Report> ReportAsync(Reach reach, Guid id, ReportRequest asked, CancellationToken cancellationToken)
    {
        var plan = asked.Plan is null ? null : (await plans.ListAsync(reach, asked.Plan, cancellationToken)).SingleOrDefault();
        ReportRules.Check(asked, plan, reach, RegionTime.DayOf(time.GetUtcNow())).ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        await WriteAsync(work, reach, id, asked, time.GetUtcNow(), cancellationToken);
        await work.CommitAsync(cancellationToken);
        return await FindAsync(reach, id, cancellationToken);
    }

    /// <returns>false when it was there already</returns>
    internal static async Task<bool> WriteAsync(
        Work work,
        Reach reach,
        Guid id,
        ReportRequest asked,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        // One after the other for one indicator, region and day: versions have no gap.
        await using (
            var turn = work.Command(
                "select pg_advisory_xact_lock(hashtextextended($1, 17))",
                $"{asked.Plan}/{asked.Seq}/{asked.RegionCode}/{asked.Day}"
            )
        )
        {
            await turn.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (
            var same = work.Command(
                """
                select plan = $2 and seq = $3 and region = $4 and day = $5 and value = $6 and evidence = $7 and submitted_by = $8
                from cockpit.reported_value where id = $1
                """,
                id,
                asked.Plan,
                asked.Seq,
                asked.RegionCode,
                asked.Day,
                asked.Value,
                asked.Evidence!.Trim(),
                reach.Name
            )
        )
        {
            switch (await same.ExecuteScalarAsync(cancellationToken))
            {
                case true:
                    return false;
                case false:
                    throw CockpitFaults.ValueTaken.Exception("id");
            }
        }

        await using (
            var replace = work.Command(
                """
                update cockpit.reported_value set state = 'replaced'
                where plan = $1 and seq = $2 and region = $3 and day = $4 and state = 'submitted'
                """,
                asked.Plan,
                asked.Seq,
                asked.RegionCode,
                asked.Day
            )
        )
        {
            await replace.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var write = work.Command(
            """
            insert into cockpit.reported_value (id, plan, seq, region, day, version, value, evidence, state, submitted_at, submitted_by, submitted_of)
            select $1, $2, $3, $4, $5, 1 + coalesce(max(version), 0), $6, $7, 'submitted', $8, $9, $10
            from cockpit.reported_value where plan = $2 and seq = $3 and region = $4 and day = $5
            """,
            id,
            asked.Plan,
            asked.Seq,
            asked.RegionCode,
            asked.Day,
            asked.Value,
            asked.Evidence.Trim(),
            now.UtcDateTime,
            reach.Name,
            reach.Institution
        );
        await write.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    /// <summary>Approves or sends back. The same decision again, by the same person, is answered as it stands.</summary>
    /// <exception cref="FaultException">COC-0407 … COC-0411</exception>
    public async Task<Report> DecideAsync(Reach reach, Guid id, DecisionRequest asked, CancellationToken cancellationToken)
    {
        var before = await FindAsync(reach, id, cancellationToken);
        var state = asked.Approve is true ? "approved" : "rejected";
        if (before.State == state && before.DecidedBy == reach.Name)
        {
            return before;
        }

        if (ReportRules.WhyNot(reach, before.RegionCode, before.SubmittedBy, before.SubmittedOf) is { } why)
        {
            throw why.Exception();
        }

        new FaultList()
            .Require(asked.Approve is not null, GeneralFaults.Malformed, "approve")
            .Require(
                asked.Approve is true && string.IsNullOrEmpty(asked.Reason) || ReportRules.IsText(asked.Reason, ReportRules.LongestReason),
                CockpitFaults.NoReason,
                "reason",
                ReportRules.LongestReason
            )
            .ThrowIfAny();
        await using var command = database.CreateCommand(
            """
            update cockpit.reported_value set state = $2, decided_at = $3, decided_by = $4, decided_of = $5, reason = nullif($6, '')
            where id = $1 and state = 'submitted' and region collate "C" like $7 || '%'
            """
        );
        foreach (
            object value in (object[])
                [id, state, time.GetUtcNow().UtcDateTime, reach.Name, reach.Institution, asked.Reason?.Trim() ?? "", reach.Prefix]
        )
        {
            command.Parameters.Add(new() { Value = value });
        }

        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw CockpitFaults.AlreadyDecided.Exception();
        }

        return await FindAsync(reach, id, cancellationToken);
    }

    /// <exception cref="FaultException">COC-0407</exception>
    public async Task<Report> FindAsync(Reach reach, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Select} where v.id = $1 and v.region collate \"C\" like $2 || '%'");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = reach.Prefix });
        return (await ReadAsync(command, reach, cancellationToken)).SingleOrDefault() ?? throw CockpitFaults.UnknownReport.Exception("id");
    }

    /// <summary>The newest first.</summary>
    public async Task<(IReadOnlyList<Report> Items, string? Next)> ListAsync(
        Reach reach,
        ReportFilter filter,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var page = Page.Of(next, limit, CockpitFaults.BadPage);
        await using var command = database.CreateCommand(
            $"""
            {Select}
            where v.region collate "C" like @prefix || '%' and (@state::text is null or v.state = @state) and (@plan::text is null or v.plan = @plan)
              and (@seq::int is null or v.seq = @seq) and (@first or (v.submitted_at, v.id) < (@after_time, @after_id))
            order by v.submitted_at desc, v.id desc limit @limit
            """
        );
        command.Parameters.AddWithValue("prefix", filter.Region is null ? reach.Prefix : Evaluation.Subtree.Prefix(filter.Region));
        command.Parameters.Add(new("state", NpgsqlDbType.Text) { Value = (object?)filter.State ?? DBNull.Value });
        command.Parameters.Add(new("plan", NpgsqlDbType.Text) { Value = (object?)filter.Plan ?? DBNull.Value });
        command.Parameters.Add(new("seq", NpgsqlDbType.Integer) { Value = (object?)filter.Seq ?? DBNull.Value });
        command.Parameters.AddWithValue("first", string.IsNullOrEmpty(next));
        page.Bind(command);
        var items = await ReadAsync(command, reach, cancellationToken);
        return (items, page.Next(items.Count, () => (items[^1].SubmittedAt, items[^1].Id)));
    }

    /// <summary>The latest approved version of every day, of all regions below.</summary>
    public async Task<ILookup<(string Plan, int Seq), ApprovedValue>> ApprovedAsync(
        IReadOnlyCollection<string> codes,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            """
            select distinct on (plan, seq, region, day) plan, seq, region, day, value
            from cockpit.reported_value where state = 'approved' and plan = any($1)
            order by plan, seq, region, day desc, version desc
            """
        );
        command.Parameters.Add(new() { Value = codes.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var values = new List<ApprovedValue>();
        while (await reader.ReadAsync(cancellationToken))
        {
            values.Add(
                new(reader.GetString(0), reader.GetInt32(1), reader.GetString(2), reader.GetFieldValue<DateOnly>(3), reader.GetDecimal(4))
            );
        }

        return values.ToLookup(v => (v.Plan, v.Seq));
    }

    private static async Task<List<Report>> ReadAsync(NpgsqlCommand command, Reach reach, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var reports = new List<Report>();
        while (await reader.ReadAsync(cancellationToken))
        {
            reports.Add(Read(reader, reach));
        }

        return reports;
    }

    private static Report Read(DbDataReader row, Reach reach)
    {
        var (region, by, of) = (row.GetString(6), row.GetString(13), row.GetString(14));
        var state = row.GetString(11);
        return new Report
        {
            Id = row.GetGuid(0),
            Plan = row.GetString(1),
            Seq = row.GetInt32(2),
            NameZh = row.GetString(3),
            NameEn = row.GetString(4),
            Unit = row.GetString(5),
            RegionCode = region,
            Day = row.GetFieldValue<DateOnly>(7),
            Version = row.GetInt32(8),
            Value = row.GetDecimal(9),
            Evidence = row.GetString(10),
            State = state,
            SubmittedAt = row.GetFieldValue<DateTimeOffset>(12),
            SubmittedBy = by,
            SubmittedOf = of,
            DecidedAt = row.MomentAt(15),
            DecidedBy = row.TextAt(16),
            DecidedOf = row.TextAt(17),
            Reason = row.TextAt(18),
            MayDecide = state == "submitted" && ReportRules.WhyNot(reach, region, by, of) is null,
        };
    }
}
