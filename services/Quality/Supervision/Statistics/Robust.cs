namespace TcmBrain.Quality.Supervision.Statistics;

/// <summary>
/// Outliers by median and median absolute deviation, which the outliers themselves hardly move: the modified z-score of B. Iglewicz and
/// D. C. Hoaglin, How to Detect and Handle Outliers, ASQC (1993); they call what is beyond 3.5 a possible outlier (NIST/SEMATECH e-Handbook 1.3.5.17).
/// </summary>
public static class Robust
{
    /// <summary>Makes the median absolute deviation of a normal distribution its standard deviation.</summary>
    public const double Normal = 0.6745;

    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length == 0 ? throw new ArgumentException("Nothing has no median.", nameof(values))
            : sorted.Length % 2 == 1 ? sorted[middle]
            : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Median absolute deviation from the median.</summary>
    public static double Mad(IReadOnlyCollection<double> values, double median) => Median([.. values.Select(v => Math.Abs(v - median))]);

    /// <summary>Null when more than half of the values are the same: then nothing can be said of distance.</summary>
    public static double? ModifiedZ(double value, double median, double mad) => mad > 0 ? Normal * (value - median) / mad : null;
}
