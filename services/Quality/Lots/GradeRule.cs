namespace TcmBrain.Quality.Lots;

/// <summary>What a grade asks of a test: a row of Data/grade_rules.csv.</summary>
/// <param name="Test">an id, a beginning followed by *, or * for all that no other row names</param>
/// <param name="ShareOfMax">the result may be no more than this share of the limit</param>
/// <param name="ShareOfMin">the result has to be at least this share of the limit</param>
public sealed record GradeRow(
    string Grade,
    string NameEn,
    string Test,
    decimal? ShareOfMax,
    decimal? ShareOfMin,
    string Source,
    string Mark
)
{
    public bool Fits(string test) => Test == test || Test.EndsWith('*') && test.StartsWith(Test[..^1], StringComparison.Ordinal);
}

/// <summary>The grade (等级) that results give a lot. Pure.</summary>
public sealed class GradeRule(IReadOnlyList<GradeRow> rows)
{
    /// <summary>What passes and is no better: nothing is said of it beyond what the papers say.</summary>
    public const string None = "";

    public static GradeRule Load() => new(EmbeddedTable.Read<GradeRow>("grade_rules.csv"));

    public IReadOnlyList<string> Grades => [.. rows.Select(r => r.Grade).Distinct()];

    /// <summary>The first grade all of whose demands are kept; where the piece has an assay it has to have been made.</summary>
    public string Of(IReadOnlyCollection<LotResult> effective, IReadOnlyList<LotLimit> limits) =>
        Grades.FirstOrDefault(grade => Keeps(grade, effective, limits)) ?? None;

    private bool Keeps(string grade, IReadOnlyCollection<LotResult> effective, IReadOnlyList<LotLimit> limits)
    {
        if (effective.Count == 0 || effective.Any(r => !r.Passes))
        {
            return false;
        }

        var assays = limits.Where(l => l.Test.StartsWith("assay-", StringComparison.Ordinal)).Select(l => l.Test);
        return assays.All(test => effective.Any(r => r.Test.Test == test))
            && effective.All(r => Demand(grade, r.Test.Test) is not { } row || Keeps(row, r));
    }

    private GradeRow? Demand(string grade, string test) =>
        rows.Where(r => r.Grade == grade && r.Fits(test)).MaxBy(r => r.Test.TrimEnd('*').Length);

    private static bool Keeps(GradeRow row, LotResult result) =>
        (row.ShareOfMax is not { } most || result.Limit.Max is not { } max || (result.Test.Value ?? 0) <= most * max)
        && (row.ShareOfMin is not { } least || result.Limit.Min is not { } min || result.Test.Value >= least * min);
}
