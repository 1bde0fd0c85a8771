namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <summary>A measured value on a day.</summary>
public sealed record SeriesPoint(DateOnly Date, decimal Value);

/// <param name="Status">ok, not-enough-data, past (the target day is over)</param>
/// <param name="At">the target day</param>
/// <param name="Reaches">yes, no, unclear: whether the whole interval lies beyond the target, before it, or around it</param>
public sealed record Forecast(string Status, DateOnly? At, decimal? Value, decimal? Low, decimal? High, string? Reaches);

/// <summary>
/// Where the values are heading (趋势预测): the median of all slopes between two points (Theil 1950, Sen 1968), through the medians, with Sen's
/// distribution-free 95 % interval of the slope and the scatter of the points about the line. One wrong value out of four does not turn it.
/// Fewer than four points, or less than half a year between the first and the last, are not enough, and are said not to be.
/// </summary>
public static class TheilSen
{
    public const int FewestPoints = 4;
    public const int ShortestDays = 180;
    private const double Normal95 = 1.959964;

    public static Forecast At(IReadOnlyList<SeriesPoint> series, DateOnly today, DateOnly target, decimal wanted, bool down)
    {
        if (target <= today)
        {
            return new("past", target, null, null, null, null);
        }

        var points = series.Where(p => p.Date <= today).OrderBy(p => p.Date).ToList();
        if (points.Count < FewestPoints || points[^1].Date.DayNumber - points[0].Date.DayNumber < ShortestDays)
        {
            return new("not-enough-data", target, null, null, null, null);
        }

        var x = points.Select(p => (double)(p.Date.DayNumber - points[0].Date.DayNumber)).ToArray();
        var y = points.Select(p => (double)p.Value).ToArray();
        var (slope, low, high) = Slopes(x, y);
        var (middleX, middleY) = (Median(x), Median(y));
        var scatter = 1.4826 * Median([.. x.Select((at, i) => Math.Abs(y[i] - (middleY + slope * (at - middleX))))]);
        var ahead = target.DayNumber - points[0].Date.DayNumber - middleX;
        var value = Decimal(middleY + slope * ahead);
        var least = Decimal(middleY + low * ahead - Normal95 * scatter);
        var most = Decimal(middleY + high * ahead + Normal95 * scatter);
        if (value is null || least is null || most is null)
        {
            return new("not-enough-data", target, null, null, null, null);
        }

        var reaches =
            (down ? most <= wanted : least >= wanted) ? "yes"
            : (down ? least > wanted : most < wanted) ? "no"
            : "unclear";
        return new("ok", target, value, least, most, reaches);
    }

    /// <summary>The median slope and its interval: the slopes at the ranks (N ∓ z·√(n(n−1)(2n+5)/18)) / 2.</summary>
    private static (double Median, double Low, double High) Slopes(double[] x, double[] y)
    {
        var slopes = new List<double>(x.Length * (x.Length - 1) / 2);
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = i + 1; j < x.Length; j++)
            {
                if (x[j] > x[i])
                {
                    slopes.Add((y[j] - y[i]) / (x[j] - x[i]));
                }
            }
        }

        slopes.Sort();
        var n = (double)x.Length;
        var reach = Normal95 * Math.Sqrt(n * (n - 1) * (2 * n + 5) / 18);
        var first = (int)Math.Floor((slopes.Count - reach) / 2);
        var last = (int)Math.Ceiling((slopes.Count + reach) / 2);
        return (Median([.. slopes]), slopes[Math.Clamp(first, 0, slopes.Count - 1)], slopes[Math.Clamp(last, 0, slopes.Count - 1)]);
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static decimal? Decimal(double value) => Math.Abs(value) < 1e15 ? Math.Round((decimal)value, 4) : null;
}
