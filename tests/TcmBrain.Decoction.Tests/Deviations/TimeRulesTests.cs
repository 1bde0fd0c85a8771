using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;

namespace TcmBrain.Decoction.Tests.Deviations;

public sealed class TimeRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SpecialHandling Late = new("后下", ["薄荷"], new MinuteLimit(5, 10, 5, new("add-late", "第十五条", "M")));
    private static readonly MinuteLimit First = new(20, 30, 25, new("first-boil.ordinary", "第十五条", "M"));
    private static readonly Recipe Recipe = new(
        DecoctionClass.Ordinary,
        "",
        "",
        RecipeRule.Soak,
        First,
        new MinuteLimit(15, 30, 20, new("second-boil", "第十五条", "M")),
        [Late],
        100,
        14,
        200
    )
    {
        Moments = Timeline.Of([Late], First),
    };

    [Theory]
    [InlineData(25, new string[0])]
    [InlineData(26, new[] { "add-late.missed" })] // five minutes before the latest end
    [InlineData(31, new[] { "first-boil.ordinary", "add-late.missed" })]
    public void A_boil_that_goes_on_is_watched(int minute, string[] expected) => Running(minute, added: null).ShouldBe(expected);

    [Fact]
    public void What_was_added_is_not_missed() => Running(26, added: 20).ShouldBeEmpty();

    [Fact]
    public void A_room_that_reports_an_hour_late_is_not_over_its_time()
    {
        var step = new StepRecord(Step.FirstBoil, "V01", Start, null) { RecordedAt = Start.AddMinutes(60) };
        TimeRules.Running(Recipe, step, new Dictionary<string, DateTimeOffset>(), Start.AddMinutes(80)).ShouldBeEmpty();
        TimeRules.Running(Recipe, step, new Dictionary<string, DateTimeOffset>(), Start.AddMinutes(91)).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(null, "add-late.missed")]
    [InlineData(14, "add-late.time")] // 11 minutes before the end
    [InlineData(15, null)]
    [InlineData(20, null)]
    [InlineData(21, "add-late.time")]
    public void An_ended_boil_has_had_its_late_addition_in_its_window(int? added, string? expected) =>
        TimeRules
            .Ended(Recipe, new StepRecord(Step.FirstBoil, "V01", Start, Start.AddMinutes(25)), Actions(added))
            .Select(d => d.RuleId)
            .SingleOrDefault()
            .ShouldBe(expected);

    [Fact]
    public void A_rush_has_two_hours()
    {
        TimeRules.RushLate(true, Start, Start.AddMinutes(120)).ShouldBeNull();
        TimeRules.RushLate(true, Start, Start.AddMinutes(121))!.RuleId.ShouldBe("rush.late");
        TimeRules.RushLate(false, Start, Start.AddMinutes(500)).ShouldBeNull();
    }

    private static Dictionary<string, DateTimeOffset> Actions(int? added) =>
        added is { } minute ? new() { ["后下"] = Start.AddMinutes(minute) } : [];

    private static string[] Running(int minute, int? added) =>
        [
            .. TimeRules
                .Running(
                    Recipe,
                    new StepRecord(Step.FirstBoil, "V01", Start, null) { RecordedAt = Start },
                    Actions(added),
                    Start.AddMinutes(minute)
                )
                .Select(d => d.RuleId),
        ];
}
