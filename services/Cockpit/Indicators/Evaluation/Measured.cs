using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <summary>A value before it is measured against a baseline.</summary>
/// <param name="Source">computed, reported, summed (of what the regions below reported); null without a value</param>
/// <param name="AsOf">day for which it holds</param>
/// <param name="Reason">why there is none</param>
/// <param name="Parts">of a sum: how many regions below have reported</param>
public sealed record Raw(
    decimal? Value,
    string? Source,
    DateOnly? AsOf,
    FaultDefinition? Reason,
    decimal? Numerator = null,
    decimal? Denominator = null,
    Parts? Parts = null
);

/// <param name="Of">how many there are directly below</param>
public sealed record Parts(int Reported, int Of);

/// <param name="Met">how many of them reach the target</param>
public sealed record EachMet(int Met, int Of);

/// <summary>An indicator of a region on a day, with all that is judged from it (测度).</summary>
/// <param name="Value">in the indicator's terms: of what is measured against a baseline, the growth in percent or the increase</param>
/// <param name="Raw">before that</param>
/// <param name="Baseline">what it was measured against, or began at; null where nothing is known of it</param>
/// <param name="Series">by day, in the indicator's terms</param>
public sealed record Measured(
    ReadIndicator Of,
    string Region,
    DateOnly Day,
    decimal? Value,
    Raw Raw,
    FaultDefinition? Reason,
    decimal? Baseline,
    EachMet? Each,
    Judgement Judgement,
    Forecast Forecast,
    IReadOnlyList<SeriesPoint> Series
);
