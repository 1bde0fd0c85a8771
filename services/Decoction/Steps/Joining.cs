using System.Globalization;
using TcmBrain.Decoction.Recipes;

namespace TcmBrain.Decoction.Steps;

/// <summary>
/// What is made beside the pot and joined to the strained liquid before it is packed (兑入): pieces decocted apart (另煎) and gelatins melted
/// in (烊化). Pure. Minutes and order are 《医疗机构中药煎药室管理规范》(国中医药发〔2009〕3号) art. 15, as the recipe carries them.
/// </summary>
public static class Joining
{
    public const string Apart = "另煎";
    public const string Melt = "烊化";

    /// <summary>Rules of what lacks, as the database's statements name them.</summary>
    internal const string ApartMissed = ApartRule + MissedSuffix;

    /// <inheritdoc cref="ApartMissed"/>
    internal const string MeltMissed = MeltRule + MissedSuffix;
    private const string ApartRule = "decoct-separately";
    private const string MeltRule = "melt-in";
    private const string MissedSuffix = ".missed";
    private const string Regulation = "《医疗机构中药煎药室管理规范》第十五条";

    private static readonly Dictionary<string, string> Rules = new() { [Apart] = ApartRule, [Melt] = MeltRule };

    /// <summary>What the recipe demands to be joined; recipes of before this was demanded do not.</summary>
    public static IEnumerable<RecipeMoment> Needed(Recipe recipe) =>
        recipe.Moments.Where(m => m.MustConfirm && Rules.ContainsKey(m.Handling));

    /// <param name="settled">Handlings that are done, or without which a named person lets it go on.</param>
    public static IReadOnlyList<RecipeMoment> Missing(Recipe recipe, IReadOnlySet<string> settled) =>
        [.. Needed(recipe).Where(m => !settled.Contains(m.Handling))];

    public static string MissedRule(string handling) => Rules[handling] + MissedSuffix;

    /// <returns>The handling that a rule is about; null for every other rule.</returns>
    public static string? HandlingOf(string ruleId) => Rules.FirstOrDefault(r => ruleId == r.Value || ruleId == r.Value + MissedSuffix).Key;

    public static Deviation Missed(RecipeMoment moment)
    {
        var clause = moment.Limit?.Source.Clause ?? Regulation + ": 滤出药液后加热溶化兑入";
        return new Deviation(
            Step.Packing,
            MissedRule(moment.Handling),
            $"{moment.Handling}({string.Join("、", moment.Pieces)})未完成或未记录({clause})",
            $"{string.Join(", ", moment.Pieces)} {(moment.Handling == Melt ? "not melted in" : "not decocted apart")}, or not recorded ({clause})"
        );
    }

    /// <summary>Null when it had its time.</summary>
    public static Deviation? TooShort(RecipeMoment moment, TimeSpan duration) =>
        moment.Limit is not { } limit || limit.Allows(duration)
            ? null
            : new Deviation(
                Step.Packing,
                Rules[moment.Handling],
                $"{moment.Handling}({string.Join("、", moment.Pieces)}) {Minutes(duration)} 分钟,应为 {limit} 分钟({limit.Source.Clause})",
                $"{string.Join(", ", moment.Pieces)} decocted apart for {Minutes(duration)} minutes instead of {limit} ({limit.Source.Clause})"
            );

    private static string Minutes(TimeSpan duration) => duration.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);
}
