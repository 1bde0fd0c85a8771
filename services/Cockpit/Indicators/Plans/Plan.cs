using System.Text.Json.Serialization;
using TcmBrain.Cockpit.Indicators.Language;

namespace TcmBrain.Cockpit.Indicators.Plans;

/// <summary>A region's plan with its indicators (规划).</summary>
public sealed record Plan
{
    public required string Code { get; init; }

    /// <summary>GB/T 2260; whose regulator maintains it.</summary>
    public required string RegionCode { get; init; }
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }

    /// <summary>The document it was taken from.</summary>
    public string Source { get; init; } = "";

    /// <summary>By their numbers.</summary>
    public required IReadOnlyList<Indicator> Indicators { get; init; }

    /// <summary>Counts changes; the ETag.</summary>
    public int Version { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public string UpdatedBy { get; init; } = "";
}

/// <summary>What a plan wants to see reached (指标).</summary>
public sealed record Indicator
{
    /// <summary>Stands where no target was given, until the rules refuse it.</summary>
    internal const decimal NoTarget = decimal.MaxValue;

    public required int Seq { get; init; }
    public string GroupZh { get; init; } = "";
    public required string NameZh { get; init; }
    public required string NameEn { get; init; }
    public string Unit { get; init; } = "";

    /// <summary>One of <see cref="IndicatorKinds"/>.</summary>
    public required string Kind { get; init; }
    public string OwnerZh { get; init; } = "";

    /// <summary>What exactly is meant, beside what the expression says.</summary>
    public string DefinitionZh { get; init; } = "";

    /// <summary>up: at least the target; down: at most.</summary>
    public string Direction { get; init; } = "up";
    public int? BaselineYear { get; init; }
    public decimal? Baseline { get; init; }

    /// <summary>By the end of this year.</summary>
    public required int TargetYear { get; init; }
    public required decimal TargetMin { get; init; }
    public decimal? TargetMax { get; init; }

    /// <summary>Expression; null: the value is reported.</summary>
    public string? Numerator { get; init; }

    /// <summary>Expression; null: the numerator is the value.</summary>
    public string? Denominator { get; init; }

    /// <summary>Factor of the quotient: 100 of a percentage, 1000 of a number per thousand residents.</summary>
    public decimal Scale { get; init; } = 1;

    /// <summary>Interim targets by year (分年度目标); between what is given the path is straight.</summary>
    public IReadOnlyDictionary<int, decimal> Interim { get; init; } = new SortedDictionary<int, decimal>();

    [JsonIgnore]
    public bool Computed => Numerator is not null;

    /// <summary>Whether <paramref name="value"/> is as good as <paramref name="wanted"/>.</summary>
    public bool Meets(decimal value, decimal wanted) => Direction == "down" ? value <= wanted : value >= wanted;
}

/// <summary>How an indicator is met (指标性质).</summary>
public static class IndicatorKinds
{
    public const string Growth = "growth_percent";
    public const string Added = "added";
    public const string PerInstitution = "per_institution";

    public static readonly IReadOnlyList<string> All = ["level", "ratio", "count", "amount", Growth, Added, PerInstitution];

    /// <summary>Measured against the baseline instead of by itself.</summary>
    public static bool IsRelative(string kind) => kind is Growth or Added;

    /// <summary>Whether a target, or what is reported without a baseline year, is in per cent.</summary>
    public static bool IsPercent(string kind, string? unit) => kind == Growth || unit == "%";

    /// <summary>What counties report adds up to what the city has.</summary>
    public static bool IsSum(string kind) => kind is "count" or "amount" or Added;
}

/// <summary>An indicator whose expressions have been read.</summary>
public sealed record ReadIndicator(Plan Plan, Indicator Indicator, Node? Numerator, Node? Denominator)
{
    /// <exception cref="ExpressionFault">an expression that was stored is checked when it comes in; a new vocabulary may know less</exception>
    public static ReadIndicator Of(Plan plan, Indicator indicator) =>
        new(
            plan,
            indicator,
            indicator.Numerator is null ? null : Parser.Parse(indicator.Numerator),
            indicator.Denominator is null ? null : Parser.Parse(indicator.Denominator)
        );

    public IEnumerable<Term> Terms => (Numerator?.Terms() ?? []).Concat(Denominator?.Terms() ?? []);
}
