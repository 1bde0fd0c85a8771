using System.Diagnostics;
using TcmBrain.Quality.Supervision;

namespace TcmBrain.Benchmarks;

/// <summary>
/// How well behaviour supervision tells: months of simulated regions with planted cases, by seed. Hit rate: planted that were told. False
/// alarms: told without being planted, per ten thousand that could have been. TCM_BENCH_SWEEP=1 also tries each threshold below and above.
/// </summary>
internal sealed class SupervisionBenchmark(int regions)
{
    private static readonly (string Pattern, string Parameter, double[] Values)[] Swept =
    [
        (PatternBook.OverLong, "z", [2, 2.5, 3, 3.5, 4]),
        (PatternBook.OverDose, "z", [2, 2.5, 3, 3.5, 4]),
        (PatternBook.Override, "z", [2, 2.5, 3, 3.5, 4]),
        ("many-institutions", "min-overlap-days", [1, 3, 5, 7, 10]),
        ("herb-spike", "z", [3, 4, 5, 6, 8]),
        ("price-outlier", "max-chance", [0.01, 0.001, 0.0001, 0.00001]),
        ("price-outlier", "modified-z", [2.5, 3, 3.5, 4]),
    ];

    public IReadOnlyList<Figure> Run()
    {
        var all = Enumerable.Range(1, regions).Select(SupervisedRegion.Make).ToList();
        var thresholds = Thresholds.Load();
        var clock = Stopwatch.StartNew();
        var told = all.Select(r => PatternBook.Find(r.Supervised, thresholds)).ToList();
        var seconds = clock.Elapsed.TotalSeconds;
        var figures = new List<Figure> { new("quality.supervised_per_s", all.Sum(r => r.Supervised.Cases.Count) / seconds, "prescr./s") };
        foreach (var pattern in PatternBook.All)
        {
            figures.AddRange(Rates(pattern.Code, "", all, told));
        }

        if (Environment.GetEnvironmentVariable("TCM_BENCH_SWEEP") == "1")
        {
            foreach (var (pattern, parameter, values) in Swept)
            {
                var alone = PatternBook.All.Single(p => p.Code == pattern);
                foreach (var value in values)
                {
                    var moved = thresholds.With(pattern, parameter, value);
                    List<IReadOnlyList<Signal>> found = [.. all.Select(r => (IReadOnlyList<Signal>)[.. alone.Find(r.Supervised, moved)])];
                    figures.AddRange(Rates(pattern, FormattableString.Invariant($"@{parameter}={value}"), all, found));
                }
            }
        }

        return figures;
    }

    private static IEnumerable<Figure> Rates(string pattern, string at, List<SupervisedRegion> regions, List<IReadOnlyList<Signal>> told)
    {
        var (planted, hits, alarms, honest) = (0, 0, 0, 0);
        for (var i = 0; i < regions.Count; i++)
        {
            var keys = told[i].Where(s => s.Pattern == pattern).Select(s => pattern + "|" + s.SubjectKey).ToList();
            planted += regions[i].Planted.Count(p => p.StartsWith(pattern + "|", StringComparison.Ordinal));
            hits += keys.Count(regions[i].Planted.Contains);
            alarms += keys.Count(k => !regions[i].Planted.Contains(k));
            honest += regions[i].Honest[pattern];
        }

        yield return new Figure(
            $"quality.hit.{pattern}{at}",
            100.0 * hits / planted,
            "%",
            $"{hits} of {planted} planted",
            (double)hits / planted
        );
        yield return new Figure(
            $"quality.false_alarm.{pattern}{at}",
            10_000.0 * alarms / honest,
            "per 10000",
            $"{alarms} of {honest} honest",
            (double)alarms / honest
        );
    }
}
