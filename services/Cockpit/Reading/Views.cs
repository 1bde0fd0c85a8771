using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Reading;

/// <summary>What a summary is about: kind is region, institution or centre.</summary>
public sealed record ScopeView(string Kind, string Code, string? Zh, string? En);

/// <summary>The headline numbers of a scope and a day (概览).</summary>
/// <param name="AsOf">Id of the last fact that changed any of it.</param>
/// <param name="Source">redis or postgres: where it was read.</param>
/// <param name="Totals">Sum of the day by metric; a metric that did not occur is absent.</param>
/// <param name="Hours">24 values of each metric of the day's curve.</param>
/// <param name="Standing">Prescriptions that stand in a stage now, of whatever day.</param>
/// <param name="Rates">Shares of the day's totals, see <see cref="Rate"/>.</param>
/// <param name="Times">The day's turn-rounds that have happened, see <see cref="Folding.JourneyReading.Measures"/>.</param>
public sealed record SummaryView(
    ScopeView Scope,
    DateOnly Day,
    long AsOf,
    string Source,
    IReadOnlyDictionary<string, long> Totals,
    IReadOnlyDictionary<string, long[]> Hours,
    IReadOnlyDictionary<string, long> Standing,
    IReadOnlyDictionary<string, RateView> Rates,
    IReadOnlyDictionary<string, TimeView> Times
);

public sealed record HerbRank(string Piece, long Count, long Milligrams);

public sealed record SyndromeRank(string Syndrome, long Count, long Doses);

public sealed record InstitutionRank(Place Institution, long Count, long Doses);

/// <summary>Prescriptions that the audit found close to a classic formula.</summary>
public sealed record FormulaRank(string Formula, long Count);

/// <summary>Prescriptions of the departments of this name, wherever they are.</summary>
public sealed record DepartmentRank(string Department, long Count, long Doses);

/// <summary>The top of each list of a scope and a day (排行).</summary>
public sealed record RankingsView(
    DateOnly Day,
    IReadOnlyList<HerbRank> Herbs,
    IReadOnlyList<SyndromeRank> Syndromes,
    IReadOnlyList<InstitutionRank> Institutions,
    IReadOnlyList<FormulaRank> Formulas,
    IReadOnlyList<DepartmentRank> Departments,
    IReadOnlyList<InstitutionRank> Centres
);

/// <summary>An answer as it goes over the wire, with the entity tag of its content.</summary>
public sealed record Rendered(byte[] Json, string ETag);

/// <summary>A day by hours, beside the same day a week before.</summary>
public sealed record CurveView(string Metric, DateOnly Day, long[] Hours, CurveBefore Before);

public sealed record CurveBefore(DateOnly Day, long[] Hours);

/// <summary>Metrics by day; a day on which nothing happened has no values.</summary>
public sealed record SeriesView(DateOnly From, DateOnly To, IReadOnlyList<SeriesDay> Days);

public sealed record SeriesDay(DateOnly Day, IReadOnlyDictionary<string, long> Values);

/// <summary>A measure of the regions next below one, and of the institutions anywhere in it.</summary>
public sealed record RegionsView(
    string Metric,
    DateOnly Day,
    string Region,
    IReadOnlyList<RegionValue> Children,
    IReadOnlyList<InstitutionValue> Institutions
);

/// <param name="Value">a number, a share 0…1, or seconds; null when there is nothing to be a share of</param>
/// <param name="Part">of a rate only, as <paramref name="Whole"/></param>
public sealed record RegionValue(string Code, double? Value, long? Part, long? Whole);

public sealed record InstitutionValue(Place Institution, string? Region, double? Value, long? Part, long? Whole);

/// <summary>The way of prescriptions on the day of their routing (流向), largest first.</summary>
public sealed record FlowsView(
    DateOnly Day,
    IReadOnlyList<FlowLink> InstitutionToCentre,
    IReadOnlyList<DistrictLink> CentreToDistrict,
    IReadOnlyList<FlowPath> Paths
);

public sealed record FlowLink(Place From, Place To, long Count);

/// <param name="To">county, GB/T 2260</param>
public sealed record DistrictLink(Place From, string To, long Count);

public sealed record FlowPath(Place Institution, string Region, Place Centre, string District, long Count);
