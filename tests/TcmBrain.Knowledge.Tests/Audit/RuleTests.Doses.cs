using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

public sealed partial class RuleTests
{
    // Dose

    [Theory]
    [InlineData("黄芪", 30, null, Severity.None)]
    [InlineData("黄芪", 30.001, "dose.over", Severity.Advise)]
    [InlineData("黄芪", 45, "dose.over", Severity.Advise)]
    [InlineData("黄芪", 45.001, "dose.over_k", Severity.DoubleSign)]
    [InlineData("黄芪", 8.999, "dose.under", Severity.Advise)]
    [InlineData("黄芪", 9, null, Severity.None)]
    [InlineData("制川乌", 3, null, Severity.None)]
    [InlineData("制川乌", 3.001, "dose.toxic_over", Severity.DoubleSign)]
    [InlineData("吴茱萸", 5, null, Severity.None)]
    [InlineData("吴茱萸", 5.5, "dose.small_toxic_over", Severity.DoubleSign)]
    [InlineData("吴茱萸", 8, "dose.over_k", Severity.DoubleSign)]
    [InlineData("麻黄", 10, null, Severity.None)]
    [InlineData("麻黄", 12, "dose.ephedrine_over", Severity.DoubleSign)]
    [InlineData("麻黄", 16, "dose.over_k", Severity.DoubleSign)]
    public void A_dose_outside_the_range_is_found(string name, decimal grams, string? rule, Severity severity)
    {
        var result = Rx.Of(Rx.Line(name, grams)).Audit();
        result.Ids().ShouldBe(rule is null ? [] : [rule]);
        result.Outcome.ShouldBe(severity);
    }

    [Fact]
    public void The_dose_is_that_of_a_day_and_of_all_lines_together()
    {
        Expect(Rx.Of(Rx.Line("黄芪", 20m)) with { DosesPerDay = 2 }, "dose.over", Severity.Advise);
        Expect(Rx.Of(Rx.Line("黄芪", 20m), Rx.Line("黄芪", 20m)), "dose.over", Severity.Advise);
        Expect(Rx.Of(Rx.Line("黑顺片", 10m), Rx.Line("白附片", 10m)), "dose.toxic_over", Severity.DoubleSign);
    }

    [Fact]
    public void A_shared_limit_is_told_in_the_same_words_whichever_line_comes_first()
    {
        var one = Rx.Of(Rx.Line("黑顺片", 10m), Rx.Line("白附片", 9m)).Audit();
        var other = Rx.Of(Rx.Line("白附片", 9m), Rx.Line("黑顺片", 10m)).Audit();
        one.Findings.Select(x => x.Zh).ShouldBe(other.Findings.Select(x => x.Zh));
        one.Ids().ShouldBe(["dose.toxic_over", "duplicate.base"]);
        one.Findings.ShouldAllBe(x => x.Lines.SequenceEqual(new[] { 0, 1 }));
    }

    [Fact]
    public void Half_a_dose_in_each_of_two_lines_is_not_too_little() =>
        Rx.Of(Rx.Line("黄芪", 5m), Rx.Line("黄芪", 5m)).Audit().Ids().ShouldBe(["duplicate.piece"]);

    [Fact]
    public void External_use_is_not_compared_with_oral_doses() =>
        (Rx.Of(Rx.Line("黄芪", 100m)) with { Route = Route.External }).Audit().Findings.ShouldBeEmpty();

    [Fact]
    public void A_piece_without_a_known_limit_is_shown_as_such() => Rx.OfPieces("胖大海").Audit().Ids().ShouldBe(["dose.no_limit_known"]);

    // Age

    [Theory]
    [InlineData(28, 5, null)]
    [InlineData(28, 5.001, "age.dose_over")]
    [InlineData(29, 10, null)]
    [InlineData(29, 10.001, "age.dose_over")]
    [InlineData(364, 15.001, "age.dose_over_k")]
    public void An_infant_has_its_own_limit(int days, decimal grams, string? rule) =>
        Upper(Age.OfDays(days), "黄芪", grams).ShouldBe(rule is null ? [] : [rule]);

    [Theory]
    [InlineData(1, 15, null)]
    [InlineData(2, 15.001, "age.dose_over")]
    [InlineData(3, 20, null)]
    [InlineData(5, 20.001, "age.dose_over")]
    [InlineData(6, 22.5, null)]
    [InlineData(13, 22.501, "age.dose_over")]
    [InlineData(14, 30, null)]
    [InlineData(64, 30, null)]
    [InlineData(65, 22.501, "age.dose_over")]
    [InlineData(79, 22.5, null)]
    [InlineData(80, 20.001, "age.dose_over")]
    [InlineData(80, 30.001, "age.dose_over_k")]
    public void A_child_and_an_elder_have_their_own_limit(int years, decimal grams, string? rule) =>
        Upper(Age.OfYears(years), "黄芪", grams).ShouldBe(rule is null ? [] : [rule]);

    [Theory]
    [InlineData(0, "age.toxic_blocked", Severity.Block)]
    [InlineData(2, "age.toxic_double_sign", Severity.DoubleSign)]
    [InlineData(5, "age.toxic_double_sign", Severity.DoubleSign)]
    public void A_toxic_piece_for_a_small_child_is_stopped(int years, string rule, Severity severity) =>
        Expect(Rx.Of(Rx.Line("仙茅", 1m)) with { Age = Age.OfYears(years) }, rule, severity);

    [Theory]
    [InlineData(6, 3.75, false)]
    [InlineData(6, 3.751, true)]
    [InlineData(70, 3.75, false)]
    [InlineData(70, 3.751, true)]
    [InlineData(85, 3.334, true)]
    [InlineData(40, 10, false)]
    public void A_toxic_piece_has_half_the_limit_of_the_age(int years, decimal grams, bool hit) =>
        Check(Rx.Of(Rx.Line("仙茅", grams)) with { Age = Age.OfYears(years) }, "age.toxic_over", Severity.DoubleSign, hit);

    [Theory]
    [InlineData(5, "age.toxic_blocked")]
    [InlineData(6, "age.toxic_double_sign")]
    public void A_very_toxic_or_controlled_piece_is_stopped_for_any_child(int years, string rule) =>
        (Rx.OfPieces("天仙子") with { Age = Age.OfYears(years) }).Audit().Ids().ShouldContain(rule);

    [Theory]
    [InlineData("雷公藤")]
    [InlineData("朱砂")]
    [InlineData("轻粉")]
    [InlineData("水飞雄黄")]
    public void Children_do_not_get_these_pieces(string name)
    {
        Expect(Rx.OfPieces(name) with { Age = Age.OfYears(13) }, "age.child_blocked", Severity.Block);
        (Rx.OfPieces(name) with { Age = Age.OfYears(14) }).Audit().Ids().ShouldNotContain("age.child_blocked");
    }

    [Fact]
    public void Children_get_these_pieces_with_care()
    {
        Expect(Rx.Of(Rx.Line("蜜麻黄", 3m)) with { Age = Age.OfYears(8) }, "age.child_advise", Severity.Advise);
        Rx.OfPieces("蜜麻黄").Audit().Findings.ShouldBeEmpty();
        Expect(Rx.Of(Rx.Line("苦杏仁", 8m)) with { Age = Age.OfYears(8) }, "age.child_double_sign", Severity.DoubleSign);
        (Rx.Of(Rx.Line("苦杏仁", 7m)) with { Age = Age.OfYears(8) }).Audit().Ids().ShouldNotContain("age.child_double_sign");
    }

    [Fact]
    public void Elders_get_these_pieces_with_care()
    {
        Expect(Rx.Of(Rx.Line("熟大黄", 4m)) with { Age = Age.OfYears(65) }, "age.elderly_advise", Severity.Advise);
        (Rx.Of(Rx.Line("熟大黄", 4m)) with { Age = Age.OfYears(64) }).Audit().Ids().ShouldNotContain("age.elderly_advise");
        var much = Rx.Of(Rx.Line("甘草", 6m), Rx.Line("炙甘草", 5m)) with { Age = Age.OfYears(70) };
        Expect(much with { Conditions = PatientConditions.HypertensionOrOedema }, "age.elderly_licorice", Severity.Advise);
        much.Audit().Ids().ShouldNotContain("age.elderly_licorice");
    }

    [Fact]
    public void Failing_organs_are_minded()
    {
        Expect(Rx.OfPieces("何首乌") with { Conditions = PatientConditions.LiverFailure }, "condition.organ_failure", Severity.Advise);
        Rx.OfPieces("何首乌").Audit().Ids().ShouldNotContain("condition.organ_failure");
    }

    [Fact]
    public void A_very_light_patient_is_measured_by_weight()
    {
        var request = Rx.Of(Rx.Line("黄芪", 15m)) with { Age = Age.OfYears(30) };
        Expect(request with { WeightGrams = 30_000 }, "age.dose_over", Severity.Advise);
        (request with { WeightGrams = 50_000 }).Audit().Findings.ShouldBeEmpty();
        request.Audit().Findings.ShouldBeEmpty();
    }

    // Handling and form

    [Theory]
    [InlineData("附子", null, "handling.toxic_missing", Severity.DoubleSign)]
    [InlineData("制川乌", "后下", "handling.toxic_missing", Severity.DoubleSign)]
    [InlineData("石膏", null, "handling.missing", Severity.Advise)]
    [InlineData("薄荷", "先煎", "handling.missing", Severity.Advise)]
    [InlineData("龙骨", null, "handling.custom_missing", Severity.Advise)]
    public void A_missing_or_wrong_footnote_is_found(string name, string? footnote, string rule, Severity severity)
    {
        var line = Rx.Line(name) with { Handling = footnote };
        Expect(Rx.Of(line), rule, severity);
        Rx.OfPieces(name).Audit().Ids().ShouldNotContain(rule);
        (Rx.Of(line) with { Form = DosageForm.PillOrPowder }).Audit().Ids().ShouldNotContain(rule);
        (Rx.Of(line) with { Route = Route.External }).Audit().Ids().ShouldNotContain(rule);
    }

    [Fact]
    public void The_other_accepted_handling_is_right_too() =>
        Rx.Of(Rx.Line("羚羊角", 2m, "冲服")).Audit().Ids().ShouldNotContain(x => x.StartsWith("handling."));

    [Fact]
    public void A_piece_for_pills_is_not_boiled()
    {
        Expect(Rx.Of(Rx.Line("血竭", 1m, "")), "form.pills_powders", Severity.Advise);
        Rx.Of(Rx.Line("血竭", 1m, "冲服")).Audit().Ids().ShouldNotContain("form.pills_powders");
        Expect(Rx.Of(Rx.Line("朱砂", 0.3m, "包煎")), "form.mercury_arsenic", Severity.DoubleSign);
        Rx.Of(Rx.Line("朱砂", 0.3m, "冲服")).Audit().Ids().ShouldNotContain("form.mercury_arsenic");
        Expect(Rx.Of(Rx.Line("益元散", 9m, "包煎")), "form.mercury_arsenic", Severity.DoubleSign);
    }

    // Allergy, duplicates, duration

    [Theory]
    [InlineData("黄芪", "炙黄芪", true)]
    [InlineData("焦三仙", "焦山楂", true)]
    [InlineData("半夏", "法半夏", true)]
    [InlineData("炙甘草", "甘草", true)]
    [InlineData("黄芩", "黄芪", false)]
    [InlineData("附子", "白附片", true)]
    [InlineData("附子", "制白附子", false)]
    [InlineData("青霉素", "黄芪", false)]
    public void A_recorded_allergy_is_minded(string allergy, string piece, bool hit) =>
        Check(Rx.OfPieces(piece) with { Allergies = new[] { allergy } }, "allergy.piece", Severity.DoubleSign, hit);

    [Theory]
    [InlineData("生地黄", "生地", "duplicate.piece")]
    [InlineData("三七", "三七粉", "duplicate.derived")]
    [InlineData("六一散", "甘草", "duplicate.derived")]
    [InlineData("生地黄", "熟地黄", null)]
    [InlineData("白芍", "赤芍", null)]
    [InlineData("甘草", "炙甘草", null)]
    public void The_same_piece_twice_is_found(string a, string b, string? rule) =>
        Rx.OfPieces(a, b).Audit().Ids().Where(x => x.StartsWith("duplicate.")).ShouldBe(rule is null ? [] : [rule]);

    [Theory]
    [InlineData(VisitKind.Outpatient, 7, null)]
    [InlineData(VisitKind.Outpatient, 8, "duration.outpatient")]
    [InlineData(VisitKind.Emergency, 3, null)]
    [InlineData(VisitKind.Emergency, 4, "duration.emergency")]
    [InlineData(VisitKind.Inpatient, 30, null)]
    public void Too_many_days_need_a_reason(VisitKind visit, int days, string? rule)
    {
        var request = Rx.OfPieces(Clean) with { Visit = visit, Days = days, Doses = days };
        request.Audit().Ids().ShouldBe(rule is null ? [] : [rule]);
        (request with { DurationReasonGiven = true }).Audit().Findings.ShouldBeEmpty();
    }

    [Fact]
    public void A_hundred_lines_and_more_are_audited_like_ten()
    {
        var lines = Rx.Catalogue.Herbs.Where(x => x.MaxMilligrams.HasValue).Take(400).Select(x => Rx.Line(x.Name)).ToArray();
        Rx.Of(lines).Audit().Ids().ShouldContain("incompatible.18fan");
    }
}
