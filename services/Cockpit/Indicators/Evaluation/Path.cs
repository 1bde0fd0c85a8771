using TcmBrain.Cockpit.Indicators.Plans;

namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <param name="Given">false where it lies on the straight line between its neighbours</param>
public sealed record PathPoint(int Year, decimal Value, bool Given);

/// <summary>The way from the baseline to the target (分年度路径): each year's value is due on its last day.</summary>
public sealed class TargetPath
{
    private readonly List<(DateOnly Day, decimal Value)> given = [];

    public TargetPath(Indicator indicator)
    {
        var points = new SortedDictionary<int, decimal>();
        if (indicator.BaselineYear is { } year && Start(indicator) is { } start)
        {
            points[year] = start;
        }

        foreach (var (at, value) in indicator.Interim)
        {
            points[at] = value;
        }

        points[indicator.TargetYear] = indicator.TargetMin;
        given.AddRange(points.Select(p => (YearEnd(p.Key), p.Value)));
        Points =
        [
            .. Enumerable
                .Range(points.Keys.First(), points.Keys.Last() - points.Keys.First() + 1)
                .Select(y => new PathPoint(y, Expected(YearEnd(y))!.Value, points.ContainsKey(y))),
        ];
    }

    public IReadOnlyList<PathPoint> Points { get; }

    public static DateOnly YearEnd(int year) => new(year, 12, 31);

    /// <summary>What should be reached on a day; after the end the target, before the beginning null: nothing is known of the way.</summary>
    public decimal? Expected(DateOnly day)
    {
        if (day >= given[^1].Day)
        {
            return given[^1].Value;
        }

        var next = given.FindIndex(p => p.Day > day);
        if (next == 0)
        {
            return null;
        }

        var (from, to) = (given[next - 1], given[next]);
        return from.Value + (to.Value - from.Value) * (day.DayNumber - from.Day.DayNumber) / (to.Day.DayNumber - from.Day.DayNumber);
    }

    /// <summary>Where the path begins: of what is measured against the baseline, at nothing.</summary>
    public static decimal? Start(Indicator indicator) => IndicatorKinds.IsRelative(indicator.Kind) ? 0 : indicator.Baseline;
}
