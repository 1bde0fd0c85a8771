namespace TcmBrain.Quality.Evaluation;

/// <summary>One of the five dimensions (维度) and its weight in thousandths of the whole.</summary>
public sealed record Dimension(string Edition, string Group, string Code, int Weight, string Zh, string En);

/// <summary>An indicator (指标): what is counted over what, and how much it is worth.</summary>
/// <param name="Weight">in thousandths of its dimension</param>
/// <param name="Floor">the share that is worth nothing; above the target when less is better</param>
/// <param name="Target">the share that is worth everything; between the two it is a straight line</param>
/// <param name="MinDenominator">below it nothing can be said: the indicator is missing</param>
public sealed record Indicator(
    string Edition,
    string Group,
    string Code,
    string Dimension,
    int Weight,
    string Scoring,
    decimal Floor,
    decimal Target,
    int MinDenominator,
    string Zh,
    string En,
    string NumeratorZh,
    string NumeratorEn,
    string DenominatorZh,
    string DenominatorEn,
    string Source
)
{
    public bool LessIsBetter => Target < Floor;
}

/// <summary>An edition of the evaluation scheme (评价方案): weights and scoring are data, and a published evaluation names its edition.</summary>
public sealed class EvaluationBook
{
    public const string Hospital = "hospital";
    public const string Centre = "centre";
    public const int Whole = 1000;

    private EvaluationBook(string edition, IReadOnlyList<Dimension> dimensions, IReadOnlyList<Indicator> indicators)
    {
        Edition = edition;
        Dimensions = dimensions;
        Indicators = indicators;
    }

    public string Edition { get; }

    public IReadOnlyList<Dimension> Dimensions { get; }

    public IReadOnlyList<Indicator> Indicators { get; }

    public IEnumerable<Dimension> DimensionsOf(string group) => Dimensions.Where(d => d.Group == group);

    public IEnumerable<Indicator> IndicatorsOf(string group) => Indicators.Where(i => i.Group == group);

    /// <summary>All editions, by name: what was published by an older one is recomputed by it.</summary>
    /// <exception cref="InvalidDataException">Weights that are not whole, an unknown dimension or way of scoring.</exception>
    public static IReadOnlyDictionary<string, EvaluationBook> LoadAll()
    {
        var dimensions = EmbeddedTable.Read<Dimension>("evaluation_dimensions.csv").ToLookup(d => d.Edition);
        var indicators = EmbeddedTable.Read<Indicator>("evaluation_indicators.csv").ToLookup(i => i.Edition);
        return dimensions.ToDictionary(d => d.Key, d => Of(d.Key, [.. d], [.. indicators[d.Key]]));
    }

    public static EvaluationBook Newest(IReadOnlyDictionary<string, EvaluationBook> all) => all[all.Keys.Max(StringComparer.Ordinal)!];

    /// <inheritdoc cref="LoadAll"/>
    public static EvaluationBook Of(string edition, IReadOnlyList<Dimension> dimensions, IReadOnlyList<Indicator> indicators)
    {
        foreach (var group in dimensions.GroupBy(d => d.Group))
        {
            Require(group.Sum(d => d.Weight) == Whole, $"{edition} {group.Key}: the dimensions' weights make {group.Sum(d => d.Weight)}.");
            foreach (var dimension in group)
            {
                var sum = indicators.Where(i => i.Group == group.Key && i.Dimension == dimension.Code).Sum(i => i.Weight);
                Require(sum == Whole, $"{edition} {group.Key} {dimension.Code}: the indicators' weights make {sum}.");
            }
        }

        foreach (var indicator in indicators)
        {
            Require(indicator is { Scoring: "linear", Weight: > 0 } && indicator.Floor != indicator.Target, $"{edition} {indicator.Code}");
            Require(
                dimensions.Any(d => d.Group == indicator.Group && d.Code == indicator.Dimension),
                $"{edition} {indicator.Code}: dimension"
            );
        }

        return new EvaluationBook(edition, dimensions, indicators);
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException("The evaluation scheme is not sound: " + what);
        }
    }
}
