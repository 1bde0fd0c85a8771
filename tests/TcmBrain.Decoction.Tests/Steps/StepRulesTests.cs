using TcmBrain.Contracts;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction.Tests.Steps;

public sealed class StepRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly MinuteLimit Ordinary = new(20, 30, 25, new("first-boil.ordinary", "第十五条", "M"));
    private static readonly Recipe Recipe = new(
        DecoctionClass.Ordinary,
        "一般",
        "ordinary",
        RecipeRule.Soak,
        Ordinary,
        new MinuteLimit(15, 30, 20, new("second-boil", "第十五条", "M")),
        [],
        100,
        14,
        200
    );

    [Fact]
    public void The_first_boil_may_not_start_before_soaking_has_finished() =>
        Refusal(() => StepRules.MayStart([Record(Step.Soaking, 0, null)], Step.FirstBoil, "V01", At(40))).ShouldBe("DEC-0201");

    [Theory]
    [InlineData(Step.FirstBoil)]
    [InlineData(Step.SecondBoil)]
    [InlineData(Step.Packing)]
    public void Nothing_but_soaking_may_come_first(Step step) =>
        Refusal(() => StepRules.MayStart([], step, "V01", At(0))).ShouldBe("DEC-0201");

    [Fact]
    public void A_step_may_start_the_moment_the_previous_one_ended() =>
        StepRules.MayStart([Record(Step.Soaking, 0, 30)], Step.FirstBoil, "V01", At(30)).ShouldBeTrue();

    [Fact]
    public void A_step_may_not_start_before_the_previous_one_ended() =>
        Refusal(() => StepRules.MayStart([Record(Step.Soaking, 0, 30)], Step.FirstBoil, "V01", At(29))).ShouldBe("DEC-0205");

    [Fact]
    public void The_pieces_stay_in_their_vessel() =>
        Refusal(() => StepRules.MayStart([Record(Step.Soaking, 0, 30)], Step.FirstBoil, "V02", At(30))).ShouldBe("DEC-0208");

    [Fact]
    public void The_same_start_again_is_nothing_new() =>
        StepRules.MayStart([Record(Step.Soaking, 0, null)], Step.Soaking, "V01", At(0)).ShouldBeFalse();

    [Theory]
    [InlineData("V02", 0)]
    [InlineData("V01", 1)]
    public void Another_start_of_a_started_step_is_refused(string vessel, int minute) =>
        Refusal(() => StepRules.MayStart([Record(Step.Soaking, 0, null)], Step.Soaking, vessel, At(minute))).ShouldBe("DEC-0202");

    [Fact]
    public void What_has_not_started_cannot_finish() =>
        Refusal(() => StepRules.MayFinish(Recipe, [], Step.Soaking, At(30))).ShouldBe("DEC-0203");

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void An_end_has_to_be_after_the_start(int minute) =>
        Refusal(() => StepRules.MayFinish(Recipe, [Record(Step.Soaking, 0, null)], Step.Soaking, At(minute))).ShouldBe("DEC-0104");

    [Fact]
    public void Soaking_29_minutes_is_refused_and_names_the_rule()
    {
        var refused = Should.Throw<FaultException>(() =>
            StepRules.MayFinish(Recipe, [Record(Step.Soaking, 0, null)], Step.Soaking, At(29))
        );
        refused.Code.ShouldBe("DEC-0206");
        refused.Faults[0].Zh.ShouldContain("国中医药发〔2009〕3号");
        refused.Faults[0].Field.ShouldBe("finishedAt");
    }

    [Fact]
    public void The_same_end_again_is_nothing_new_and_another_is_refused()
    {
        StepRules.MayFinish(Recipe, [Record(Step.Soaking, 0, 30)], Step.Soaking, At(30)).ShouldBeFalse();
        Refusal(() => StepRules.MayFinish(Recipe, [Record(Step.Soaking, 0, 30)], Step.Soaking, At(31))).ShouldBe("DEC-0204");
    }

    [Theory]
    [InlineData(19, true)]
    [InlineData(20, false)]
    [InlineData(30, false)]
    [InlineData(31, true)]
    public void A_first_boil_outside_the_recipe_is_a_deviation(int minutes, bool deviates)
    {
        var boil = Record(Step.FirstBoil, 0, minutes);
        var found = StepRules.Deviations(Recipe, [boil], boil).ToList();
        (found.Count == 1).ShouldBe(deviates);
        found.ShouldAllBe(d => d.RuleId == "first-boil.ordinary" && d.TextZh.Contains("20–30") && d.TextEn.Contains("20–30"));
    }

    [Fact]
    public void A_second_boil_as_long_as_the_first_is_a_deviation()
    {
        var second = Record(Step.SecondBoil, 30, 55);
        StepRules.Deviations(Recipe, [Record(Step.FirstBoil, 0, 25), second], second).Single().RuleId.ShouldBe("second-boil.shorter");
    }

    [Fact]
    public void Soaking_overnight_and_slow_packing_are_no_deviations()
    {
        StepRules.Deviations(Recipe, [], Record(Step.Soaking, 0, 600)).ShouldBeEmpty();
        StepRules.Deviations(Recipe, [], Record(Step.Packing, 0, 90)).ShouldBeEmpty();
    }

    private static DateTimeOffset At(int minute) => Start.AddMinutes(minute);

    private static StepRecord Record(Step step, int from, int? until) => new(step, "V01", At(from), until is { } end ? At(end) : null);

    private static string Refusal(Action action) => Should.Throw<FaultException>(action).Code;
}
