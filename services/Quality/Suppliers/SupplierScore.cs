namespace TcmBrain.Quality.Suppliers;

/// <summary>A part of a supplier's score: a row of Data/supplier_weights.csv.</summary>
/// <param name="Parameter">of the formula: days for the papers, ‰ of the weight at which nothing is left</param>
/// <param name="Mark">M: expert default that has to be confirmed.</param>
public sealed record SupplierWeight(
    string Component,
    string NameZh,
    string NameEn,
    decimal Weight,
    decimal? Parameter,
    string FormulaZh,
    string FormulaEn,
    string Source,
    string Mark
)
{
    public static IReadOnlyList<SupplierWeight> Load() => EmbeddedTable.Read<SupplierWeight>("supplier_weights.csv");
}

/// <summary>What a lot says of its supplier.</summary>
/// <param name="State">waiting, released, rejected or recalled</param>
/// <param name="Released">it was, whatever became of it</param>
/// <param name="FirstTime">every first result passed</param>
/// <param name="PaperAt">when its first certificate came; null: none has</param>
public sealed record SupplierLot(
    Guid LotId,
    string Supplier,
    string CentreCode,
    string Piece,
    string LotNumber,
    DateTimeOffset AcceptedAt,
    string State,
    bool Released,
    bool FirstTime,
    DateTimeOffset? PaperAt,
    long QuantityMilligrams,
    long? ClaimedMilligrams
);

/// <param name="Of">records that it is reckoned from; 0: it does not count</param>
/// <param name="Share">0 to 1; null without records</param>
public sealed record ScorePart(string Component, decimal Weight, int Of, decimal? Share);

/// <param name="Score">0 to 100; null: nothing was decided yet</param>
public sealed record ScoreCard(decimal? Score, IReadOnlyList<ScorePart> Parts);

/// <summary>
/// A supplier's score (供应商评分) over a period: the mean of its parts by weight, over those that have records. Pure; every part can be reckoned by hand from the lots.
/// </summary>
public static class SupplierScore
{
    public static ScoreCard Of(IReadOnlyList<SupplierLot> lots, IReadOnlyList<SupplierWeight> weights, DateTimeOffset now)
    {
        var parts = weights.Select(w => PartOf(w, lots, now)).ToList();
        var counting = parts.Where(p => p.Share is not null).ToList();
        var decided = lots.Any(l => l.State != "waiting");
        var total = counting.Sum(p => p.Weight);
        return new(
            decided && total > 0
                ? Math.Round(100 * counting.Sum(p => p.Weight * p.Share!.Value) / total, 1, MidpointRounding.AwayFromZero)
                : null,
            parts
        );
    }

    private static ScorePart PartOf(SupplierWeight weight, IReadOnlyList<SupplierLot> lots, DateTimeOffset now)
    {
        var decided = lots.Where(l => l.State != "waiting").ToList();
        return weight.Component switch
        {
            "first-time" => Share(weight, decided, l => l.Released && l.FirstTime),
            "not-rejected" => Share(weight, decided, l => l.State != "rejected"),
            "recalls" => Share(weight, [.. decided.Where(l => l.Released)], l => l.State != "recalled"),
            "papers" => Share(weight, [.. lots.Where(l => PaperDue(l, weight, now))], l => InTime(l, weight)),
            "weight" => Weight(weight, [.. lots.Where(l => l.ClaimedMilligrams is > 0)]),
            _ => throw new ArgumentException($"{weight.Component} is no part of a supplier's score.", nameof(weight)),
        };
    }

    /// <summary>Whether the papers of a lot came in their days.</summary>
    public static bool InTime(SupplierLot lot, SupplierWeight papers) =>
        lot.PaperAt is { } at && at <= lot.AcceptedAt.AddDays((double)papers.Parameter!.Value);

    /// <summary>They came, or should have.</summary>
    public static bool PaperDue(SupplierLot lot, SupplierWeight papers, DateTimeOffset now) =>
        lot.PaperAt is not null || now > lot.AcceptedAt.AddDays((double)papers.Parameter!.Value);

    private static ScorePart Share(SupplierWeight weight, IReadOnlyList<SupplierLot> lots, Predicate<SupplierLot> good) =>
        new(weight.Component, weight.Weight, lots.Count, lots.Count == 0 ? null : lots.Count(l => good(l)) / (decimal)lots.Count);

    private static ScorePart Weight(SupplierWeight weight, IReadOnlyList<SupplierLot> lots)
    {
        if (lots.Count == 0)
        {
            return new(weight.Component, weight.Weight, 0, null);
        }

        var off = lots.Average(l => Math.Abs(l.QuantityMilligrams - l.ClaimedMilligrams!.Value) * 1000m / l.ClaimedMilligrams.Value);
        return new(weight.Component, weight.Weight, lots.Count, Math.Max(0, 1 - (off / weight.Parameter!.Value)));
    }
}
