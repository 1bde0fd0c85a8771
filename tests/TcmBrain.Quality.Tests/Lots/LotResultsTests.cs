using TcmBrain.CatalogueCopy;
using TcmBrain.Quality.Lots;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Tests.Lots;

/// <summary>What results add up to, and which grade they give.</summary>
public sealed class LotResultsTests
{
    private static readonly LotLimits Limits = LotLimits.Load(new CurrentCatalogue());
    private static readonly TestNeeds Needs = TestNeeds.Load();
    private static readonly GradeRule Grades = GradeRule.Load();
    private static readonly DateTimeOffset At = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("陈皮", new[] { "moisture", "so2", "aflatoxin-b1", "aflatoxin-total" })]
    [InlineData("白芍", new[] { "moisture", "so2" })]
    [InlineData("附子", new[] { "moisture", "so2", "diester-alkaloids" })]
    [InlineData("细辛", new[] { "moisture", "so2", "aristolochic-acid-i" })]
    [InlineData("薏苡仁", new[] { "moisture", "so2", "zearalenone", "aflatoxin-b1", "aflatoxin-total" })]
    public void A_piece_needs_its_tests(string piece, string[] required)
    {
        var own = Limits.Of(piece);
        own.Where(l => Needs.Of(l.Test).IsRequired).Select(l => l.Test).ShouldBe(required, ignoreOrder: true);
        LotResults.Obstacles([], own, Needs).Faults.Select(f => f.Code).ShouldBe(required.Select(_ => "QUA-0543"));
    }

    [Fact]
    public void An_edition_holds_for_what_was_produced_since()
    {
        Limits.Find("aristolochic-acid-i", "细辛", new DateOnly(2025, 10, 1))!.Edition.ShouldBe("ChP 2025");
        Limits.Find("aristolochic-acid-i", "细辛", new DateOnly(2025, 9, 30)).ShouldBeNull();
        var two = new LotLimits([Limit(5, "ChP 2020", new(2020, 12, 30)), Limit(3, "ChP 2025", new(2025, 10, 1))], new CurrentCatalogue());
        two.Find("lead", "白芍", new DateOnly(2025, 9, 30))!.Max.ShouldBe(5);
        two.Find("lead", "白芍", new DateOnly(2026, 1, 1))!.Max.ShouldBe(3);
        Should.Throw<ArgumentException>(() =>
            new LotLimits([Limit(5, "a", new(2025, 1, 1)), Limit(3, "b", new(2025, 1, 1))], new CurrentCatalogue())
        );
    }

    [Fact]
    public void Nothing_found_passes_where_the_method_could_have_found_it()
    {
        Judge("陈皮", new LotTest("lead", null, "mg/kg", 0.05m)).Passes.ShouldBeTrue();
        Judge("陈皮", new LotTest("banned-pesticides", null, "count", 0.01m)).Passes.ShouldBeTrue();
        Judge("黄连", new LotTest("assay-berberine", null, "%", 0.1m)).Passes.ShouldBeFalse();
        Refusal("陈皮", new LotTest("lead", null, "mg/kg", 6m)).ShouldBe("QUA-0542");
        Refusal("陈皮", new LotTest("lead", null, "mg/kg", 0m)).ShouldBe("QUA-0204");
        Refusal("陈皮", new LotTest("lead", 1m, "mg/kg", 0.05m)).ShouldBe("QUA-0204");
    }

    [Theory]
    [InlineData("5.0", true)]
    [InlineData("4.99", false)]
    public void An_assay_has_a_least(string value, bool passes)
    {
        var test = new LotTest("assay-berberine", decimal.Parse(value, null), "%");
        Judge("黄连", test).Passes.ShouldBe(passes);
        if (!passes)
        {
            Should.Throw<FaultException>(() => ReleaseRule.Check("黄连", [test], Limits)).Code.ShouldBe("QUA-0541");
        }
    }

    [Fact]
    public void A_correction_takes_the_place_of_what_it_corrects_and_a_retest_of_the_first()
    {
        var first = Result("first", "moisture", 14, null);
        var corrected = Result("correction", "moisture", 13.5m, first.ResultId);
        var retest = Result("retest", "moisture", 12.8m, corrected.ResultId);
        var fixedRetest = Result("correction", "moisture", 12.9m, retest.ResultId);
        Counting(first).ShouldBe(14);
        Counting(first, corrected).ShouldBe(13.5m);
        Counting(first, corrected, retest).ShouldBe(12.8m);
        Counting(first, corrected, retest, fixedRetest).ShouldBe(12.9m);
        LotResults.Obstacles([first, corrected], [], Needs).Faults.Single().Code.ShouldBe("QUA-0206");
        LotResults.Obstacles([first, corrected, retest], [], Needs).Any.ShouldBeFalse();

        decimal? Counting(params LotResult[] results) => LotResults.Effective(results)["moisture"].Test.Value;
    }

    [Fact]
    public void A_retest_is_for_what_does_not_pass_once_within_seven_days()
    {
        var failed = Result("first", "so2", 500, null);
        LotResults.RetestUntil(failed, [failed], Needs).ShouldBe(At.AddDays(7));
        var passed = Result("first", "so2", 100, null);
        LotResults.RetestUntil(passed, [passed], Needs).ShouldBeNull();
        var again = Result("retest", "so2", 450, failed.ResultId);
        LotResults.RetestUntil(again, [failed, again], Needs).ShouldBeNull();
    }

    [Fact]
    public void The_rule_gives_a_grade_for_what_is_far_within_its_limits()
    {
        var own = Limits.Of("黄连");
        LotResult[] good =
        [
            Result("first", "moisture", 12, null, "黄连"),
            Result("first", "assay-berberine", 6.0m, null, "黄连"),
            Result("first", "lead", 2.5m, null, "黄连"),
        ];
        Grades.Of(good, own).ShouldBe("优级");
        Grades.Of([good[0], Result("first", "assay-berberine", 5.9m, null, "黄连")], own).ShouldBe("");
        Grades.Of([good[0], good[2]], own).ShouldBe("", "its assay was not made");
        Grades.Of([.. good, Result("first", "copper", 10.1m, null, "黄连")], own).ShouldBe("");
        Grades.Of([], own).ShouldBe("");
    }

    [Fact]
    public void Every_test_of_the_tables_has_a_limit()
    {
        var tests = Limits.Rows.Select(l => l.Test).ToHashSet();
        Needs.Rows.Where(n => n.Test != "*").ShouldAllBe(n => tests.Contains(n.Test));
        Needs.Rows.ShouldAllBe(n => n.Need == "required" || n.Need == "optional");
    }

    private static LotLimit Limit(decimal max, string edition, DateOnly from) =>
        new("lead", "铅", "Lead", "mg/kg", "", null, max, "s", edition, from, "M");

    private static JudgedTest Judge(string piece, LotTest test) => ReleaseRule.Judge(piece, [test], Limits).Single();

    private static string Refusal(string piece, LotTest test) => Should.Throw<FaultException>(() => Judge(piece, test)).Code;

    private static LotResult Result(string kind, string test, decimal value, Guid? of, string piece = "陈皮")
    {
        var judged = Judge(piece, new LotTest(test, value, Limits.Find(test, piece)!.Unit));
        return new(Guid.CreateVersion7(), kind, judged.Test, judged.Limit, judged.Passes, "a", At, of);
    }
}
