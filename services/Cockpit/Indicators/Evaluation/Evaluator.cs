using Npgsql;
using TcmBrain.Cockpit.Indicators.Language;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Cockpit.Indicators.Values;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <summary>Measures indicators: counts what can be counted, takes what was reported and approved else, and judges it (测算).</summary>
public sealed class Evaluator(NpgsqlDataSource database, Counts counts, ReportStore reports)
{
    /// <summary>Quarter ends behind the day asked for; a series is no longer.</summary>
    private const int MostQuarters = 20;

    /// <summary>All of them in a few round trips, however many.</summary>
    public async Task<IReadOnlyList<Measured>> MeasureAsync(
        IReadOnlyList<(ReadIndicator Indicator, string Region)> asked,
        DateOnly day,
        CancellationToken cancellationToken
    )
    {
        var tree = await RegionTree.LoadAsync(database, cancellationToken);
        var approved = await reports.ApprovedAsync(
            [.. asked.Where(a => !a.Indicator.Indicator.Computed).Select(a => a.Indicator.Plan.Code).Distinct()],
            cancellationToken
        );
        var terms = new HashSet<(Term, Place)>();
        foreach (var (indicator, region) in asked.Where(a => a.Indicator.Indicator.Computed))
        {
            foreach (var at in DaysOf(indicator.Indicator, day, tree).Where(at => at >= tree.Since))
            {
                terms.UnionWith(indicator.Terms.Select(t => (t, new Place(region, at))));
            }

            terms.UnionWith(EachTerms(indicator).Select(t => (t, new Place(region, day))));
        }

        var values = await counts.OfAsync(terms, cancellationToken);
        return
        [
            .. asked.Select(a =>
                Measure(a.Indicator, a.Region, day, tree, values, [.. approved[(a.Indicator.Plan.Code, a.Indicator.Indicator.Seq)]])
            ),
        ];
    }

    private static Measured Measure(
        ReadIndicator of,
        string region,
        DateOnly day,
        RegionTree tree,
        IReadOnlyDictionary<(Term, Place), decimal?> values,
        IReadOnlyList<ApprovedValue> approved
    )
    {
        var indicator = of.Indicator;
        Raw At(DateOnly on) => indicator.Computed ? Computed(of, region, on, tree, values) : Reported(of, region, on, tree, approved);

        var raw = At(day);
        var own = region == of.Plan.RegionCode;
        // A county is measured against its own beginning: the plan's baseline is the plan's region's.
        var baseline =
            own && indicator.Baseline is { } given ? given
            : IndicatorKinds.IsRelative(indicator.Kind) && indicator.BaselineYear is { } year ? At(TargetPath.YearEnd(year)).Value
            : null;
        var reason = raw.Reason;
        var value = Relative(indicator, raw.Value, baseline);
        if (value is null && raw.Value is not null)
        {
            reason = CockpitFaults.NoBaseline;
        }

        var days = indicator.Computed
            ? DaysOf(indicator, day, tree)
            : approved.Where(a => a.Region == region && a.Day <= day).Select(a => a.Day).Append(day).Distinct();
        var series = new SortedDictionary<DateOnly, decimal>();
        if (indicator.BaselineYear is { } began && TargetPath.YearEnd(began) < day && own && TargetPath.Start(indicator) is { } start)
        {
            series[TargetPath.YearEnd(began)] = start;
        }

        foreach (var on in days.Where(d => d != day || raw.AsOf == day))
        {
            if (Relative(indicator, At(on).Value, baseline) is { } then)
            {
                series[on] = then;
            }
        }

        var points = series.Select(s => new SeriesPoint(s.Key, Math.Round(s.Value, 6))).ToList();
        return new(
            of,
            region,
            day,
            value is { } known ? Math.Round(known, 6) : null,
            raw,
            value is null ? reason : null,
            baseline,
            Each(of, region, day, values),
            LightRule.Of(own ? indicator : indicator with { Baseline = null }, value, day),
            TheilSen.At(points, day, TargetPath.YearEnd(indicator.TargetYear), indicator.TargetMin, indicator.Direction == "down"),
            points
        );
    }

    /// <summary>In the indicator's terms. Without a baseline year what was reported is itself the growth or the increase.</summary>
    private static decimal? Relative(Indicator indicator, decimal? value, decimal? baseline) =>
        !IndicatorKinds.IsRelative(indicator.Kind) || (!indicator.Computed && indicator.BaselineYear is null) ? value
        : value is null || baseline is null ? null
        : indicator.Kind == IndicatorKinds.Added ? value - baseline
        : baseline == 0 ? null
        : (value - baseline) / baseline * 100;

    private static Raw Computed(
        ReadIndicator of,
        string region,
        DateOnly day,
        RegionTree tree,
        IReadOnlyDictionary<(Term, Place), decimal?> values
    )
    {
        if (tree.Since is null || day < tree.Since)
        {
            return new(null, null, null, CockpitFaults.NoRegister);
        }

        var place = new Place(region, day);
        var numerator = Arithmetic.Of(of.Numerator!, [.. of.Numerator!.Terms().Select(t => values[(t, place)])]);
        var denominator = of.Denominator is null
            ? null
            : Arithmetic.Of(of.Denominator, [.. of.Denominator.Terms().Select(t => values[(t, place)])]);
        if (numerator is null || (of.Denominator is not null && denominator is null or 0))
        {
            return new(null, null, null, CockpitFaults.NoDenominator, numerator, denominator);
        }

        return new(numerator.Value / (denominator ?? 1) * of.Indicator.Scale, "computed", day, null, numerator, denominator);
    }

    private static Raw Reported(ReadIndicator of, string region, DateOnly day, RegionTree tree, IReadOnlyList<ApprovedValue> approved)
    {
        ApprovedValue? Latest(string at) => approved.Where(a => a.Region == at && a.Day <= day).MaxBy(a => a.Day);

        if (Latest(region) is { } own)
        {
            return new(own.Value, "reported", own.Day, null);
        }

        // Without the region's own value, what those below have; the highest of each branch, so that nothing counts twice.
        if (IndicatorKinds.IsSum(of.Indicator.Kind))
        {
            var below = approved
                .Select(a => a.Region)
                .Distinct()
                .Where(r => Plans.Reach.IsAbove(region, r))
                .Select(Latest)
                .OfType<ApprovedValue>()
                .ToList();
            var highest = below.Where(b => !below.Any(o => Plans.Reach.IsAbove(o.Region, b.Region))).ToList();
            if (highest.Count > 0)
            {
                var parts = new Parts(highest.Count, tree.Children(region).Count());
                return new(highest.Sum(h => h.Value), "summed", highest.Max(h => h.Day), null, Parts: parts);
            }
        }

        return new(null, null, null, CockpitFaults.NoValue);
    }

    private static EachMet? Each(ReadIndicator of, string region, DateOnly day, IReadOnlyDictionary<(Term, Place), decimal?> values) =>
        EachTerms(of).ToList() is [var met, var all]
        && values.TryGetValue((met, new Place(region, day)), out var reached)
        && values.TryGetValue((all, new Place(region, day)), out var there)
            ? new((int)(reached ?? 0), (int)(there ?? 0))
            : null;

    /// <summary>Of what each institution shall reach: how many do, and how many there are.</summary>
    private static IEnumerable<Term> EachTerms(ReadIndicator of)
    {
        if (
            of.Indicator.Kind != IndicatorKinds.PerInstitution
            || of.Numerator is not Aggregate { Function: "min" or "max", Field: { } field } least
        )
        {
            return [];
        }

        Condition reaches = new Comparison(field, of.Indicator.Direction == "down" ? "<=" : ">=", of.Indicator.TargetMin);
        return
        [
            new Aggregate("count", least.Register, null, least.Where is null ? reaches : new Both(least.Where, reaches)),
            new Aggregate("count", least.Register, null, least.Where),
        ];
    }

    /// <summary>The day itself, the ends of the quarters behind it as far as the registers go, and the end of the baseline year.</summary>
    private static IEnumerable<DateOnly> DaysOf(Indicator indicator, DateOnly day, RegionTree tree)
    {
        yield return day;
        if (IndicatorKinds.IsRelative(indicator.Kind) && indicator.BaselineYear is { } year)
        {
            yield return TargetPath.YearEnd(year);
        }

        var quarter = new DateOnly(day.Year, (day.Month - 1) / 3 * 3 + 1, 1).AddDays(-1);
        for (var i = 0; i < MostQuarters && quarter >= tree.Since; i++)
        {
            yield return quarter;
            quarter = new DateOnly(quarter.Year, quarter.Month, 1).AddMonths(-2).AddDays(-1);
        }
    }
}
