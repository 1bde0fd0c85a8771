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
public sealed record SummaryView(
    ScopeView Scope,
    DateOnly Day,
    long AsOf,
    string Source,
    IReadOnlyDictionary<string, long> Totals,
    IReadOnlyDictionary<string, long[]> Hours,
    IReadOnlyDictionary<string, long> Standing
);

public sealed record HerbRank(string Piece, long Count, long Milligrams);

public sealed record SyndromeRank(string Syndrome, long Count, long Doses);

public sealed record InstitutionRank(Place Institution, long Count, long Doses);

/// <summary>The top of each list of a scope and a day (排行).</summary>
public sealed record RankingsView(
    DateOnly Day,
    IReadOnlyList<HerbRank> Herbs,
    IReadOnlyList<SyndromeRank> Syndromes,
    IReadOnlyList<InstitutionRank> Institutions
);

/// <summary>An answer as it goes over the wire, with the entity tag of its content.</summary>
public sealed record Rendered(byte[] Json, string ETag);
