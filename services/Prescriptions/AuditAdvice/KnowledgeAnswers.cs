namespace TcmBrain.Prescriptions.AuditAdvice;

/// <summary>A piece in a list.</summary>
public sealed record PieceItem(string Name, string Pinyin, string Latin, string Category, string Toxicity, string Regulation);

/// <param name="MinMilligrams">Oral, a day, for an adult; null: no limit known, never "any dose".</param>
/// <param name="DoseSource">Where the dose is from.</param>
/// <param name="RawEquivalent">The controlled toxic item it counts as; null: none.</param>
/// <param name="DispenseAs">What is dispensed when the name is written bare.</param>
/// <param name="Lists">Named lists of the audit it is on.</param>
public sealed record PieceDetail(
    string Release,
    string Name,
    string Pinyin,
    string Latin,
    string Category,
    IReadOnlyList<string> Aliases,
    string? Base,
    IReadOnlyList<string> Forms,
    long? MinMilligrams,
    long? MaxMilligrams,
    string DoseSource,
    string Toxicity,
    string Pregnancy,
    string Lactation,
    string Regulation,
    string? RawEquivalent,
    bool InPharmacopoeia,
    string Handling,
    string AlternativeHandling,
    string HandlingSource,
    IReadOnlyList<string> DispenseAs,
    IReadOnlyList<string> Lists,
    IReadOnlyList<PairAnswer> Pairs,
    IReadOnlyList<string> Formulas,
    string Notes
);

/// <param name="Rule">十八反 or 十九畏.</param>
/// <param name="Extension">Not in the pharmacopoeia or the verse: advice only.</param>
public sealed record PairAnswer(string With, string Rule, string GroupA, string GroupB, bool Extension, string Basis);

public sealed record FormulaItem(string Name, string Category, string Source, string SyndromeCode, string SyndromeName);

public sealed record IngredientAnswer(string Piece, long Milligrams, string Handling);

/// <param name="Form">decoction, pill or powder: the grams of the last two are a ratio, not a day's dose.</param>
/// <param name="DeliberatePairs">Incompatible pairs used on purpose, which still need a second signature.</param>
/// <param name="Banned">Pieces of the historical composition that may not be dispensed.</param>
public sealed record FormulaDetail(
    string Release,
    string Name,
    string Category,
    string Source,
    string Form,
    string Indication,
    string SyndromeCode,
    string SyndromeName,
    IReadOnlyList<IngredientAnswer> Composition,
    IReadOnlyList<string> DeliberatePairs,
    IReadOnlyList<string> Banned
);

/// <summary>A line to try.</summary>
/// <param name="DoseForEach">The weight is that of each member of a combined name.</param>
public sealed record TryLine(string Name, long Milligrams, string? Handling, bool? DoseForEach);

/// <summary>A prescription to try. Nothing of it is stored; it names nobody.</summary>
/// <param name="Sex">male, female or null.</param>
/// <param name="AgeYears">Full years; for babies <paramref name="AgeDays"/>; neither: unknown, which is a finding.</param>
/// <param name="Pregnant">null: not asked.</param>
/// <param name="Visit">outpatient (the default), emergency or inpatient.</param>
/// <param name="Route">oral (the default) or external.</param>
/// <param name="Form">decoction (the default) or pill.</param>
public sealed record TryRequest(
    IReadOnlyList<TryLine> Lines,
    string? Sex,
    int? AgeYears,
    int? AgeDays,
    bool? Pregnant,
    bool? Lactating,
    bool? Weaning,
    int? WeightGrams,
    IReadOnlyList<string>? Allergies,
    string? Visit,
    int? Doses,
    int? DosesPerDay,
    string? Route,
    string? Form,
    string? DiseaseCode,
    string? SyndromeCode,
    bool? MayPrescribeToxic,
    bool? MayPrescribeNarcotic
);

/// <param name="LineNumbers">From 1; empty: the prescription as a whole.</param>
public sealed record FindingAnswer(
    string RuleId,
    int Version,
    string Severity,
    string Edition,
    string Source,
    string Evidence,
    IReadOnlyList<int> LineNumbers,
    string TextZh,
    string TextEn
);

public sealed record RecognisedFormulaAnswer(
    string Name,
    string Source,
    string SyndromeCode,
    string SyndromeName,
    int SimilarityPermille,
    int CoveragePermille,
    IReadOnlyList<string> Added,
    IReadOnlyList<string> Removed
);

/// <param name="Severity">The highest found; pass when nothing was.</param>
public sealed record TryAnswer(string Release, string Severity, IReadOnlyList<FindingAnswer> Findings, RecognisedFormulaAnswer? Formula);

/// <summary>Findings and formulas as HTTP tells them.</summary>
internal static class AuditAnswers
{
    public static FindingAnswer Of(Audit.Finding x) =>
        new(
            x.RuleId,
            x.Version,
            SeverityWords.Of(x.Severity),
            x.Edition,
            x.Source,
            Audit.EvidenceMarks.Text(x.EvidenceMark),
            [.. x.Lines.Select(line => line + 1)],
            x.Zh,
            x.En
        );

    public static RecognisedFormulaAnswer? Of(Knowledge.FormulaMatch? match, Knowledge.Catalogue catalogue) =>
        match is null
            ? null
            : new(
                match.Formula.Name,
                match.Formula.Source,
                match.Formula.SyndromeCode,
                match.Formula.SyndromeName,
                match.SimilarityPermille,
                match.CoveragePermille,
                [.. match.Added.Select(x => catalogue[x].Name)],
                [.. match.Removed.Select(x => catalogue[x].Name)]
            );
}
