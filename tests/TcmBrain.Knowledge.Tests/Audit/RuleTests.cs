using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

/// <summary>Each rule's hit and its near miss.</summary>
public sealed class RuleTests
{
    private static readonly string[] Clean = ["黄芪", "党参", "茯苓", "陈皮"];

    [Fact]
    public void A_plain_prescription_has_no_finding()
    {
        var result = Rx.OfPieces(Clean).Audit();
        result.Findings.ShouldBeEmpty();
        result.Outcome.ShouldBe(Severity.None);
        result.Release.ShouldBe(Rx.Auditor.Release);
    }

    // Format

    [Fact]
    public void A_prescription_without_pieces_is_refused() =>
        Expect(Rx.Of(), "format.no_lines", Severity.Refuse);

    [Theory]
    [InlineData(0, true)]
    [InlineData(-5, true)]
    [InlineData(10_000_001, true)]
    [InlineData(long.MaxValue, true)]
    [InlineData(long.MinValue, true)]
    [InlineData(9_000, false)]
    public void A_senseless_weight_is_refused(long milligrams, bool hit) =>
        Check(Rx.Of(new AuditLine("黄芪", milligrams)), "format.dose", Severity.Refuse, hit);

    [Theory]
    [InlineData(0, 1, 1, true)]
    [InlineData(1, 0, 1, true)]
    [InlineData(1, 1, 0, true)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue, true)]
    [InlineData(7, 7, 1, false)]
    public void Senseless_quantities_are_refused(int days, int doses, int perDay, bool hit) =>
        Check(
            Rx.OfPieces(Clean) with
            {
                Days = days,
                Doses = doses,
                DosesPerDay = perDay,
            },
            "format.quantity",
            Severity.Refuse,
            hit
        );

    [Fact]
    public void A_prescription_without_diagnosis_is_refused() =>
        Expect(
            Rx.OfPieces(Clean) with
            {
                DiagnosisCode = null,
                SyndromeCode = "",
            },
            "format.diagnosis",
            Severity.Refuse
        );

    [Fact]
    public void A_disease_without_syndrome_is_advised_and_a_syndrome_alone_is_enough()
    {
        Expect(Rx.OfPieces(Clean) with { SyndromeCode = null }, "format.syndrome", Severity.Advise);
        (Rx.OfPieces(Clean) with { DiagnosisCode = null }).Audit().Findings.ShouldBeEmpty();
    }

    [Fact]
    public void An_unknown_age_waits_for_a_person() =>
        Expect(Rx.OfPieces(Clean) with { Age = null }, "age.unknown", Severity.Resolve);

    // Names

    [Fact]
    public void An_unknown_name_waits_for_a_person() =>
        Expect(Rx.Of(Rx.Line("黄芪"), new("黄芪花", 9_000)), "name.unknown", Severity.Resolve);

    [Fact]
    public void A_name_of_several_pieces_waits_for_a_person_and_is_not_audited_as_any_of_them() =>
        Rx.Of(Rx.Line("制川乌"), new("贝母", 9_000)).Audit().Ids().ShouldBe(["name.ambiguous"]);

    [Theory]
    [InlineData("川乌")]
    [InlineData("草乌")]
    [InlineData("天南星")]
    [InlineData("马钱子")]
    [InlineData("甘遂")]
    [InlineData("斑蝥")]
    public void A_bare_toxic_name_waits_for_a_person(string name) =>
        Expect(Rx.OfPieces(name, "黄芪"), "name.raw_or_processed", Severity.Resolve);

    [Fact]
    public void A_bare_toxic_name_of_which_one_reading_may_be_taken_is_not_blocked_before_the_choice() =>
        Rx.Of(Rx.Line("川乌", 2m, "先煎")).Audit().Ids().ShouldNotContain("toxic.no_oral_dose");

    [Fact]
    public void A_bare_toxic_name_of_which_no_reading_may_be_taken_is_blocked() =>
        Expect(Rx.OfPieces("狼毒"), "toxic.no_oral_dose", Severity.Block);

    [Fact]
    public void Raw_in_so_many_words_is_the_raw_piece()
    {
        Expect(Rx.Of(Rx.Line("半夏", 6m, "生用")), "toxic.no_oral_dose", Severity.Block);
        Expect(Rx.Of(Rx.Line("川乌", 2m, "生用，先煎")), "toxic.no_oral_dose", Severity.Block);
        Expect(Rx.Of(Rx.Line("生川乌", 2m, "先煎")), "toxic.no_oral_dose", Severity.Block);
        Rx.Of(Rx.Line("生川乌", 2m, "先煎")).Audit().Ids().ShouldNotContain("format.alias");
    }

    [Fact]
    public void Processing_left_open_is_settled_by_custom_or_by_a_person()
    {
        Rx.OfPieces("半夏", "陈皮").Audit().Ids().ShouldBe(["name.processing_by_custom"]);
        Expect(
            Rx.OfPieces("半夏", "陈皮") with
            {
                Customs = DispensingCustoms.None,
            },
            "name.processing_unspecified",
            Severity.Resolve
        );
    }

    [Fact]
    public void An_everyday_name_is_advised() =>
        Rx.OfPieces("生地").Audit().Ids().ShouldBe(["format.alias"]);

    [Fact]
    public void A_combined_name_is_advised_and_its_dose_asked_unless_it_says_for_each()
    {
        Rx.Of(new AuditLine("焦三仙", 12_000))
            .Audit()
            .Ids()
            .ShouldBe(["name.combined_dose", "format.combined_name"]);
        Rx.Of(new AuditLine("焦三仙", 12_000, null, true))
            .Audit()
            .Ids()
            .ShouldBe(["format.combined_name"]);
    }

    // Banned and restricted

    [Theory]
    [InlineData("关木通", "banned.aristolochic")]
    [InlineData("广防己", "banned.aristolochic")]
    [InlineData("青木香", "banned.aristolochic")]
    [InlineData("犀角", "banned.wildlife")]
    [InlineData("虎骨", "banned.wildlife")]
    [InlineData("豹骨", "banned.wildlife")]
    [InlineData("穿山甲", "banned.withdrawn")]
    [InlineData("炮山甲", "banned.withdrawn")]
    [InlineData("兜铃", "banned.withdrawn")]
    public void A_banned_piece_is_blocked(string name, string rule) =>
        Expect(Rx.OfPieces(name, "黄芪"), rule, Severity.Block);

    [Theory]
    [InlineData("木通")]
    [InlineData("防己")]
    [InlineData("木香")]
    [InlineData("水牛角")]
    public void What_may_stand_for_a_banned_piece_is_not_banned(string name) =>
        Rx.OfPieces(name).Audit().Ids().ShouldNotContain(x => x.StartsWith("banned."));

    [Fact]
    public void A_restricted_piece_asks_for_a_permitted_source() =>
        Rx.OfPieces("羚羊角").Audit().Ids().ShouldBe(["restricted.wildlife"]);

    // Incompatible

    [Theory]
    [InlineData("附子", "法半夏", "incompatible.18fan", Severity.DoubleSign)]
    [InlineData("制川乌", "川贝母", "incompatible.18fan", Severity.DoubleSign)]
    [InlineData("黑附片", "瓜蒌", "incompatible.18fan", Severity.DoubleSign)]
    [InlineData("炙甘草", "海藻", "incompatible.18fan", Severity.DoubleSign)]
    [InlineData("藜芦", "丹参", "incompatible.18fan", Severity.DoubleSign)]
    [InlineData("藜芦", "太子参", "incompatible.18fan_extension", Severity.Advise)]
    [InlineData("丁香", "郁金", "incompatible.19wei", Severity.DoubleSign)]
    [InlineData("红参", "五灵脂", "incompatible.19wei", Severity.DoubleSign)]
    [InlineData("肉桂", "赤石脂", "incompatible.19wei", Severity.DoubleSign)]
    [InlineData("牵牛子", "巴豆霜", "incompatible.19wei", Severity.DoubleSign)]
    public void An_incompatible_pair_is_found_in_either_order(
        string a,
        string b,
        string rule,
        Severity severity
    )
    {
        Expect(Rx.OfPieces(a, "黄芪", b), rule, severity);
        var finding = Rx.OfPieces(b, "黄芪", a).Audit().Findings.First(x => x.RuleId == rule);
        finding.Lines.ShouldBe([0, 2]);
    }

    [Theory]
    [InlineData("白附子", "法半夏")]
    [InlineData("制白附子", "瓜蒌")]
    [InlineData("附子", "土贝母")]
    [InlineData("制川乌", "水半夏")]
    [InlineData("桂枝", "赤石脂")]
    [InlineData("党参", "五灵脂")]
    [InlineData("甘草", "昆布")]
    public void A_near_miss_is_not_an_incompatible_pair(string a, string b) =>
        Rx.OfPieces(a, b).Audit().Ids().ShouldNotContain(x => x.StartsWith("incompatible."));

    [Fact]
    public void A_compound_piece_brings_its_members_pairs() =>
        Expect(Rx.OfPieces("六一散", "海藻"), "incompatible.18fan", Severity.DoubleSign);

    [Fact]
    public void Every_pair_of_the_catalogue_is_found_with_its_level()
    {
        foreach (var pair in Rx.Catalogue.Incompatibilities)
        {
            var rule =
                (
                    pair.Rule == IncompatibilityRule.EighteenIncompatibilities
                        ? "incompatible.18fan"
                        : "incompatible.19wei"
                ) + (pair.IsExtension ? "_extension" : "");
            var a = Rx.Catalogue[pair.A].Name;
            var b = Rx.Catalogue[pair.B].Name;
            // What a name written bare becomes by custom inherits the pairs of its base.
            var finding = Rx.Of(Rx.Line(a, 1m), Rx.Line(b, 1m))
                .Audit()
                .Findings.FirstOrDefault(x => x.RuleId == rule);
            finding.ShouldNotBeNull($"{a} × {b}");
            finding.Lines.ShouldBe([0, 1]);
        }
    }

    // Pregnancy and lactation

    [Theory]
    [InlineData("三棱", "pregnancy.forbid", Severity.DoubleSign)]
    [InlineData("莪术", "pregnancy.forbid", Severity.DoubleSign)]
    [InlineData("大皂角", "pregnancy.avoid", Severity.DoubleSign)]
    [InlineData("桃仁", "pregnancy.caution", Severity.Advise)]
    public void A_piece_not_for_pregnancy_is_found(string name, string rule, Severity severity)
    {
        Expect(Woman(name) with { Pregnant = Answer.Yes }, rule, severity);
        (Woman(name) with { Pregnant = Answer.No })
            .Audit()
            .Ids()
            .ShouldNotContain(x => x.StartsWith("pregnancy."));
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
        (Woman("桃仁") with { Pregnant = Answer.Unknown })
            .Audit()
            .Ids()
            .ShouldNotContain("pregnancy.unknown");

    [Fact]
    public void A_piece_not_for_breast_feeding_is_found()
    {
        Expect(
            Woman("番泻叶") with
            {
                BreastFeeding = Answer.Yes,
            },
            "lactation.avoid",
            Severity.DoubleSign
        );
        Expect(
            Woman("薄荷") with
            {
                BreastFeeding = Answer.Yes,
            },
            "lactation.caution",
            Severity.Advise
        );
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
        new(
            Rx.Catalogue.Herbs.Where(x => x.RawEquivalent is not null && x.MaxMilligrams.HasValue)
                .Select(x => x.Name)
        );

    [Theory]
    [MemberData(nameof(ControlledWithDose))]
    public void Two_days_maximum_of_a_controlled_piece_passes_and_a_milligram_more_is_blocked(
        string name
    )
    {
        var max = Rx.Catalogue.Find(name)!.MaxMilligrams!.Value;
        Days(max, 2).Audit().Ids().ShouldNotContain("toxic.two_day_limit");
        Expect(Days(max + 1, 2), "toxic.two_day_limit", Severity.Block);
        Expect(Days(max, 3), "toxic.two_day_limit", Severity.Block);
        Days(max * 2, 1).Audit().Ids().ShouldNotContain("toxic.two_day_limit");
        Expect(Days((max * 2) + 1, 1), "toxic.two_day_limit", Severity.Block);

        AuditRequest Days(long milligrams, int days) =>
            Rx.Of(new AuditLine(name, milligrams, "冲服")) with
            {
                Days = days,
                Doses = days,
            };
    }

    [Fact]
    public void The_limit_counts_doses_when_there_are_more_than_days() =>
        Expect(
            Rx.Of(new AuditLine("斑蝥", 60, "冲服")) with
            {
                Days = 1,
                Doses = 3,
            },
            "toxic.two_day_limit",
            Severity.Block
        );

    [Fact]
    public void A_limit_is_not_evaded_by_a_second_line_or_another_form() =>
        Expect(
            Rx.Of(new AuditLine("斑蝥", 60, "冲服"), new AuditLine("米斑蝥", 60, "冲服")),
            "toxic.two_day_limit",
            Severity.Block
        );

    public static TheoryData<string> ControlledWithoutDose =>
        new(
            Rx.Catalogue.Herbs.Where(x =>
                    x.RawEquivalent is not null && !x.MaxMilligrams.HasValue && x.DispenseAs.IsEmpty
                )
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
        Expect(
            request with
            {
                Authority = PrescriberAuthority.Narcotic,
            },
            "toxic.authority",
            Severity.DoubleSign
        );
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
        (request with { NarcoticDaysBefore = 4 })
            .Audit()
            .Ids()
            .ShouldNotContain("narcotic.seven_days");
        Expect(
            request with
            {
                Authority = PrescriberAuthority.Toxic,
            },
            "narcotic.authority",
            Severity.Block
        );
        Expect(request with { Age = Age.OfYears(13) }, "narcotic.vulnerable", Severity.Block);
        (request with { Age = Age.OfYears(14) })
            .Audit()
            .Ids()
            .ShouldNotContain("narcotic.vulnerable");
        Expect(request with { Pregnant = Answer.Yes }, "narcotic.vulnerable", Severity.Block);
        Expect(request with { BreastFeeding = Answer.Yes }, "narcotic.vulnerable", Severity.Block);
        Expect(Rx.OfPieces("罂粟壳"), "narcotic.alone", Severity.Block);
        Expect(Rx.OfPieces("米壳", "蜜罂粟壳"), "narcotic.alone", Severity.Block);
        Expect(
            Rx.Of(Rx.Line("罂粟壳", 6.001m), Rx.Line("陈皮")),
            "narcotic.daily_dose",
            Severity.Block
        );
        Expect(
            Rx.Of(Rx.Line("罂粟壳", 4m), Rx.Line("蜜罂粟壳", 4m), Rx.Line("陈皮")),
            "narcotic.daily_dose",
            Severity.Block
        );
        Rx.Of(Rx.Line("罂粟壳", 6m), Rx.Line("陈皮"))
            .Audit()
            .Ids()
            .ShouldNotContain("narcotic.daily_dose");
    }

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
    public void A_dose_outside_the_range_is_found(
        string name,
        decimal grams,
        string? rule,
        Severity severity
    )
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
        Expect(
            Rx.Of(Rx.Line("黑顺片", 10m), Rx.Line("白附片", 10m)),
            "dose.toxic_over",
            Severity.DoubleSign
        );
    }

    [Fact]
    public void A_shared_limit_is_told_in_the_same_words_whichever_line_comes_first()
    {
        var one = Rx.Of(Rx.Line("黑顺片", 10m), Rx.Line("白附片", 9m)).Audit();
        var other = Rx.Of(Rx.Line("白附片", 9m), Rx.Line("黑顺片", 10m)).Audit();
        one.Findings.Select(x => x.Zh).ShouldBe(other.Findings.Select(x => x.Zh));
        one.Findings.ShouldHaveSingleItem().Lines.ShouldBe([0, 1]);
    }

    [Fact]
    public void Half_a_dose_in_each_of_two_lines_is_not_too_little() =>
        Rx.Of(Rx.Line("黄芪", 5m), Rx.Line("黄芪", 5m)).Audit().Ids().ShouldBe(["duplicate.piece"]);

    [Fact]
    public void External_use_is_not_compared_with_oral_doses() =>
        (Rx.Of(Rx.Line("黄芪", 100m)) with { Route = Route.External })
            .Audit()
            .Findings.ShouldBeEmpty();

    [Fact]
    public void A_piece_without_a_known_limit_is_shown_as_such() =>
        Rx.OfPieces("胖大海").Audit().Ids().ShouldBe(["dose.no_limit_known"]);

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
    public void A_toxic_piece_for_a_small_child_is_stopped(
        int years,
        string rule,
        Severity severity
    ) => Expect(Rx.Of(Rx.Line("仙茅", 1m)) with { Age = Age.OfYears(years) }, rule, severity);

    [Theory]
    [InlineData(6, 3.75, false)]
    [InlineData(6, 3.751, true)]
    [InlineData(70, 3.75, false)]
    [InlineData(70, 3.751, true)]
    [InlineData(85, 3.334, true)]
    [InlineData(40, 10, false)]
    public void A_toxic_piece_has_half_the_limit_of_the_age(int years, decimal grams, bool hit) =>
        Check(
            Rx.Of(Rx.Line("仙茅", grams)) with
            {
                Age = Age.OfYears(years),
            },
            "age.toxic_over",
            Severity.DoubleSign,
            hit
        );

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
        Expect(
            Rx.OfPieces(name) with
            {
                Age = Age.OfYears(13),
            },
            "age.child_blocked",
            Severity.Block
        );
        (Rx.OfPieces(name) with { Age = Age.OfYears(14) })
            .Audit()
            .Ids()
            .ShouldNotContain("age.child_blocked");
    }

    [Fact]
    public void Children_get_these_pieces_with_care()
    {
        Expect(
            Rx.Of(Rx.Line("蜜麻黄", 3m)) with
            {
                Age = Age.OfYears(8),
            },
            "age.child_advise",
            Severity.Advise
        );
        Rx.OfPieces("蜜麻黄").Audit().Findings.ShouldBeEmpty();
        Expect(
            Rx.Of(Rx.Line("苦杏仁", 8m)) with
            {
                Age = Age.OfYears(8),
            },
            "age.child_double_sign",
            Severity.DoubleSign
        );
        (Rx.Of(Rx.Line("苦杏仁", 7m)) with { Age = Age.OfYears(8) })
            .Audit()
            .Ids()
            .ShouldNotContain("age.child_double_sign");
    }

    [Fact]
    public void Elders_get_these_pieces_with_care()
    {
        Expect(
            Rx.Of(Rx.Line("熟大黄", 4m)) with
            {
                Age = Age.OfYears(65),
            },
            "age.elderly_advise",
            Severity.Advise
        );
        (Rx.Of(Rx.Line("熟大黄", 4m)) with { Age = Age.OfYears(64) })
            .Audit()
            .Ids()
            .ShouldNotContain("age.elderly_advise");
        var much = Rx.Of(Rx.Line("甘草", 6m), Rx.Line("炙甘草", 5m)) with { Age = Age.OfYears(70) };
        Expect(
            much with
            {
                Conditions = PatientConditions.HypertensionOrOedema,
            },
            "age.elderly_licorice",
            Severity.Advise
        );
        much.Audit().Ids().ShouldNotContain("age.elderly_licorice");
    }

    [Fact]
    public void Failing_organs_are_minded()
    {
        Expect(
            Rx.OfPieces("何首乌") with
            {
                Conditions = PatientConditions.LiverFailure,
            },
            "condition.organ_failure",
            Severity.Advise
        );
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
    public void A_missing_or_wrong_footnote_is_found(
        string name,
        string? footnote,
        string rule,
        Severity severity
    )
    {
        var line = Rx.Line(name) with { Handling = footnote };
        Expect(Rx.Of(line), rule, severity);
        Rx.OfPieces(name).Audit().Ids().ShouldNotContain(rule);
        (Rx.Of(line) with { Form = DosageForm.PillOrPowder }).Audit().Ids().ShouldNotContain(rule);
        (Rx.Of(line) with { Route = Route.External }).Audit().Ids().ShouldNotContain(rule);
    }

    [Fact]
    public void The_other_accepted_handling_is_right_too() =>
        Rx.Of(Rx.Line("羚羊角", 2m, "冲服"))
            .Audit()
            .Ids()
            .ShouldNotContain(x => x.StartsWith("handling."));

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
        Check(
            Rx.OfPieces(piece) with
            {
                Allergies = new[] { allergy },
            },
            "allergy.piece",
            Severity.DoubleSign,
            hit
        );

    [Theory]
    [InlineData("生地黄", "生地", "duplicate.piece")]
    [InlineData("三七", "三七粉", "duplicate.derived")]
    [InlineData("六一散", "甘草", "duplicate.derived")]
    [InlineData("生地黄", "熟地黄", null)]
    [InlineData("白芍", "赤芍", null)]
    [InlineData("甘草", "炙甘草", null)]
    public void The_same_piece_twice_is_found(string a, string b, string? rule) =>
        Rx.OfPieces(a, b)
            .Audit()
            .Ids()
            .Where(x => x.StartsWith("duplicate."))
            .ShouldBe(rule is null ? [] : [rule]);

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
        var lines = Rx
            .Catalogue.Herbs.Where(x => x.MaxMilligrams.HasValue)
            .Take(400)
            .Select(x => Rx.Line(x.Name))
            .ToArray();
        Rx.Of(lines).Audit().Ids().ShouldContain("incompatible.18fan");
    }

    private static AuditRequest Woman(params string[] names) =>
        Rx.OfPieces(names) with
        {
            Sex = Sex.Female,
            Age = Age.OfYears(30),
        };

    private static string[] Upper(Age age, string name, decimal grams) =>
        (Rx.Of(Rx.Line(name, grams)) with { Age = age }).Audit().Ids();

    private static void Expect(AuditRequest request, string rule, Severity severity) =>
        Check(request, rule, severity, true);

    private static void Check(AuditRequest request, string rule, Severity severity, bool hit)
    {
        var found = request.Audit().Findings.Where(x => x.RuleId == rule).ToArray();
        if (!hit)
        {
            found.ShouldBeEmpty();
            return;
        }
        found.ShouldNotBeEmpty(
            $"{rule} was not found, but {string.Join(", ", request.Audit().Ids())}"
        );
        found.ShouldAllBe(x =>
            x.Severity == severity && x.Zh.Length > 0 && x.En.Length > 0 && x.Version > 0
        );
    }
}
