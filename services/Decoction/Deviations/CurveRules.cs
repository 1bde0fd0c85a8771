using System.Globalization;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;
using TcmBrain.Decoction.Telemetry;

namespace TcmBrain.Decoction.Deviations;

/// <summary>An interval without a reading.</summary>
public sealed record CurveGap(DateTimeOffset From, DateTimeOffset Until)
{
    public TimeSpan Length => Until - From;
}

/// <summary>
/// What a boil's curve says against its recipe's limits. Pure. The regulation asks for atmospheric pressure and normally no more than
/// 100 °C, and for minutes "after boiling"; how far and how long a sensor may stray before it counts is an expert's default (mark M).
/// </summary>
public static class CurveRules
{
    /// <summary>Uncertainty of a calibrated sensor.</summary>
    public const int ToleranceCenticelsius = 1_00;

    /// <summary>Above ambient: more is no longer atmospheric pressure.</summary>
    public const int MostPascal = 5_000;

    /// <summary>One stray reading is noise, two are a temperature.</summary>
    public const int Readings = 2;
    public static readonly TimeSpan CoolFor = TimeSpan.FromMinutes(2);

    /// <summary>Noted in the record from here on.</summary>
    public static readonly TimeSpan NotedGap = TimeSpan.FromSeconds(60);

    /// <summary>A boil nobody watched for so long is a deviation.</summary>
    public static readonly TimeSpan LongGap = TimeSpan.FromMinutes(5);

    /// <param name="points">Of the vessel, in the order of time; those outside the interval are passed over.</param>
    /// <param name="instrumented">Then no curve at all is a deviation; else the room simply has no curves.</param>
    public static IEnumerable<Deviation> Check(
        Recipe recipe,
        Step step,
        IReadOnlyList<CurvePoint> points,
        DateTimeOffset from,
        DateTimeOffset until,
        bool instrumented
    )
    {
        var within = points.Where(p => p.TakenAt >= from && p.TakenAt <= until).ToList();
        if (within.Count == 0)
        {
            if (instrumented && until - from > LongGap)
            {
                yield return new Deviation(step, GapRules.Missing, $"{step.NameZh()}没有温度曲线", $"{step.Name()} has no curve");
            }

            yield break;
        }

        if (Run(within, p => p.Centicelsius > (recipe.MaximumCelsius * 100) + ToleranceCenticelsius) is { } hot)
        {
            yield return new Deviation(
                step,
                "temperature.high",
                $"{step.NameZh()}温度 {Celsius(hot.Max(p => p.Centicelsius))} ℃,应不超过 {recipe.MaximumCelsius} ℃(《医疗机构中药煎药室管理规范》第十五条)",
                $"{step.Name()} reached {Celsius(hot.Max(p => p.Centicelsius))} °C, more than {recipe.MaximumCelsius} °C (Regulation on Decoction Rooms, art. 15)"
            );
        }

        if (Run(within, p => p.PressurePascal > MostPascal) is { } pressed)
        {
            yield return new Deviation(
                step,
                "pressure.high",
                $"{step.NameZh()}压力高出常压 {pressed.Max(p => p.PressurePascal)} Pa,应为常压煎煮(《医疗机构中药煎药室管理规范》)",
                $"{step.Name()} was {pressed.Max(p => p.PressurePascal)} Pa above ambient instead of at atmospheric pressure"
            );
        }

        if (LongestCool(within, recipe.MinimumBoilCelsius * 100) is { } cool && cool >= CoolFor)
        {
            yield return new Deviation(
                step,
                "temperature.low",
                $"{step.NameZh()}低于 {recipe.MinimumBoilCelsius} ℃ 持续 {Minutes(cool)} 分钟,未保持沸腾",
                $"{step.Name()} was below {recipe.MinimumBoilCelsius} °C for {Minutes(cool)} minutes: it did not keep boiling"
            );
        }

        if (Gaps(within, from, until).MaxBy(g => g.Length) is { } gap && gap.Length > LongGap)
        {
            yield return new Deviation(
                step,
                GapRules.Rule,
                $"{step.NameZh()}有 {Minutes(gap.Length)} 分钟没有读数({gap.From.Text()} 起)",
                $"{step.Name()} has no reading for {Minutes(gap.Length)} minutes (from {gap.From.Text()})"
            );
        }
    }

    /// <summary>Every interval of more than <see cref="NotedGap"/> without a reading, from the first end to the other.</summary>
    public static IEnumerable<CurveGap> Gaps(IReadOnlyList<CurvePoint> within, DateTimeOffset from, DateTimeOffset until)
    {
        var last = from;
        foreach (var time in within.Select(p => p.TakenAt).Append(until))
        {
            if (time - last > NotedGap)
            {
                yield return new CurveGap(last, time);
            }

            last = time > last ? time : last;
        }
    }

    /// <summary>Whether this one reading gives cause to look at the curve.</summary>
    public static bool IsSuspicious(Recipe recipe, int centicelsius, int pascal) =>
        centicelsius > (recipe.MaximumCelsius * 100) + ToleranceCenticelsius
        || centicelsius < recipe.MinimumBoilCelsius * 100
        || pascal > MostPascal;

    private static List<CurvePoint>? Run(List<CurvePoint> points, Predicate<CurvePoint> over)
    {
        List<CurvePoint>? longest = null;
        var run = new List<CurvePoint>();
        foreach (var point in points)
        {
            if (!over(point))
            {
                run = [];
                continue;
            }

            run.Add(point);
            if (run.Count >= Readings && run.Count > (longest?.Count ?? 0))
            {
                longest = run;
            }
        }

        return longest;
    }

    private static TimeSpan? LongestCool(List<CurvePoint> points, int floor)
    {
        TimeSpan? longest = null;
        DateTimeOffset? since = null;
        foreach (var point in points)
        {
            since = point.Centicelsius < floor ? since ?? point.TakenAt : null;
            if (since is { } start && (longest is null || point.TakenAt - start > longest))
            {
                longest = point.TakenAt - start;
            }
        }

        return longest;
    }

    private static string Celsius(int centi) => (centi / 100m).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Minutes(TimeSpan time) => time.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);
}
