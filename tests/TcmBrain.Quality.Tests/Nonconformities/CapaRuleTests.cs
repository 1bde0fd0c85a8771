using TcmBrain.Quality.Nonconformities;

namespace TcmBrain.Quality.Tests.Nonconformities;

public sealed class CapaRuleTests
{
    private static readonly DateTimeOffset Opened = new(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);
    private static readonly IReadOnlyDictionary<string, CapaTerms> Terms = CapaTerms.Load();
    private static readonly CapaFacts Fresh = new(Opened, null, null, null, []);

    [Theory]
    [InlineData("critical", 1)]
    [InlineData("major", 2)]
    [InlineData("minor", 7)]
    public void It_has_to_be_contained_in_time(string severity, int days) =>
        CapaRule.StageOf(Fresh, Terms[severity]).ShouldBe(new CapaStage("open", Opened.AddDays(days), null));

    [Fact]
    public void A_major_one_goes_through_cause_and_action_to_the_check()
    {
        var contained = Fresh with { ContainedAt = Opened.AddDays(1) };
        CapaRule.StageOf(contained, Terms["major"]).ShouldBe(new CapaStage("analysis", Opened.AddDays(8), null));
        var found = contained with { CauseAt = Opened.AddDays(2) };
        CapaRule.StageOf(found, Terms["major"]).ShouldBe(new CapaStage("action", Opened.AddDays(9), null));
        var planned = found with
        {
            Actions = [new(new(2026, 3, 20), Opened.AddDays(3), null), new(new(2026, 3, 10), Opened.AddDays(3), null)],
        };
        // Due when the first day that was promised is over, in the region's time.
        CapaRule.StageOf(planned, Terms["major"]).DueAt.ShouldBe(new DateTimeOffset(2026, 3, 11, 0, 0, 0, TimeSpan.FromHours(8)));
        var done = Opened.AddDays(10);
        var acted = planned with { Actions = [.. planned.Actions.Select(a => a with { DoneAt = done })] };
        CapaRule.StageOf(acted, Terms["major"]).ShouldBe(new CapaStage("check", done.AddDays(44), done.AddDays(30)));
        CapaRule.StageOf(acted with { ClosedAt = done.AddDays(31) }, Terms["major"]).Stage.ShouldBe("closed");
    }

    [Fact]
    public void A_minor_one_that_is_contained_may_be_checked_at_once()
    {
        var at = Opened.AddHours(2);
        CapaRule.StageOf(Fresh with { ContainedAt = at }, Terms["minor"]).ShouldBe(new CapaStage("check", at.AddDays(14), at));
    }

    [Fact]
    public void Found_ineffective_it_needs_a_new_cause_and_a_new_action()
    {
        var done = Opened.AddDays(5);
        var failed = new CapaFacts(
            Opened,
            Opened.AddDays(1),
            Opened.AddDays(2),
            Opened.AddDays(40),
            [new(new(2026, 3, 10), Opened.AddDays(3), done)]
        );
        foreach (var terms in Terms.Values)
        {
            CapaRule.StageOf(failed, terms).Stage.ShouldBe("analysis", terms.Severity);
            var again = failed with { CauseAt = Opened.AddDays(41) };
            CapaRule.StageOf(again, terms).Stage.ShouldBe("action", terms.Severity);
            var retried = again with { Actions = [.. again.Actions, new(new(2026, 5, 1), Opened.AddDays(42), Opened.AddDays(43))] };
            CapaRule.StageOf(retried, terms).CheckFrom.ShouldBe(Opened.AddDays(43 + terms.CheckAfterDays), terms.Severity);
        }
    }

    [Fact]
    public void What_is_overdue_goes_to_two_levels()
    {
        var (level, next) = CapaRule.Escalate(0, Opened, Terms["major"]);
        (level, next).ShouldBe((1, Opened.AddDays(3)));
        CapaRule.Escalate(1, Opened, Terms["major"]).ShouldBe((2, null));
    }

    [Theory]
    [InlineData("deviation", "first-boil.ordinary", "minor")]
    [InlineData("deviation", "temperature.high", "major")]
    [InlineData("signal", "we4", "minor")]
    [InlineData("signal", "we1", "major")]
    [InlineData("lot-rejected", "", "major")]
    [InlineData("recall", "", "critical")]
    public void What_opens_by_itself_has_a_severity_by_rule(string source, string rule, string severity) =>
        SeverityRule.Load().Of(source, rule).ShouldBe(severity);

    [Theory]
    [InlineData("signal", 8, 0, true)]
    [InlineData("signal", 7, 0, null)]
    [InlineData("signal", 100, 1, false)]
    [InlineData("deviation", 0, 0, true)]
    [InlineData("recall", 2, 1, false)]
    public void The_records_propose_and_say_when_they_cannot(string source, long observed, long recurred, bool? effective) =>
        EffectStudy.Verdict(source, observed, recurred).ShouldBe(effective);
}
