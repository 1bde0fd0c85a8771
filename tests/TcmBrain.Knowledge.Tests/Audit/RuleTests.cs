using TcmBrain.Prescriptions.Audit;

namespace TcmBrain.Knowledge.Tests.Audit;

/// <summary>Each rule's hit and its near miss.</summary>
public sealed partial class RuleTests
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
    public void A_prescription_without_pieces_is_refused() => Expect(Rx.Of(), "format.no_lines", Severity.Refuse);

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
        Check(Rx.OfPieces(Clean) with { Days = days, Doses = doses, DosesPerDay = perDay }, "format.quantity", Severity.Refuse, hit);

    [Fact]
    public void A_prescription_without_diagnosis_is_refused() =>
        Expect(Rx.OfPieces(Clean) with { DiagnosisCode = null, SyndromeCode = "" }, "format.diagnosis", Severity.Refuse);

    [Fact]
    public void A_disease_without_syndrome_is_advised_and_a_syndrome_alone_is_enough()
    {
        Expect(Rx.OfPieces(Clean) with { SyndromeCode = null }, "format.syndrome", Severity.Advise);
        (Rx.OfPieces(Clean) with { DiagnosisCode = null }).Audit().Findings.ShouldBeEmpty();
    }

    [Fact]
    public void An_unknown_age_waits_for_a_person() => Expect(Rx.OfPieces(Clean) with { Age = null }, "age.unknown", Severity.Resolve);

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
        Expect(Rx.OfPieces("半夏", "陈皮") with { Customs = DispensingCustoms.None }, "name.processing_unspecified", Severity.Resolve);
    }

    [Fact]
    public void An_everyday_name_is_advised() => Rx.OfPieces("生地").Audit().Ids().ShouldBe(["format.alias"]);

    [Fact]
    public void A_combined_name_is_advised_and_its_dose_asked_unless_it_says_for_each()
    {
        Rx.Of(new AuditLine("焦三仙", 12_000)).Audit().Ids().ShouldBe(["name.combined_dose", "format.combined_name"]);
        Rx.Of(new AuditLine("焦三仙", 12_000, null, true)).Audit().Ids().ShouldBe(["format.combined_name"]);
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
    public void A_banned_piece_is_blocked(string name, string rule) => Expect(Rx.OfPieces(name, "黄芪"), rule, Severity.Block);

    [Theory]
    [InlineData("木通")]
    [InlineData("防己")]
    [InlineData("木香")]
    [InlineData("水牛角")]
    public void What_may_stand_for_a_banned_piece_is_not_banned(string name) =>
        Rx.OfPieces(name).Audit().Ids().ShouldNotContain(x => x.StartsWith("banned."));

    [Fact]
    public void A_restricted_piece_asks_for_a_permitted_source() => Rx.OfPieces("羚羊角").Audit().Ids().ShouldBe(["restricted.wildlife"]);

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
    public void An_incompatible_pair_is_found_in_either_order(string a, string b, string rule, Severity severity)
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
                (pair.Rule == IncompatibilityRule.EighteenIncompatibilities ? "incompatible.18fan" : "incompatible.19wei")
                + (pair.IsExtension ? "_extension" : "");
            var a = Rx.Catalogue[pair.A].Name;
            var b = Rx.Catalogue[pair.B].Name;
            // What a name written bare becomes by custom inherits the pairs of its base.
            var finding = Rx.Of(Rx.Line(a, 1m), Rx.Line(b, 1m)).Audit().Findings.FirstOrDefault(x => x.RuleId == rule);
            finding.ShouldNotBeNull($"{a} × {b}");
            finding.Lines.ShouldBe([0, 1]);
        }
    }

    private static AuditRequest Woman(params string[] names) => Rx.OfPieces(names) with { Sex = Sex.Female, Age = Age.OfYears(30) };

    private static string[] Upper(Age age, string name, decimal grams) => (Rx.Of(Rx.Line(name, grams)) with { Age = age }).Audit().Ids();

    private static void Expect(AuditRequest request, string rule, Severity severity) => Check(request, rule, severity, true);

    private static void Check(AuditRequest request, string rule, Severity severity, bool hit)
    {
        var found = request.Audit().Findings.Where(x => x.RuleId == rule).ToArray();
        if (!hit)
        {
            found.ShouldBeEmpty();
            return;
        }
        found.ShouldNotBeEmpty($"{rule} was not found, but {string.Join(", ", request.Audit().Ids())}");
        found.ShouldAllBe(x => x.Severity == severity && x.Zh.Length > 0 && x.En.Length > 0 && x.Version > 0);
    }
}
