using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Prescriptions.AuditAdvice;

/// <summary>What the release knows of a piece or a formula, with the sources.</summary>
internal static class KnowledgeLookup
{
    public static IEnumerable<Herb> Search(Catalogue catalogue, string text) =>
        text.Length == 0
            ? catalogue.Herbs
            : catalogue
                .Herbs.Where(x =>
                    x.Name.Contains(text, StringComparison.Ordinal)
                    || StartsPinyin(x.Pinyin, text)
                    || x.Latin.Contains(text, StringComparison.OrdinalIgnoreCase)
                    || catalogue.Aliases(x.Id).Any(y => y.Contains(text, StringComparison.Ordinal))
                )
                .OrderByDescending(x => x.Name == text)
                .ThenByDescending(x => x.Name.StartsWith(text, StringComparison.Ordinal));

    public static IEnumerable<Formula> SearchFormulas(Catalogue catalogue, string text) =>
        catalogue.Formulas.Where(x =>
            x.Name.Contains(text, StringComparison.Ordinal)
            || x.Category.Contains(text, StringComparison.Ordinal)
            || x.SyndromeName.Contains(text, StringComparison.Ordinal)
        );

    public static PieceItem ItemOf(Herb x) => new(x.Name, x.Pinyin, x.Latin, x.Category, Word(x.Toxicity), Word(x.Regulation));

    public static FormulaItem ItemOf(Formula x) => new(x.Name, x.Category, x.Source, x.SyndromeCode, x.SyndromeName);

    public static PieceDetail DetailOf(AuditRelease release, Herb x)
    {
        var catalogue = release.Catalogue;
        return new(
            release.Name,
            x.Name,
            x.Pinyin,
            x.Latin,
            x.Category,
            [.. catalogue.Aliases(x.Id)],
            x.Base == x.Id ? null : catalogue[x.Base].Name,
            [.. catalogue.Herbs.Where(y => y.Base == x.Id && y.Id != x.Id).Select(y => y.Name)],
            x.MinMilligrams,
            x.MaxMilligrams,
            x.DoseSource,
            Word(x.Toxicity),
            Word(x.Pregnancy),
            Word(x.Lactation),
            Word(x.Regulation),
            x.RawEquivalent,
            x.InPharmacopoeia,
            HandlingText.Format(x.RequiredHandling),
            HandlingText.Format(x.AlternativeHandling),
            Word(x.HandlingSource),
            [.. x.DispenseAs.Select(y => catalogue[y].Name)],
            [.. Enum.GetValues<PieceLists>().Where(y => y != PieceLists.None && catalogue.Lists(x.Id).HasFlag(y)).Select(y => Word(y))],
            [
                .. catalogue
                    .Incompatibilities.Where(y => y.A == x.Id || y.B == x.Id)
                    .Select(y => new PairAnswer(
                        catalogue[y.A == x.Id ? y.B : y.A].Name,
                        y.Rule == IncompatibilityRule.EighteenIncompatibilities ? "十八反" : "十九畏",
                        y.GroupA,
                        y.GroupB,
                        y.IsExtension,
                        y.Basis
                    )),
            ],
            [
                .. catalogue
                    .Formulas.Where(y => y.Composition.Any(z => catalogue.Material(z.Herb) == catalogue.Material(x.Id)))
                    .Select(y => y.Name),
            ],
            x.Notes
        );
    }

    public static FormulaDetail DetailOf(AuditRelease release, Formula x)
    {
        var catalogue = release.Catalogue;
        return new(
            release.Name,
            x.Name,
            x.Category,
            x.Source,
            Word(x.Form),
            x.Indication,
            x.SyndromeCode,
            x.SyndromeName,
            [.. x.Composition.Select(y => new IngredientAnswer(catalogue[y.Herb].Name, y.Milligrams, HandlingText.Format(y.Handling)))],
            [.. x.DeliberatePairs.Select(y => $"{catalogue[y.A].Name} × {catalogue[y.B].Name}")],
            [.. x.Banned.Select(y => catalogue[y].Name)]
        );
    }

    /// <summary>huangqi and hq find huang qi.</summary>
    private static bool StartsPinyin(string pinyin, string text) =>
        pinyin
            .Replace(" ", "", StringComparison.Ordinal)
            .StartsWith(text.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)
        || string.Concat(pinyin.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(x => x[0]))
            .StartsWith(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>BannedWildlife is banned-wildlife.</summary>
    private static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
