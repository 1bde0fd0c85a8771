using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>
/// Brings a file of plans in (规划导入): each row is one indicator, by its plan and number; what the file does not name stays. All in one transaction.
/// The same file again changes nothing.
/// </summary>
public sealed class PlanImport(EventExchange exchange, TimeProvider time)
{
    /// <summary>Any constant that nothing else locks on: two files at once would wait for each other's plans.</summary>
    private const long ImportLock = 0x7463_6d70_6c61_6e01;

    /// <param name="onlyNew">plans that are there already stay as they are</param>
    /// <exception cref="FaultException">the file as a whole cannot be read</exception>
    public async Task<ImportReport> RunAsync(Reach reach, byte[] file, ImportMode mode, bool onlyNew, CancellationToken cancellationToken)
    {
        var rows = Table.Read(file);
        var columns = Cells.Titles(rows, PlanFile.Columns);
        var tally = new ImportTally(PlanFile.Columns);
        var read = Read(rows, columns, tally);

        await using var work = await exchange.BeginAsync(cancellationToken);
        await using (var one = work.Command("select pg_advisory_xact_lock($1)", ImportLock))
        {
            await one.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var group in read.GroupBy(r => r.Code).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            await ApplyAsync(work, reach, [.. group], tally, onlyNew, mode, cancellationToken);
        }

        var applied = !mode.Preview && (!mode.All || !tally.AnyRefused);
        if (applied)
        {
            await work.CommitAsync(cancellationToken);
        }

        return tally.Report(applied);
    }

    private static List<PlanRow> Read(IReadOnlyList<TableRow> rows, IReadOnlyDictionary<string, int> columns, ImportTally tally)
    {
        var read = new List<PlanRow>();
        var seen = new HashSet<(string, int)>();
        foreach (var row in rows.Skip(1).Where(r => !r.Cells.All(string.IsNullOrWhiteSpace)))
        {
            if (row.Cells.Length != rows[0].Cells.Length)
            {
                tally.Refuse(row.Number, [CockpitFaults.MalformedRow.At("")]);
                continue;
            }

            var cells = new Cells(columns, row.Cells);
            var one = PlanFile.Read(row.Number, cells);
            var rules = new FaultList();
            PlanRules.Check(rules, one.Indicator, "");
            rules.Require(seen.Add((one.Code, one.Indicator.Seq)), CockpitFaults.DoubledRow, "seq");
            // What could not be read is said once.
            var unreadable = cells.Faults.Faults.Select(f => f.Field).ToHashSet(StringComparer.Ordinal);
            var faults = cells
                .Faults.Faults.Concat(
                    rules.Faults.Select(f => f with { Field = PlanFile.ColumnOf(f.Field) }).Where(f => !unreadable.Contains(f.Field))
                )
                .ToList();
            if (faults.Count > 0)
            {
                tally.Refuse(row.Number, faults);
            }
            else
            {
                read.Add(one);
            }
        }

        return read;
    }

    private async Task ApplyAsync(
        Work work,
        Reach reach,
        List<PlanRow> rows,
        ImportTally tally,
        bool onlyNew,
        ImportMode mode,
        CancellationToken cancellationToken
    )
    {
        var first = rows[0];
        var before = await PlanStore.LockAsync(work, reach, first.Code, cancellationToken);
        if (before is not null && onlyNew)
        {
            rows.ForEach(r => tally.Accept(r.Number, RowOutcome.Unchanged));
            return;
        }

        foreach (var row in rows.ToList())
        {
            if (row.RegionCode != first.RegionCode || Named(row.NameZh, first.NameZh) || Named(row.NameEn, first.NameEn))
            {
                tally.Refuse(row.Number, [CockpitFaults.MixedPlan.At("region_code")]);
                rows.Remove(row);
            }
        }

        var asked = Merged(before, rows);
        var faults = PlanRules.Check(asked).Faults.Select(f => f with { Field = PlanFile.ColumnOf(f.Field) }).ToList();
        if (!reach.Covers(asked.RegionCode) || (before is not null && before.RegionCode != first.RegionCode))
        {
            faults.Add(CockpitFaults.UnknownRegion.At("region_code"));
        }

        if (before is null && await TakenAsync(work, first.Code, cancellationToken))
        {
            faults.Add(CockpitFaults.UnknownPlan.At("plan"));
        }

        if (faults.Count > 0)
        {
            rows.ForEach(r => tally.Refuse(r.Number, faults.Take(3)));
            return;
        }

        foreach (var row in rows)
        {
            var stood = before?.Indicators.FirstOrDefault(i => i.Seq == row.Indicator.Seq);
            tally.Accept(
                row.Number,
                stood is null ? RowOutcome.Added
                    : PlanStore.Text(stood) == PlanStore.Text(row.Indicator) ? RowOutcome.Unchanged
                    : RowOutcome.Changed
            );
        }

        if (!mode.Preview && (before is null || !PlanStore.Same(before, asked)))
        {
            await PlanStore.ApplyAsync(work, reach, before, asked, time.GetUtcNow(), cancellationToken);
        }
    }

    /// <summary>The plan as it stands, with the rows' indicators in it; a name that the file leaves out stays.</summary>
    private static Plan Merged(Plan? before, List<PlanRow> rows) =>
        new()
        {
            Code = rows[0].Code,
            RegionCode = rows[0].RegionCode,
            NameZh = rows[0].NameZh ?? before?.NameZh ?? rows[0].Code,
            NameEn = rows[0].NameEn ?? before?.NameEn ?? rows[0].Code,
            Source = rows[0].Source ?? before?.Source ?? "",
            Indicators =
            [
                .. (before?.Indicators ?? [])
                    .ExceptBy(rows.Select(r => r.Indicator.Seq), i => i.Seq)
                    .Concat(rows.Select(r => r.Indicator))
                    .OrderBy(i => i.Seq),
            ],
        };

    private static bool Named(string? one, string? first) => one is not null && first is not null && one != first;

    private static async Task<bool> TakenAsync(Work work, string code, CancellationToken cancellationToken)
    {
        await using var command = work.Command("select exists (select from cockpit.plan where code = $1)", code);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
