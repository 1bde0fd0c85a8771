namespace TcmBrain.Quality.Evaluation;

/// <summary>What was counted for an indicator: events of trials, or points of points possible.</summary>
public sealed record MeasuredCount(string Code, long Numerator, long Denominator);

/// <param name="Score">thousandths of a point, 0 to 100 000; null: missing, and its weight is carried by the others</param>
/// <param name="Share">effective weight in the whole, in millionths, for people; null when missing</param>
/// <param name="Contribution">thousandths of a point that it gives to the total; the parts make exactly the total</param>
public sealed record IndicatorScore(
    string Code,
    string Dimension,
    long Numerator,
    long Denominator,
    int? Score,
    int? Share,
    int Contribution
);

/// <param name="Score">thousandths of a point; null: nothing of it is known</param>
/// <param name="Known">thousandths of its weight that are known</param>
public sealed record DimensionScore(string Code, int? Score, int Known);

/// <summary>An institution's evaluation of a period.</summary>
/// <param name="Total">thousandths of a point, 0 to 100 000; null: nothing is known</param>
/// <param name="Known">thousandths of the whole weight that are known: below half there is no rank</param>
public sealed record Scorecard(int? Total, int Known, IReadOnlyList<DimensionScore> Dimensions, IReadOnlyList<IndicatorScore> Indicators);

/// <summary>A part of the change of a total: by a better or worse value, or by weights that moved because something became known or missing.</summary>
public sealed record MovedBy(string Code, string Dimension, int ByValue, int ByWeight)
{
    public int Whole => ByValue + ByWeight;
}

/// <summary>The arithmetic of the evaluation: integers of thousandths of a point, so that parts add up and a score is the same everywhere.</summary>
public static class Scores
{
    public const int Full = 100_000;

    /// <summary>Less of the weight than this is known: no rank.</summary>
    public const int LeastKnown = 500;

    /// <summary>A straight line from floor to target, cut off at both ends, rounded half up; null when there is too little to say.</summary>
    public static int? Score(Indicator indicator, MeasuredCount? measure)
    {
        if (measure is null || measure.Denominator < Math.Max(1, indicator.MinDenominator))
        {
            return null;
        }

        var share = (decimal)measure.Numerator / measure.Denominator;
        var part = Math.Clamp((share - indicator.Floor) / (indicator.Target - indicator.Floor), 0, 1);
        return (int)Math.Round(part * Full, MidpointRounding.AwayFromZero);
    }

    public static Scorecard Of(EvaluationBook book, string group, IReadOnlyDictionary<string, MeasuredCount> measures)
    {
        var scored = book.IndicatorsOf(group).Select(i => (Indicator: i, Score: Score(i, measures.GetValueOrDefault(i.Code)))).ToList();
        var weights = Weights(book, group, scored);
        var exact = scored.Select((s, i) => s.Score is { } score ? weights[i] * score : 0).ToArray();
        int? total = weights.Sum() == 0 ? null : (int)Math.Round(exact.Sum(), MidpointRounding.AwayFromZero);
        var parts = Apportion(exact, total ?? 0);
        return new Scorecard(
            total,
            Known(book, group, scored),
            [
                .. book.DimensionsOf(group)
                    .Select(d =>
                    {
                        var own = scored.Where(s => s.Indicator.Dimension == d.Code && s.Score is not null).ToList();
                        var known = own.Sum(s => s.Indicator.Weight);
                        int? score =
                            known == 0
                                ? null
                                : (int)
                                    Math.Round(
                                        (decimal)own.Sum(s => (long)s.Indicator.Weight * s.Score!.Value) / known,
                                        MidpointRounding.AwayFromZero
                                    );
                        return new DimensionScore(d.Code, score, known);
                    }),
            ],
            [
                .. scored.Select(
                    (s, i) =>
                        new IndicatorScore(
                            s.Indicator.Code,
                            s.Indicator.Dimension,
                            measures.GetValueOrDefault(s.Indicator.Code)?.Numerator ?? 0,
                            measures.GetValueOrDefault(s.Indicator.Code)?.Denominator ?? 0,
                            s.Score,
                            s.Score is null ? null : (int)Math.Round(weights[i] * 1_000_000, MidpointRounding.AwayFromZero),
                            parts[i]
                        )
                ),
            ]
        );
    }

    /// <summary>
    /// What made the total change, indicator by indicator. The parts add up to the change exactly. By value: the better or worse score at the
    /// weight it had before; by weight: everything else, which is weights carried over because something became known or missing.
    /// </summary>
    public static IReadOnlyList<MovedBy> Moved(Scorecard before, Scorecard after)
    {
        var earlier = before.Indicators.ToDictionary(i => i.Code);
        var later = after.Indicators.ToDictionary(i => i.Code);
        return
        [
            .. earlier
                .Keys.Union(later.Keys)
                .Select(code =>
                {
                    var (was, now) = (earlier.GetValueOrDefault(code), later.GetValueOrDefault(code));
                    var whole = (now?.Contribution ?? 0) - (was?.Contribution ?? 0);
                    var byValue =
                        was is { Score: { } old, Share: { } share } && now is { Score: { } fresh }
                            ? (int)Math.Round((decimal)share * (fresh - old) / 1_000_000, MidpointRounding.AwayFromZero)
                            : 0;
                    return new MovedBy(code, (now ?? was)!.Dimension, byValue, whole - byValue);
                })
                .Where(m => m.Whole != 0 || m.ByValue != 0)
                .OrderByDescending(m => Math.Abs(m.Whole))
                .ThenBy(m => m.Code, StringComparer.Ordinal),
        ];
    }

    /// <summary>Places by total, the best 1; equals share a place and the next is left out. Null for who has no rank.</summary>
    public static int?[] Ranks(IReadOnlyList<Scorecard> cards)
    {
        var ranked = cards.Where(c => c.Total is not null && c.Known >= LeastKnown).Select(c => c.Total!.Value).ToList();
        return [.. cards.Select(c => c.Total is { } total && c.Known >= LeastKnown ? (int?)(1 + ranked.Count(t => t > total)) : null)];
    }

    /// <summary>Effective weight of each in the whole: what is missing in a dimension is carried by its others, a missing dimension by the others.</summary>
    private static decimal[] Weights(EvaluationBook book, string group, List<(Indicator Indicator, int? Score)> scored)
    {
        var known = scored
            .Where(s => s.Score is not null)
            .GroupBy(s => s.Indicator.Dimension)
            .ToDictionary(g => g.Key, g => g.Sum(s => s.Indicator.Weight));
        var dimensions = book.DimensionsOf(group).ToDictionary(d => d.Code, d => d.Weight);
        var whole = dimensions.Where(d => known.ContainsKey(d.Key)).Sum(d => d.Value);
        return
        [
            .. scored.Select(s =>
                s.Score is null || whole == 0
                    ? 0m
                    : (decimal)dimensions[s.Indicator.Dimension] * s.Indicator.Weight / ((decimal)whole * known[s.Indicator.Dimension])
            ),
        ];
    }

    private static int Known(EvaluationBook book, string group, List<(Indicator Indicator, int? Score)> scored)
    {
        var dimensions = book.DimensionsOf(group).ToDictionary(d => d.Code, d => d.Weight);
        return scored.Where(s => s.Score is not null).Sum(s => dimensions[s.Indicator.Dimension] * s.Indicator.Weight)
            / EvaluationBook.Whole;
    }

    /// <summary>Whole numbers that lie closest to the exact ones and make the total (largest remainders).</summary>
    private static int[] Apportion(IReadOnlyList<decimal> exact, int total)
    {
        var parts = exact.Select(e => (int)Math.Floor(e)).ToArray();
        var left = total - parts.Sum();
        foreach (
            var i in Enumerable
                .Range(0, exact.Count)
                .OrderByDescending(i => exact[i] - Math.Floor(exact[i]))
                .ThenBy(i => i)
                .Take(Math.Max(0, left))
        )
        {
            parts[i]++;
        }

        return parts;
    }
}
