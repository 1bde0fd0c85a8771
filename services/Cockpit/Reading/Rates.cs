using TcmBrain.Cockpit.Folding;

namespace TcmBrain.Cockpit.Reading;

/// <summary>A share of counters (率): <paramref name="Part"/> of <paramref name="Whole"/>, or what is left of it.</summary>
/// <param name="Rest">true: the share that <paramref name="Part"/> is not</param>
public sealed record Rate(string Name, string Part, string Whole, bool Rest = false)
{
    public static readonly IReadOnlyList<Rate> All =
    [
        new("intercepted", Metrics.Intercepted, "audited"),
        new("blocked", "blocked", "audited"),
        new("approvedBySystem", "approved-by-pharmacist", "approved", Rest: true),
        new("promiseKept", JourneyReading.PromiseKept, JourneyReading.PromiseDue),
        new("urgentInTime", JourneyReading.UrgentInTime, JourneyReading.UrgentDone),
        new("traceCoverage", Metrics.TraceThere, Metrics.TraceDue),
        new("rational", "irrational", "reviewed", Rest: true),
    ];

    public RateView Of(Func<string, long> total)
    {
        var whole = total(Whole);
        var part = Rest ? whole - total(Part) : total(Part);
        return new(part, whole, whole == 0 ? null : Math.Round((double)part / whole, 6));
    }
}

/// <param name="Value">0…1; null when there is nothing to be a share of</param>
public sealed record RateView(long Part, long Whole, double? Value);

/// <summary>Seconds. Mean exact, quantiles within <see cref="Sketch.RelativeError"/>.</summary>
public sealed record TimeView(long Count, double Mean, double P50, double P95)
{
    /// <summary>Null when nothing was timed.</summary>
    public static TimeView? Of(Sketch sketch) =>
        sketch.Count == 0
            ? null
            : new(
                sketch.Count,
                Seconds((double)sketch.Sum / sketch.Count),
                Seconds(sketch.Quantile(0.5)!.Value),
                Seconds(sketch.Quantile(0.95)!.Value)
            );

    public static double Seconds(double milliseconds) => Math.Round(milliseconds / 1000, 3);
}
