using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Knowledge;
using TcmBrain.Quality.Reviews.Judging;

namespace TcmBrain.Quality.Tests.Reviews;

public sealed class CodeHintsTests
{
    private static readonly ReviewCodes National = ReviewCodes.Load();

    /// <summary>Nothing is wrong with it.</summary>
    private static readonly PrescriptionFacts Sound = new()
    {
        Lines = [Line(1, "麻黄"), Line(2, "桂枝"), Line(3, "苦杏仁"), Line(4, "炙甘草")],
        DepartmentName = "中医内科",
        VisitKind = "outpatient",
        PrescriberCode = "D001",
        PrescriberName = "张医师",
        Diagnosis = "感冒",
        Syndrome = "风寒束表证",
        Usage = "每日1剂,水煎400ml,分早晚两次温服",
        Days = 7,
        Doses = 7,
        FeeFen = 35_000,
        ApprovedBy = "李药师",
        Dispenser = "调剂员",
        Checker = "复核员",
        FormulaName = "麻黄汤",
    };

    [Fact]
    public void A_sound_prescription_suggests_nothing() => Of(Sound).ShouldBeEmpty();

    [Theory]
    [InlineData("format.no_lines", "1-1")]
    [InlineData("age.unknown", "1-4")]
    [InlineData("format.alias", "1-6")]
    [InlineData("name.unknown", "1-6")]
    [InlineData("format.dose", "1-7")]
    [InlineData("format.diagnosis", "1-10")]
    [InlineData("duration.outpatient", "1-12")]
    [InlineData("narcotic.three_days", "1-13")]
    [InlineData("toxic.two_day_limit", "1-13")]
    [InlineData("handling.missing", "1-15")]
    [InlineData("banned.withdrawn", "2-2")]
    [InlineData("allergy.piece", "2-2")]
    [InlineData("form.pills_powders", "2-3")]
    [InlineData("dose.over", "2-5")]
    [InlineData("age.dose_over", "2-5")]
    [InlineData("duplicate.piece", "2-7")]
    [InlineData("incompatible.18fan", "2-8")]
    [InlineData("pregnancy.forbid", "2-8")]
    [InlineData("condition.organ_failure", "2-9")]
    public void What_the_audit_found_is_pre_filled_with_its_rule_and_pieces(string ruleId, string code)
    {
        var suggested = Of(Sound with { Findings = [new AuditedFinding(ruleId, "advise", [2, 3])] }).Single(s => s.Code == code);
        (suggested.Certainty, suggested.RuleId, suggested.Severity).ShouldBe((SuggestedCode.Finding, ruleId, "advise"));
        suggested.ReasonZh.ShouldEndWith("桂枝、苦杏仁");
        suggested.MustBeDecided.ShouldBeTrue();
    }

    [Theory]
    [InlineData("match.formula_syndrome", "2-1")]
    [InlineData("quantity.many_pieces", "2-9")]
    public void What_may_have_its_reasons_is_only_a_hint(string ruleId, string code)
    {
        var hint = Of(Sound with { Findings = [new AuditedFinding(ruleId, "advise", [])] }).Single();
        (hint.Code, hint.MustBeDecided).ShouldBe((code, false));
    }

    [Theory]
    [InlineData("toxic.controlled")]
    [InlineData("pregnancy.unknown")]
    [InlineData("something.new")]
    public void What_is_no_fault_of_the_prescription_suggests_nothing(string ruleId) =>
        Of(Sound with { Findings = [new AuditedFinding(ruleId, "advise", [])] }).ShouldBeEmpty();

    public static TheoryData<string, PrescriptionFacts> Facts =>
        new()
        {
            { "1-1", Sound with { DepartmentName = "" } },
            { "1-1", Sound with { Usage = "" } },
            { "1-2", Sound with { PrescriberCode = "" } },
            { "1-3", Sound with { ApprovedBy = "" } },
            { "1-3", Sound with { Checker = "调剂员" } },
            { "1-3", Sound with { Checker = null } },
            { "1-8", Sound with { Usage = "遵医嘱" } },
            { "1-10", Sound with { Diagnosis = "", Syndrome = "" } },
            { "1-12", Sound with { Days = 8 } },
            { "1-12", Sound with { VisitKind = "emergency", Days = 4 } },
        };

    [Theory]
    [MemberData(nameof(Facts))]
    public void What_the_record_itself_says_is_pre_filled(string code, PrescriptionFacts rx)
    {
        var fact = Of(rx).Single();
        (fact.Code, fact.Certainty).ShouldBe((code, SuggestedCode.Fact));
    }

    [Fact]
    public void What_is_explained_or_not_known_is_not_held_against_it()
    {
        Of(Sound with { Days = 14, LongExplained = true }).ShouldBeEmpty();
        Of(Sound with { VisitKind = "inpatient", Days = 14 }).ShouldBeEmpty();
        // An older event tells neither visit nor prescriber; what is not dispensed yet has no signatures.
        Of(Sound with { VisitKind = "", PrescriberCode = "", PrescriberName = "", Usage = null, Dispenser = null, Checker = null })
            .ShouldBeEmpty();
    }

    [Fact]
    public void An_overdose_a_high_fee_and_the_leading_piece_far_back_are_hints()
    {
        var overdose = Of(Sound with { Findings = [new AuditedFinding("dose.over_k", "double_sign", [1])] });
        overdose.Select(s => (s.Code, s.MustBeDecided)).ShouldBe([("1-9", false), ("2-5", true)]);
        Of(Sound with { FeeFen = 7 * 15_000 }).Single().Code.ShouldBe("3-2");
        var late = Sound with { Lines = [Line(1, "桂枝"), Line(2, "苦杏仁"), Line(3, "炙甘草"), Line(4, "麻黄")] };
        Of(late).Single().Code.ShouldBe("1-15");
    }

    private static IReadOnlyList<SuggestedCode> Of(PrescriptionFacts rx) => CodeHints.Of(rx, National, Catalogue.Default, 15_000);

    private static PrescriptionLine Line(int number, string piece) => new(number, piece, Weight.FromGrams(9), "");
}
