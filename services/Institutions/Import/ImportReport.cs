using TcmBrain.Contracts;

namespace TcmBrain.Institutions.Import;

/// <summary>What became of a file.</summary>
/// <param name="Rows">below the titles</param>
/// <param name="Accepted">without a fault</param>
/// <param name="Refused">with at least one fault</param>
/// <param name="Applied">stored now: 0 for a preview, and 0 when all were wanted and one was refused</param>
/// <param name="Added">new; of a preview: would be</param>
/// <param name="Changed">different from what stood; of a preview: would be</param>
/// <param name="Unchanged">as it stood: no version, no history, no event</param>
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
/// <param name="Column">title of the column; empty when the whole row is meant</param>
public sealed record RowFault(int Row, string Column, string Code, string Zh, string En);

/// <summary>Counts as the rows come; keeps no more than the first thousand faults.</summary>
internal sealed class ImportTally
{
    private const int Listed = 1000;
    private readonly List<RowFault> faults = [];
    private int more;

    public int Rows { get; private set; }

    public int Refused { get; private set; }

    public int Added { get; private set; }

    public int Changed { get; private set; }

    public int Unchanged { get; private set; }

    public void Refuse(int row, IEnumerable<Fault> reasons)
    {
        Rows++;
        Refused++;
        foreach (var fault in reasons)
        {
            if (faults.Count < Listed)
            {
                // departments[2].code is in the column departments.
                faults.Add(new RowFault(row, fault.Field.Split('[')[0], fault.Code, fault.Zh, fault.En));
            }
            else
            {
                more++;
            }
        }
    }

    public void Accept(bool isNew, bool differs)
    {
        Rows++;
        if (isNew)
        {
            Added++;
        }
        else if (differs)
        {
            Changed++;
        }
        else
        {
            Unchanged++;
        }
    }

    public ImportReport Report(bool applied) =>
        new(
            Rows,
            Rows - Refused,
            Refused,
            applied ? Added + Changed : 0,
            Added,
            Changed,
            Unchanged,
            // What cannot be read is refused before the rest of its batch is decided on.
            [.. faults.OrderBy(fault => fault.Row)],
            more
        );
}
