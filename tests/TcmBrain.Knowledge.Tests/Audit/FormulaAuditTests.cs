using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

/// <summary>All classic formulas, as the books write them and scaled into the pharmacopoeia's ranges.</summary>
public sealed class FormulaAuditTests
{
    private static readonly Catalogue Catalogue = Rx.Catalogue;

    public static TheoryData<string> All => new(Catalogue.Formulas.Select(x => x.Name));

    [Theory]
    [MemberData(nameof(All))]
    public void A_classic_formula_is_blocked_only_for_a_banned_piece(string name)
    {
        var formula = Catalogue.FindFormula(name)!;
        foreach (var request in new[] { AsWritten(formula), Scaled(formula) })
        {
            var result = request.Audit();
            var blocking = result.Findings.Where(x => x.Severity >= Severity.Block).ToArray();
            if (formula.Banned.IsEmpty)
            {
                blocking.ShouldBeEmpty();
            }
            else
            {
                blocking.ShouldAllBe(x => x.RuleId == "banned.withdrawn");
                blocking.Length.ShouldBe(formula.Banned.Length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_formula_in_range_has_no_dose_finding(string name) =>
        Scaled(Catalogue.FindFormula(name)!).Audit().Ids().ShouldNotContain(x => x.StartsWith("dose.") && x != "dose.no_limit_known");

    [Theory]
    [MemberData(nameof(All))]
    public void A_pair_used_on_purpose_needs_a_double_signature_and_nobody_else_does(string name)
    {
        var formula = Catalogue.FindFormula(name)!;
        var pairs = Scaled(formula).Audit().Findings.Where(x => x.RuleId.StartsWith("incompatible.")).ToArray();
        pairs.Length.ShouldBe(formula.DeliberatePairs.Length);
        pairs.ShouldAllBe(x => x.Severity == Severity.DoubleSign);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_non_toxic_classic_dose_a_little_over_the_range_is_advice(string name)
    {
        foreach (var finding in AsWritten(Catalogue.FindFormula(name)!).Audit().Findings.Where(x => x.RuleId == "dose.over"))
        {
            finding.Severity.ShouldBe(Severity.Advise);
        }
    }

    [Fact]
    public void Most_formulas_in_range_pass_without_a_person()
    {
        var stopped = Catalogue.Formulas.Where(x => Scaled(x).Audit().Outcome >= Severity.DoubleSign).Select(x => x.Name).ToArray();
        // Deliberate pairs, banned pieces, bare 甘遂, mercury in a decoction.
        stopped.Length.ShouldBeLessThan(Catalogue.Formulas.Length / 20, string.Join('、', stopped));
    }

    private static AuditRequest AsWritten(Formula formula) =>
        Request(
            formula,
            formula.Composition.Select(x => new AuditLine(Catalogue[x.Herb].Name, x.Milligrams, HandlingText.Format(x.Handling)))
        ) with
        {
            Form = formula.Form == FormulaForm.Decoction ? DosageForm.Decoction : DosageForm.PillOrPowder,
        };

    private static AuditRequest Scaled(Formula formula) =>
        Request(
            formula,
            formula
                .AsPrescription(Catalogue, Catalogue.Customs)
                .Select(x => new AuditLine(x.Piece.Name, x.Milligrams, HandlingText.Format(x.Handling)))
        );

    private static AuditRequest Request(Formula formula, IEnumerable<AuditLine> lines) =>
        Rx.Of([.. lines]) with
        {
            SyndromeCode = formula.SyndromeCode,
        };
}
