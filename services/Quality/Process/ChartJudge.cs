namespace TcmBrain.Quality.Process;

/// <summary>What a chart says at a point: which rule, and on which side of the centre (1 above, -1 below).</summary>
public readonly record struct ChartSignal(string Rule, int Side);

/// <summary>How the exponentially weighted moving average is drawn (EWMA): z = λ·x + (1−λ)·z, limits ±L·σ·√(λ/(2−λ)·(1−(1−λ)^2i)).</summary>
/// <param name="Lambda">Weight of the newest value, over 0 to 1.</param>
/// <param name="Width">L, in standard deviations.</param>
/// <param name="Steady">True: the limits that it comes to after many points, from the first on (NIST/SEMATECH e-Handbook 6.3.2.4).</param>
public readonly record struct EwmaSettings(double Lambda, double Width, bool Steady = false)
{
    public double HalfWidth(double sigma, int ordinal) =>
        Width * sigma * Math.Sqrt(Lambda / (2 - Lambda) * (Steady ? 1 : 1 - Math.Pow(1 - Lambda, 2.0 * ordinal)));
}

/// <summary>Where judging goes on: so many points were judged since the baseline, the average stands there, and these came last, oldest first.</summary>
public sealed record ChartProgress(int Ordinal, double Ewma, IReadOnlyList<double> Last)
{
    /// <summary>As many as the longest rule looks back.</summary>
    public const int Remembered = 7;

    /// <summary>Right after the baseline: nothing that was before is looked at.</summary>
    public static ChartProgress Start(ControlLimits limits) => new(0, limits.Centre, []);
}

/// <summary>A point as the charts show it.</summary>
/// <param name="Ordinal">Counted from 1 at the first point after the baseline.</param>
/// <param name="Range">To the point before; null for the first.</param>
public sealed record JudgedValue(
    int Ordinal,
    double Value,
    double? Range,
    double Ewma,
    double EwmaLower,
    double EwmaUpper,
    IReadOnlyList<ChartSignal> Signals
);

/// <summary>
/// Holds values against frozen limits. The four rules are those of the Western Electric Statistical Quality Control Handbook (1956), each for both sides: (1) one
/// point beyond 3σ, (2) two of three beyond 2σ, (3) four of five beyond 1σ, (4) eight in a row on one side; the point itself has to be one
/// of those counted. Beside them the moving range above its limit, and the EWMA outside its own. Pure: the same values in the same order give the
/// same, from the beginning or gone on with.
/// </summary>
public static class ChartJudge
{
    public const string Range = "range";
    public const string Ewma = "ewma";

    private static readonly (string Rule, int Of, int Count, double Beyond)[] Rules =
    [
        ("we1", 1, 1, 3),
        ("we2", 3, 2, 2),
        ("we3", 5, 4, 1),
        ("we4", 8, 8, 0),
    ];

    public static IReadOnlyList<JudgedValue> Judge(ControlLimits limits, EwmaSettings ewma, ChartProgress from, IEnumerable<double> values)
    {
        var last = new List<double>(from.Last);
        var (ordinal, average) = (from.Ordinal, from.Ewma);
        var judged = new List<JudgedValue>();
        foreach (var value in values)
        {
            double? range = last.Count > 0 ? Math.Abs(value - last[^1]) : null;
            last.Add(value);
            if (last.Count > ChartProgress.Remembered + 1)
            {
                last.RemoveAt(0);
            }

            ordinal++;
            average = (ewma.Lambda * value) + ((1 - ewma.Lambda) * average);
            var half = ewma.HalfWidth(limits.Sigma, ordinal);
            var signals = Western(limits, last).ToList();
            if (range > limits.UpperRange)
            {
                signals.Add(new(Range, 1));
            }

            if (Math.Abs(average - limits.Centre) > half)
            {
                signals.Add(new(Ewma, average > limits.Centre ? 1 : -1));
            }

            judged.Add(new(ordinal, value, range, average, limits.Centre - half, limits.Centre + half, signals));
        }

        return judged;
    }

    private static IEnumerable<ChartSignal> Western(ControlLimits limits, List<double> last)
    {
        var side = Math.Sign(last[^1] - limits.Centre);
        foreach (var (rule, of, count, beyond) in Rules)
        {
            if (side == 0 || !Beyond(last[^1], beyond))
            {
                continue;
            }

            var found = 0;
            for (var i = Math.Max(0, last.Count - of); i < last.Count; i++)
            {
                found += Beyond(last[i], beyond) ? 1 : 0;
            }

            if (found >= count)
            {
                yield return new(rule, side);
            }
        }

        bool Beyond(double value, double sigmas) => (value - limits.Centre) * side > sigmas * limits.Sigma;
    }
}
