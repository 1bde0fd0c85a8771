using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

public sealed partial class RuleTests
{
    // Pregnancy and lactation

    [Theory]
    [InlineData("三棱", "pregnancy.forbid", Severity.DoubleSign)]
    [InlineData("莪术", "pregnancy.forbid", Severity.DoubleSign)]
    [InlineData("大皂角", "pregnancy.avoid", Severity.DoubleSign)]
    [InlineData("桃仁", "pregnancy.caution", Severity.Advise)]
    public void A_piece_not_for_pregnancy_is_found(string name, string rule, Severity severity)
    {
        Expect(Woman(name) with { Pregnant = Answer.Yes }, rule, severity);
        (Woman(name) with { Pregnant = Answer.No }).Audit().Ids().ShouldNotContain(x => x.StartsWith("pregnancy."));
    }

    [Theory]
    [InlineData(14, Sex.Female, false)]
    [InlineData(15, Sex.Female, true)]
    [InlineData(49, Sex.Female, true)]
    [InlineData(50, Sex.Female, false)]
    [InlineData(30, Sex.Male, false)]
    public void A_woman_of_childbearing_age_is_asked(int years, Sex sex, bool hit) =>
        Check(
            Woman("莪术") with
            {
                Pregnant = Answer.Unknown,
                Age = Age.OfYears(years),
                Sex = sex,
            },
            "pregnancy.unknown",
            Severity.Advise,
            hit
        );

    [Fact]
    public void Caution_alone_is_no_reason_to_ask() =>
        (Woman("桃仁") with { Pregnant = Answer.Unknown }).Audit().Ids().ShouldNotContain("pregnancy.unknown");

    [Fact]
    public void A_piece_not_for_breast_feeding_is_found()
    {
        Expect(Woman("番泻叶") with { BreastFeeding = Answer.Yes }, "lactation.avoid", Severity.DoubleSign);
        Expect(Woman("薄荷") with { BreastFeeding = Answer.Yes }, "lactation.caution", Severity.Advise);
        Woman("番泻叶").Audit().Ids().ShouldNotContain("lactation.avoid");
    }

    [Fact]
    public void Malt_is_right_for_weaning_and_wrong_otherwise()
    {
        var request = Woman("炒麦芽") with { BreastFeeding = Answer.Yes };
        Expect(request, "lactation.avoid", Severity.DoubleSign);
        (request with { Weaning = true }).Audit().Findings.ShouldBeEmpty();
    }

    // Controlled toxic pieces

    public static TheoryData<string> ControlledWithDose =>
        new(Rx.Catalogue.Herbs.Where(x => x.RawEquivalent is not null && x.MaxMilligrams.HasValue).Select(x => x.Name));

    [Theory]
    [MemberData(nameof(ControlledWithDose))]
    public void Two_days_maximum_of_a_controlled_piece_passes_and_a_milligram_more_is_blocked(string name)
    {
        var max = Rx.Catalogue.Find(name)!.MaxMilligrams!.Value;
        Days(max, 2).Audit().Ids().ShouldNotContain("toxic.two_day_limit");
        Expect(Days(max + 1, 2), "toxic.two_day_limit", Severity.Block);
        Expect(Days(max, 3), "toxic.two_day_limit", Severity.Block);
        Days(max * 2, 1).Audit().Ids().ShouldNotContain("toxic.two_day_limit");
        Expect(Days((max * 2) + 1, 1), "toxic.two_day_limit", Severity.Block);

        AuditRequest Days(long milligrams, int days) => Rx.Of(new AuditLine(name, milligrams, "冲服")) with { Days = days, Doses = days };
    }

    [Fact]
    public void The_limit_counts_doses_when_there_are_more_than_days() =>
        Expect(Rx.Of(new AuditLine("斑蝥", 60, "冲服")) with { Days = 1, Doses = 3 }, "toxic.two_day_limit", Severity.Block);

    [Fact]
    public void A_limit_is_not_evaded_by_a_second_line_or_another_form() =>
        Expect(Rx.Of(new AuditLine("斑蝥", 60, "冲服"), new AuditLine("米斑蝥", 60, "冲服")), "toxic.two_day_limit", Severity.Block);

    public static TheoryData<string> ControlledWithoutDose =>
        new(
            Rx.Catalogue.Herbs.Where(x => x.RawEquivalent is not null && !x.MaxMilligrams.HasValue && x.DispenseAs.IsEmpty)
                .Select(x => x.Name)
        );

    [Theory]
    [MemberData(nameof(ControlledWithoutDose))]
    public void A_controlled_piece_without_an_oral_dose_is_blocked_by_mouth_only(string name)
    {
        Expect(Rx.OfPieces(name), "toxic.no_oral_dose", Severity.Block);
        var external = (Rx.OfPieces(name) with { Route = Route.External }).Audit();
        external.Ids().ShouldBe(["toxic.controlled"]);
    }

    [Fact]
    public void A_controlled_piece_asks_for_authority()
    {
        var request = Rx.OfPieces("雄黄") with { Form = DosageForm.PillOrPowder };
        request.Audit().Ids().ShouldBe(["toxic.controlled"]);
        Expect(request with { Authority = PrescriberAuthority.Narcotic }, "toxic.authority", Severity.DoubleSign);
    }

    [Theory]
    [InlineData("制川乌")]
    [InlineData("黑顺片")]
    [InlineData("法半夏")]
    [InlineData("制天南星")]
    [InlineData("朱砂")]
    public void A_processed_or_merely_toxic_piece_is_not_controlled(string name) =>
        Rx.OfPieces(name).Audit().Ids().ShouldNotContain(x => x.StartsWith("toxic."));

    // Narcotic

    [Fact]
    public void Poppy_husk_within_all_limits_passes()
    {
        var request = Rx.OfPieces("罂粟壳", "陈皮") with { Days = 3, Doses = 3 };
        request.Audit().Ids().ShouldNotContain(x => x.StartsWith("narcotic."));
    }

    [Fact]
    public void Poppy_husk_beyond_a_limit_is_blocked()
    {
        var request = Rx.OfPieces("罂粟壳", "陈皮") with { Days = 3, Doses = 3 };
        Expect(request with { Days = 4, Doses = 4 }, "narcotic.three_days", Severity.Block);
        Expect(request with { Days = 1, Doses = 4 }, "narcotic.three_days", Severity.Block);
        Expect(request with { NarcoticDaysBefore = 5 }, "narcotic.seven_days", Severity.Block);
        (request with { NarcoticDaysBefore = 4 }).Audit().Ids().ShouldNotContain("narcotic.seven_days");
        Expect(request with { Authority = PrescriberAuthority.Toxic }, "narcotic.authority", Severity.Block);
        Expect(request with { Age = Age.OfYears(13) }, "narcotic.vulnerable", Severity.Block);
        (request with { Age = Age.OfYears(14) }).Audit().Ids().ShouldNotContain("narcotic.vulnerable");
        Expect(request with { Pregnant = Answer.Yes }, "narcotic.vulnerable", Severity.Block);
        Expect(request with { BreastFeeding = Answer.Yes }, "narcotic.vulnerable", Severity.Block);
        Expect(Rx.OfPieces("罂粟壳"), "narcotic.alone", Severity.Block);
        Expect(Rx.OfPieces("米壳", "蜜罂粟壳"), "narcotic.alone", Severity.Block);
        Expect(Rx.Of(Rx.Line("罂粟壳", 6.001m), Rx.Line("陈皮")), "narcotic.daily_dose", Severity.Block);
        Expect(Rx.Of(Rx.Line("罂粟壳", 4m), Rx.Line("蜜罂粟壳", 4m), Rx.Line("陈皮")), "narcotic.daily_dose", Severity.Block);
        Rx.Of(Rx.Line("罂粟壳", 6m), Rx.Line("陈皮")).Audit().Ids().ShouldNotContain("narcotic.daily_dose");
    }
}
