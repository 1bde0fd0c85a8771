using TcmBrain.Contracts.Events;
using TcmBrain.Knowledge;

namespace TcmBrain.Quality.Reviews.Judging;

/// <summary>A code that is put before the reviewer (预判), with the reason.</summary>
/// <param name="Certainty">finding of the audit, fact of the record: both have to be confirmed or dismissed; or a hint.</param>
/// <param name="RuleId">The audit's rule; null when the record itself says it.</param>
public sealed record SuggestedCode(
    string Code,
    string Certainty,
    string ReasonZh,
    string ReasonEn,
    string? RuleId,
    string? Severity,
    int[] LineNumbers
)
{
    public const string Finding = "finding";
    public const string Fact = "fact";
    public const string Hint = "hint";

    public bool MustBeDecided => Certainty != Hint;
}

/// <summary>What is on record of a prescription, without the patient. Null: not known.</summary>
public sealed record PrescriptionFacts
{
    public AuditedFinding[] Findings { get; init; } = [];
    public PrescriptionLine[] Lines { get; init; } = [];
    public string DepartmentName { get; init; } = "";
    public string VisitKind { get; init; } = "";
    public string PrescriberCode { get; init; } = "";
    public string PrescriberName { get; init; } = "";
    public string Diagnosis { get; init; } = "";
    public string Syndrome { get; init; } = "";
    public string? Usage { get; init; }
    public int Days { get; init; }
    public bool LongExplained { get; init; }
    public int Doses { get; init; }
    public long FeeFen { get; init; }
    public string? ApprovedBy { get; init; }
    public string? Dispenser { get; init; }
    public string? Checker { get; init; }
    public string? FormulaName { get; init; }
}

/// <summary>
/// Which national codes a record suggests, in the order of the worksheet. The numbers are those of 《处方管理办法》 (7 and 3 days); a high fee
/// has no national number and is the house's. Pure.
/// </summary>
public static class CodeHints
{
    private static readonly string[] VagueWords = ["遵医嘱", "自用", "酌情", "酌量"];

    public static IReadOnlyList<SuggestedCode> Of(
        PrescriptionFacts rx,
        ReviewCodes national,
        Catalogue catalogue,
        long highFeeFenPerDose
    ) =>
        [
            .. FromFindings(rx, national)
                .Concat(Written(rx))
                .Concat(Signed(rx))
                .Concat(Used(rx, catalogue, highFeeFenPerDose))
                .OrderBy(s => national.All.Index().First(c => c.Item.Code == s.Code).Index)
                .ThenBy(s => s.Certainty == SuggestedCode.Hint),
        ];

    private static IEnumerable<SuggestedCode> FromFindings(PrescriptionFacts rx, ReviewCodes national) =>
        from finding in rx.Findings
        let code = national.Of(finding.RuleId)
        where code is not null
        select new SuggestedCode(
            code.Code,
            code.Certainty,
            code.Zh + Of(rx, finding.LineNumbers, "：", "、"),
            code.En + Of(rx, finding.LineNumbers, ": ", ", "),
            finding.RuleId,
            finding.Severity,
            finding.LineNumbers
        );

    private static string Of(PrescriptionFacts rx, int[] numbers, string before, string between)
    {
        var pieces = rx.Lines.Where(l => numbers.Contains(l.LineNumber)).Select(l => l.Piece).ToArray();
        return pieces.Length == 0 ? "" : before + string.Join(between, pieces);
    }

    /// <summary>前记 and 正文.</summary>
    private static IEnumerable<SuggestedCode> Written(PrescriptionFacts rx)
    {
        // Older events tell neither visit nor prescriber: what is not known is not missing.
        var told = rx.VisitKind.Length > 0;
        if (told && (rx.DepartmentName.Length == 0 || rx.PrescriberName.Length == 0))
        {
            yield return Fact("1-1", "科室或医师姓名缺项", "department or prescriber's name is missing");
        }

        if (rx.Usage is "")
        {
            yield return Fact("1-1", "用法缺项", "how to take it is missing");
        }

        if (told && rx.PrescriberCode.Length == 0)
        {
            yield return Fact(
                "1-2",
                "医师未在机构备案,签名无从核对",
                "the prescriber is not registered: there is no specimen of the signature"
            );
        }

        if (rx.Usage is { } usage && VagueWords.FirstOrDefault(usage.Contains) is { } vague)
        {
            yield return Fact("1-8", $"用法写有“{vague}”", $"usage says '{vague}'");
        }

        if (rx.Diagnosis.Length == 0 && rx.Syndrome.Length == 0)
        {
            yield return Fact("1-10", "病名与证型均未填写", "neither disease nor syndrome is given");
        }
    }

    /// <summary>后记: who audited, dispensed and checked, and whether the doctor signed again.</summary>
    private static IEnumerable<SuggestedCode> Signed(PrescriptionFacts rx)
    {
        if (rx.ApprovedBy is "")
        {
            yield return Fact("1-3", "无审方签名", "nobody signed the audit");
        }

        if (rx.Dispenser is not null && (rx.Dispenser.Length == 0 || rx.Checker is not { Length: > 0 }))
        {
            yield return Fact("1-3", "缺调配或核对签名", "dispenser's or checker's signature is missing");
        }
        else if (rx.Dispenser is not null && rx.Dispenser == rx.Checker)
        {
            yield return Fact("1-3", "调配与核对为同一人,单人值班须双签名", "one person dispensed and checked: two signatures are needed");
        }

        foreach (
            var finding in rx.Findings.Where(f => f.Severity == "double_sign" && f.RuleId.StartsWith("dose.", StringComparison.Ordinal))
        )
        {
            yield return new SuggestedCode(
                "1-9",
                SuggestedCode.Hint,
                "超剂量,须注明原因并再次签名" + Of(rx, finding.LineNumbers, "：", "、"),
                "over the dose: needs a reason and a second signature" + Of(rx, finding.LineNumbers, ": ", ", "),
                finding.RuleId,
                finding.Severity,
                finding.LineNumbers
            );
        }
    }

    private static IEnumerable<SuggestedCode> Used(PrescriptionFacts rx, Catalogue catalogue, long highFeeFenPerDose)
    {
        var most = rx.VisitKind switch
        {
            "outpatient" => 7,
            "emergency" => 3,
            _ => int.MaxValue,
        };
        var known = rx.Findings.Any(f => f.RuleId.StartsWith("duration.", StringComparison.Ordinal));
        if (rx.Days > most && !rx.LongExplained && !known)
        {
            yield return Fact(
                "1-12",
                $"用量 {rx.Days} 日,超过 {most} 日且未注明理由",
                $"{rx.Days} days, more than {most}, without a reason"
            );
        }

        if (LeaderStandsBack(rx, catalogue) is { } leader)
        {
            yield return new SuggestedCode(
                "1-15",
                SuggestedCode.Hint,
                $"与{rx.FormulaName}相近,君药{leader.Piece}列第 {leader.LineNumber} 味",
                $"close to {rx.FormulaName}, whose leading piece {leader.Piece} stands in place {leader.LineNumber}",
                null,
                null,
                [leader.LineNumber]
            );
        }

        if (highFeeFenPerDose > 0 && rx.Doses > 0 && rx.FeeFen / rx.Doses >= highFeeFenPerDose)
        {
            yield return new SuggestedCode(
                "3-2",
                SuggestedCode.Hint,
                FormattableString.Invariant($"每剂 {rx.FeeFen / rx.Doses / 100m:0.00} 元"),
                FormattableString.Invariant($"{rx.FeeFen / rx.Doses / 100m:0.00} yuan a dose"),
                null,
                null,
                []
            );
        }
    }

    /// <summary>The classic formula's first piece is its 君; on the prescription it stands behind the third place.</summary>
    private static PrescriptionLine? LeaderStandsBack(PrescriptionFacts rx, Catalogue catalogue) =>
        rx.FormulaName is { } name && catalogue.FindFormula(name) is { Composition.Length: > 0 } formula
            ? rx.Lines.FirstOrDefault(l => l.Piece == catalogue[formula.Composition[0].Herb].Name && l.LineNumber > 3)
            : null;

    private static SuggestedCode Fact(string code, string zh, string en) => new(code, SuggestedCode.Fact, zh, en, null, null, []);
}
