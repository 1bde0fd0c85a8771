using System.Security.Cryptography;
using System.Text;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Cockpit.Indicators.Values;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>
/// Brings a file of reported values in (填报导入): each row is submitted as if it had been entered, and waits for approval. What stands already with
/// the same value and evidence is not submitted again.
/// </summary>
public sealed class ValueImport(EventExchange exchange, PlanStore plans, TimeProvider time)
{
    private static readonly IReadOnlyList<Column> Columns =
    [
        new("plan", "规划代码", Required: true),
        new("seq", "序号", Required: true),
        new("name_zh", "指标名称"),
        new("unit", "单位"),
        new("region_code", "行政区划代码", Required: true),
        new("day", "日期", Required: true),
        new("value", "数值", Required: true),
        new("evidence", "依据", Required: true),
        new("state", "状态"),
        new("version", "版次"),
        new("submitted_by", "填报人"),
        new("decided_by", "审批人"),
        new("reason", "退回理由"),
    ];

    /// <exception cref="FaultException">the file as a whole cannot be read</exception>
    public async Task<ImportReport> RunAsync(Reach reach, byte[] file, ImportMode mode, CancellationToken cancellationToken)
    {
        var rows = Table.Read(file);
        var columns = Cells.Titles(rows, Columns);
        var today = RegionTime.DayOf(time.GetUtcNow());
        var readable = (await plans.ListAsync(reach, null, cancellationToken)).ToDictionary(p => p.Code, StringComparer.Ordinal);
        var tally = new ImportTally(Columns);
        var seen = new HashSet<(string?, int?, string?, DateOnly?)>();
        var asked = new List<(int Row, ReportRequest Request)>();
        foreach (var row in rows.Skip(1).Where(r => !r.Cells.All(string.IsNullOrWhiteSpace)))
        {
            if (row.Cells.Length != rows[0].Cells.Length)
            {
                tally.Refuse(row.Number, [CockpitFaults.MalformedRow.At("")]);
                continue;
            }

            var cells = new Cells(columns, row.Cells);
            var plan = readable.GetValueOrDefault(cells.Text("plan") ?? "");
            var seq = cells.Whole("seq");
            var request = new ReportRequest(
                cells.Text("plan"),
                seq,
                cells.Text("region_code"),
                cells.Date("day"),
                cells.Number("value", IsPercent(plan?.Indicators.FirstOrDefault(i => i.Seq == seq))),
                cells.Text("evidence")
            );
            var rules = ReportRules.Check(request, plan, reach, today);
            rules.Require(seen.Add((request.Plan, request.Seq, request.RegionCode, request.Day)), CockpitFaults.DoubledRow, "seq");
            var unreadable = cells.Faults.Faults.Select(f => f.Field).ToHashSet(StringComparer.Ordinal);
            List<Fault> faults =
            [
                .. cells.Faults.Faults,
                .. rules.Faults.Select(f => f with { Field = PlanFile.ColumnOf(f.Field) }).Where(f => !unreadable.Contains(f.Field)),
            ];
            if (faults.Count > 0)
            {
                tally.Refuse(row.Number, faults);
            }
            else
            {
                asked.Add((row.Number, request));
            }
        }

        await using var work = await exchange.BeginAsync(cancellationToken);
        foreach (var (row, request) in asked)
        {
            tally.Accept(row, await SubmitAsync(work, reach, request, cancellationToken));
        }

        var applied = !mode.Preview && (!mode.All || !tally.AnyRefused);
        if (applied)
        {
            await work.CommitAsync(cancellationToken);
        }

        return tally.Report(applied);
    }

    public static IEnumerable<object?[]> Write(IEnumerable<Report> reports, bool zh)
    {
        yield return [.. Columns.Select(c => (object?)(zh ? c.Zh : c.Name))];
        foreach (var r in reports)
        {
            yield return
            [
                r.Plan,
                r.Seq,
                r.NameZh,
                r.Unit,
                r.RegionCode,
                r.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
                r.Value,
                r.Evidence,
                r.State,
                r.Version,
                r.SubmittedBy,
                r.DecidedBy,
                r.Reason,
            ];
        }
    }

    /// <summary>Of what grows on a baseline the level is reported, in its own unit.</summary>
    private static bool IsPercent(Indicator? indicator) =>
        indicator is not null && IndicatorKinds.IsPercent(indicator.BaselineYear is null ? indicator.Kind : "", indicator.Unit);

    private async Task<RowOutcome> SubmitAsync(Work work, Reach reach, ReportRequest asked, CancellationToken cancellationToken)
    {
        await using (
            var stands = work.Command(
                """
                select version, value = $5 and evidence = $6 and state in ('submitted', 'approved') from cockpit.reported_value
                where plan = $1 and seq = $2 and region = $3 and day = $4 order by version desc limit 1
                """,
                asked.Plan,
                asked.Seq,
                asked.RegionCode,
                asked.Day,
                asked.Value,
                asked.Evidence!.Trim()
            )
        )
        await using (var reader = await stands.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
            {
                if (reader.GetBoolean(1))
                {
                    return RowOutcome.Unchanged;
                }

                var version = reader.GetInt32(0);
                await reader.CloseAsync();
                await ReportStore.WriteAsync(work, reach, IdOf(asked, version + 1, reach), asked, time.GetUtcNow(), cancellationToken);
                return RowOutcome.Changed;
            }
        }

        await ReportStore.WriteAsync(work, reach, IdOf(asked, 1, reach), asked, time.GetUtcNow(), cancellationToken);
        return RowOutcome.Added;
    }

    /// <summary>The same row of the same reporter has the same id.</summary>
    private static Guid IdOf(ReportRequest asked, int version, Reach reach) =>
        new(
            SHA256
                .HashData(
                    Encoding.UTF8.GetBytes(
                        string.Create(
                            System.Globalization.CultureInfo.InvariantCulture,
                            $"{asked.Plan}/{asked.Seq}/{asked.RegionCode}/{asked.Day:yyyy-MM-dd}/{version}/{asked.Value}/{asked.Evidence}/{reach.Name}"
                        )
                    )
                )
                .AsSpan(0, 16)
        );
}
