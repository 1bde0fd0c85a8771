using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Transfer;

/// <summary>What became of a file, row by row (导入报告).</summary>
/// <param name="Rows">below the titles</param>
/// <param name="Accepted">without a fault</param>
/// <param name="Refused">with at least one fault</param>
/// <param name="Applied">stored now: 0 for a preview, and 0 when all were wanted and one was refused</param>
/// <param name="Added">new; of a preview: would be</param>
/// <param name="Changed">different from what stood; of a preview: would be</param>
/// <param name="Unchanged">as it stood</param>
/// <param name="Faults">the first thousand, in the order of the file</param>
/// <param name="More">how many faults are not in the list</param>
public sealed record ImportReport(
    int Rows,
    int Accepted,
    int Refused,
    int Applied,
    int Added,
    int Changed,
    int Unchanged,
    IReadOnlyList<RowFault> Faults,
    int More
);

/// <param name="Row">as a spreadsheet counts: the titles are row 1</param>
/// <param name="Column">name of the column; empty when the whole row is meant</param>
/// <param name="ColumnZh">its title in Chinese files; empty likewise</param>
public sealed record RowFault(int Row, string Column, string ColumnZh, string Code, string Zh, string En);

/// <param name="All">nothing is stored when one row is refused; else the rows without a fault are</param>
/// <param name="Preview">nothing is stored</param>
public sealed record ImportMode(bool All, bool Preview)
{
    /// <exception cref="FaultException">COC-0433</exception>
    public static ImportMode Of(string? mode, bool preview) =>
        mode is null or "all" or "valid" ? new(mode != "valid", preview) : throw CockpitFaults.UnknownMode.Exception("mode");
}

/// <summary>What becomes of a row.</summary>
public enum RowOutcome
{
    Added,
    Changed,
    Unchanged,
}

internal sealed class ImportTally(IReadOnlyList<Column> columns)
{
    private const int Listed = 1000;
    private readonly SortedDictionary<int, List<Fault>> refused = [];
    private readonly Dictionary<int, RowOutcome> accepted = [];

    public bool AnyRefused => refused.Count > 0;

    public void Accept(int row, RowOutcome outcome) => accepted[row] = outcome;

    public void Refuse(int row, IEnumerable<Fault> faults)
    {
        accepted.Remove(row);
        if (!refused.TryGetValue(row, out var list))
        {
            refused.Add(row, list = []);
        }

        list.AddRange(faults);
    }

    private RowFault Of(int row, Fault fault)
    {
        var column = fault.Field.Split('.', '[')[^1];
        return new(row, column, columns.FirstOrDefault(c => c.Name == column)?.Zh ?? column, fault.Code, fault.Zh, fault.En);
    }

    public ImportReport Report(bool applied)
    {
        var by = accepted.Values.CountBy(o => o).ToDictionary();
        var (added, changed) = (by.GetValueOrDefault(RowOutcome.Added), by.GetValueOrDefault(RowOutcome.Changed));
        var faults = refused.SelectMany(r => r.Value.Select(f => Of(r.Key, f))).ToList();
        return new(
            accepted.Count + refused.Count,
            accepted.Count,
            refused.Count,
            applied ? added + changed : 0,
            added,
            changed,
            by.GetValueOrDefault(RowOutcome.Unchanged),
            [.. faults.Take(Listed)],
            Math.Max(0, faults.Count - Listed)
        );
    }
}
