using TcmBrain.Cockpit.Indicators.Evaluation;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators;

/// <summary>How many stand under which light.</summary>
public sealed record Lights(int Green, int Amber, int Red, int Grey)
{
    public static Lights Of(IEnumerable<WallItem> items)
    {
        var by = items.CountBy(i => i.Light).ToDictionary();
        return new(by.GetValueOrDefault("green"), by.GetValueOrDefault("amber"), by.GetValueOrDefault("red"), by.GetValueOrDefault("grey"));
    }
}

/// <summary>Why there is no value.</summary>
public sealed record Why(string Code, string Zh, string En)
{
    public static Why? Of(FaultDefinition? definition) => definition is null ? null : new(definition.Code, definition.Zh, definition.En);
}

public sealed record BaselineView(int Year, decimal? Value);

public sealed record TargetView(int Year, decimal Min, decimal? Max);

/// <summary>An indicator on the wall (指标墙). <see cref="Measured"/> and docs/indicators.md say what the numbers mean.</summary>
public sealed record WallItem
{
    public required string Plan { get; init; }
    public required int Seq { get; init; }
    public required string GroupZh { get; init; }
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }
    public required string Unit { get; init; }
    public required string Kind { get; init; }
    public required string Direction { get; init; }
    public required string OwnerZh { get; init; }

    /// <summary>For which it is evaluated.</summary>
    public required string Region { get; init; }
    public decimal? Value { get; init; }

    /// <summary>computed, reported, summed.</summary>
    public string? Source { get; init; }
    public DateOnly? AsOf { get; init; }
    public Why? Reason { get; init; }
    public BaselineView? Baseline { get; init; }
    public required TargetView Target { get; init; }
    public decimal? Expected { get; init; }
    public decimal? Attainment { get; init; }

    /// <summary>green, amber, red, grey.</summary>
    public required string Light { get; init; }
    public EachMet? Each { get; init; }
    public Parts? Parts { get; init; }
    public required Forecast Forecast { get; init; }
    public required IReadOnlyList<SeriesPoint> Spark { get; init; }

    public static WallItem Of(Measured m)
    {
        var i = m.Of.Indicator;
        return new()
        {
            Plan = m.Of.Plan.Code,
            Seq = i.Seq,
            GroupZh = i.GroupZh,
            NameZh = i.NameZh,
            NameEn = i.NameEn,
            Unit = i.Kind == IndicatorKinds.Growth ? "%" : i.Unit,
            Kind = i.Kind,
            Direction = i.Direction,
            OwnerZh = i.OwnerZh,
            Region = m.Region,
            Value = m.Value,
            Source = m.Value is null ? null : m.Raw.Source,
            AsOf = m.Raw.AsOf,
            Reason = Why.Of(m.Reason),
            Baseline = i.BaselineYear is { } year ? new(year, m.Baseline) : null,
            Target = new(i.TargetYear, i.TargetMin, i.TargetMax),
            Expected = m.Judgement.Expected is { } expected ? Math.Round(expected, 6) : null,
            Attainment = m.Judgement.Attainment,
            Light = m.Judgement.Light,
            Each = m.Each,
            Parts = m.Raw.Parts,
            Forecast = m.Forecast,
            Spark = m.Series,
        };
    }
}

/// <param name="RegionCode">of the plan</param>
/// <param name="Region">for which it is evaluated: the narrower of the plan's and the asked one</param>
public sealed record WallPlan(string Code, string NameZh, string NameEn, string RegionCode, string Region, int TargetYear, Lights Lights);

public sealed record WallView(string Region, DateOnly Date, Lights Lights, IReadOnlyList<WallPlan> Plans, IReadOnlyList<WallItem> Items);

/// <summary>All plans that concern a region, each evaluated for the narrower of its own region and the asked one.</summary>
public sealed class Wall(PlanStore plans, Evaluator evaluator)
{
    public async Task<WallView> OfAsync(Reach reach, string region, DateOnly day, string? plan, CancellationToken cancellationToken)
    {
        var concerned = (await plans.ListAsync(reach, plan, cancellationToken))
            .Select(p => (Plan: p, Region: Narrower(p.RegionCode, region)))
            .Where(p => p.Region is not null)
            .ToList();
        var asked = concerned.SelectMany(p => p.Plan.Indicators.Select(i => (ReadIndicator.Of(p.Plan, i), p.Region!))).ToList();
        var items = (await evaluator.MeasureAsync(asked, day, cancellationToken)).Select(WallItem.Of).ToList();
        return new(
            region,
            day,
            Lights.Of(items),
            [
                .. concerned.Select(p => new WallPlan(
                    p.Plan.Code,
                    p.Plan.NameZh,
                    p.Plan.NameEn,
                    p.Plan.RegionCode,
                    p.Region!,
                    p.Plan.Indicators.Max(i => i.TargetYear),
                    Lights.Of(items.Where(i => i.Plan == p.Plan.Code))
                )),
            ],
            items
        );
    }

    /// <summary>Null: the plan does not concern the region.</summary>
    public static string? Narrower(string plan, string region) =>
        plan == region || Reach.IsAbove(region, plan) ? plan
        : Reach.IsAbove(plan, region) ? region
        : null;
}
