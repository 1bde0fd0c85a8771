using TcmBrain.Quality.Process;

namespace TcmBrain.Quality.Tests.Process;

/// <summary>The charts against published examples, and the rules one by one.</summary>
public sealed class ChartJudgeTests
{
    /// <summary>NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2 Individuals Control Charts: flow rate of ten batches.</summary>
    private static readonly double[] Flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1];

    /// <summary>The same, 6.3.2.4 EWMA Control Charts: data, and the averages as printed.</summary>
    private static readonly double[] Weighted =
    [
        52.0,
        47.0,
        53.0,
        49.3,
        50.1,
        47.0,
        51.0,
        50.1,
        51.2,
        50.5,
        49.6,
        47.6,
        49.9,
        51.3,
        47.8,
        51.2,
        52.6,
        52.4,
        53.6,
        52.1,
    ];
    private static readonly double[] WeightedAverages =
    [
        50.60,
        49.52,
        50.56,
        50.18,
        50.16,
        49.21,
        49.75,
        49.85,
        50.26,
        50.33,
        50.11,
        49.36,
        49.52,
        50.05,
        49.38,
        49.92,
        50.73,
        51.23,
        51.94,
        51.99,
    ];

    /// <summary>Montgomery, Introduction to Statistical Quality Control, 6th ed., table 9.1: twenty values of mean 10 and σ 1, then ten of mean 11.</summary>
    private static readonly double[] Shifted =
    [
        9.45,
        7.99,
        9.29,
        11.66,
        12.16,
        10.18,
        8.04,
        11.46,
        9.20,
        10.34,
        9.03,
        11.47,
        10.51,
        9.40,
        10.08,
        9.37,
        10.62,
        10.31,
        8.52,
        10.84,
        10.90,
        9.33,
        12.29,
        11.50,
        10.60,
        11.08,
        10.38,
        11.62,
        11.31,
        10.52,
    ];

    private static readonly ControlLimits Unit = new(0, ControlConstants.Exact.D2, 1, 100);
    private static readonly EwmaSettings Blunt = new(0.2, 1_000);

    [Fact]
    public void The_constants_are_those_of_the_normal_distribution()
    {
        var (d2, d4) = ControlConstants.Exact;
        d2.ShouldBe(1.1283791670955126, 1e-15);
        d4.ShouldBe(3.266532, 1e-6);
        Math.Round(d2, 3).ShouldBe(ControlConstants.Printed.D2);
        Math.Round(d4, 3).ShouldBe(ControlConstants.Printed.D4);
    }

    /// <summary>The same constants by integrating the range of two normal values over its density, √(1/π)·exp(−w²/4).</summary>
    [Fact]
    public void The_constants_come_out_of_the_distribution_of_the_range()
    {
        const double Step = 1e-4;
        double mean = 0,
            square = 0;
        for (var w = Step / 2; w < 20; w += Step)
        {
            var density = Math.Exp(-w * w / 4) / Math.Sqrt(Math.PI) * Step;
            mean += w * density;
            square += w * w * density;
        }

        ControlConstants.Exact.D2.ShouldBe(mean, 1e-8);
        ControlConstants.Exact.D4.ShouldBe(1 + (3 * Math.Sqrt(square - (mean * mean)) / mean), 1e-7);
    }

    [Fact]
    public void The_individuals_chart_of_the_handbook()
    {
        var limits = ControlLimits.Of(Flow, ControlConstants.Printed)!;
        limits.Centre.ShouldBe(50.81, 5e-5);
        limits.MeanRange.ShouldBe(1.8778, 5e-5);
        limits.Upper.ShouldBe(55.8041, 5e-5);
        limits.Lower.ShouldBe(45.8159, 5e-5);

        var exact = ControlLimits.Of(Flow, ControlConstants.Exact)!;
        exact.Upper.ShouldBe(limits.Upper, 0.002);
        ChartJudge
            .Judge(exact, Blunt, ChartProgress.Start(exact), Flow)
            .SelectMany(p => p.Signals)
            .Where(s => s.Rule is "we1" or ChartJudge.Range)
            .ShouldBeEmpty();
    }

    [Fact]
    public void The_weighted_average_of_the_handbook()
    {
        var limits = new ControlLimits(50, 2.0539 * ControlConstants.Exact.D2, 2.0539, 100);
        var ewma = new EwmaSettings(0.3, 3, Steady: true);
        var judged = ChartJudge.Judge(limits, ewma, ChartProgress.Start(limits), Weighted);
        judged.Select(p => Math.Round(p.Ewma, 2)).ShouldBe(WeightedAverages);
        judged[0].EwmaUpper.ShouldBe(52.5884, 5e-4);
        judged[0].EwmaLower.ShouldBe(47.4115, 5e-4);
        judged.SelectMany(p => p.Signals).ShouldNotContain(s => s.Rule == ChartJudge.Ewma);
    }

    [Fact]
    public void The_weighted_average_of_Montgomery()
    {
        var limits = new ControlLimits(10, ControlConstants.Exact.D2, 1, 100);
        var judged = ChartJudge.Judge(limits, new EwmaSettings(0.1, 2.7), ChartProgress.Start(limits), Shifted);
        judged.Take(4).Select(p => Math.Round(p.Ewma, 2)).ShouldBe([9.94, 9.75, 9.70, 9.90], 0.0051);
        // The printed limits: 9.73–10.27 at the first, 9.64–10.36 at the second, 9.38–10.62 in the end.
        (Math.Round(judged[0].EwmaLower, 2), Math.Round(judged[0].EwmaUpper, 2)).ShouldBe((9.73, 10.27));
        (Math.Round(judged[1].EwmaLower, 2), Math.Round(judged[1].EwmaUpper, 2)).ShouldBe((9.64, 10.36));
        (Math.Round(judged[29].EwmaLower, 2), Math.Round(judged[29].EwmaUpper, 2)).ShouldBe((9.38, 10.62));
        judged
            .Where(p => p.Signals.Any(s => s is { Rule: ChartJudge.Ewma, Side: 1 }))
            .Select(p => p.Ordinal)
            .ShouldBe([29, 30], "the shift after the twentieth is found while no single point is out");
        judged.ShouldAllBe(p => p.Signals.All(s => s.Rule != "we1"));
    }

    [Theory]
    [InlineData(new[] { 3.0 }, "")]
    [InlineData(new[] { 3.01 }, "we1")]
    [InlineData(new[] { 2.1, 0.0, 2.1 }, "we2")]
    [InlineData(new[] { 2.1, 0.0, 0.0, 2.1 }, "")]
    [InlineData(new[] { 2.1, -2.1 }, "")]
    [InlineData(new[] { 2.1, 2.1 }, "we2")]
    // The point itself has to be one of the two.
    [InlineData(new[] { 2.1, 2.1, 0.5 }, "")]
    [InlineData(new[] { 1.1, 1.1, 0.0, 1.1, 1.1 }, "we3")]
    [InlineData(new[] { 1.1, 1.1, 0.0, 0.0, 1.1, 1.1 }, "")]
    [InlineData(new[] { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 }, "")]
    [InlineData(new[] { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 }, "we4")]
    // A point on the centre breaks the run.
    [InlineData(new[] { 0.1, 0.1, 0.1, 0.0, 0.1, 0.1, 0.1, 0.1 }, "")]
    public void Each_rule_on_both_sides(double[] values, string rule)
    {
        foreach (var side in (int[])[1, -1])
        {
            var last = ChartJudge.Judge(Unit, Blunt, ChartProgress.Start(Unit), values.Select(v => v * side))[^1];
            last.Signals.ShouldBe(rule.Length == 0 ? [] : [new ChartSignal(rule, side)]);
        }
    }

    [Fact]
    public void A_leap_is_a_signal_of_the_range_chart_only_when_it_is_too_wide()
    {
        var limits = new ControlLimits(0, 1, 1 / ControlConstants.Exact.D2, ControlConstants.Exact.D4);
        var judged = ChartJudge.Judge(limits, Blunt, ChartProgress.Start(limits), [1.6, -1.6, 1.7]);
        judged.Select(p => p.Range is { } r ? Math.Round(r, 9) : (double?)null).ShouldBe([null, 3.2, 3.3]);
        judged.Select(p => p.Signals.Any(s => s.Rule == ChartJudge.Range)).ShouldBe([false, false, true]);
    }

    [Fact]
    public void Values_all_alike_give_no_limits()
    {
        ControlLimits.Of([5, 5, 5, 5], ControlConstants.Exact).ShouldBeNull();
        ControlLimits.Of([5], ControlConstants.Exact).ShouldBeNull();
    }

    /// <summary>However a series is cut, judging on from the cut says the same as judging it whole.</summary>
    [Fact]
    public void Judging_in_pieces_says_the_same_as_judging_at_once()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, 60).Select(_ => (random.NextDouble() * 6) - 3 + (seed % 3)).ToArray();
            var ewma = new EwmaSettings(0.2, 3);
            var whole = ChartJudge.Judge(Unit, ewma, ChartProgress.Start(Unit), values);
            var cut = random.Next(1, values.Length);
            var first = ChartJudge.Judge(Unit, ewma, ChartProgress.Start(Unit), values[..cut]);
            var on = new ChartProgress(cut, first[^1].Ewma, values[Math.Max(0, cut - ChartProgress.Remembered)..cut]);
            var pieces = first.Concat(ChartJudge.Judge(Unit, ewma, on, values[cut..])).ToList();
            pieces.Select(Said).ShouldBe(whole.Select(Said), $"seed {seed}, cut at {cut}");
        }

        static (int, double, double?, string) Said(JudgedValue p) => (p.Ordinal, p.Ewma, p.Range, string.Join(" ", p.Signals));
    }

    /// <summary>In control, false alarms of rule 1 are as rare as the normal distribution says: 0.27 in a hundred.</summary>
    [Fact]
    public void False_alarms_are_as_rare_as_they_should_be()
    {
        var random = new Random(7);
        var values = Enumerable
            .Range(0, 200_000)
            .Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))
            .ToArray();
        var judged = ChartJudge.Judge(Unit, Blunt, ChartProgress.Start(Unit), values);
        (judged.Count(p => p.Signals.Any(s => s.Rule == "we1")) / 200_000.0).ShouldBe(0.0027, 0.0004);
    }
}
