namespace TcmBrain.Quality.Process;

/// <summary>
/// Limits of an individuals and moving range chart (I-MR, 单值–移动极差图), estimated from a baseline: centre ± 3·MR̄/d2, and D4·MR̄ for the range.
/// </summary>
/// <param name="Centre">Mean of the baseline.</param>
/// <param name="MeanRange">MR̄: mean of the absolute differences of neighbours.</param>
/// <param name="Sigma">MR̄/d2.</param>
/// <param name="UpperRange">Upper limit of the moving range; its lower limit is 0.</param>
public sealed record ControlLimits(double Centre, double MeanRange, double Sigma, double UpperRange)
{
    public double Upper => Centre + (3 * Sigma);

    public double Lower => Centre - (3 * Sigma);

    /// <summary>Null: fewer than two values, or all alike, from which no spread can be told.</summary>
    public static ControlLimits? Of(IReadOnlyList<double> baseline, ControlConstants constants)
    {
        if (baseline.Count < 2)
        {
            return null;
        }

        double sum = baseline[0],
            ranges = 0;
        for (var i = 1; i < baseline.Count; i++)
        {
            sum += baseline[i];
            ranges += Math.Abs(baseline[i] - baseline[i - 1]);
        }

        var mean = ranges / (baseline.Count - 1);
        return mean > 0 ? new(sum / baseline.Count, mean, mean / constants.D2, constants.D4 * mean) : null;
    }
}
