using System.Text.Json.Serialization;

namespace TcmBrain.Benchmarks;

/// <summary>One measured number. A median of rounds; a ratio only from the same run.</summary>
/// <param name="Against">What it is compared with; null when with nothing.</param>
/// <param name="Ratio">The value divided by that of <paramref name="Against"/>.</param>
public sealed record Figure(
    string Name,
    double Value,
    string Unit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Against = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Ratio = null
)
{
    public override string ToString() =>
        FormattableString.Invariant($"{Name, -32} {Value, 14:#,0.##} {Unit, -10}")
        + (Against is null ? "" : FormattableString.Invariant($" {Against}: {Ratio:0.00}"));
}

public static class Statistics
{
    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The value below which the share <paramref name="p"/> (0…1) of the sorted values lies.</summary>
    public static double Percentile(IReadOnlyCollection<double> values, double p)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(p * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
