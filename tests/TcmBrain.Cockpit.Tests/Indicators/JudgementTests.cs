using TcmBrain.Cockpit.Indicators.Evaluation;
using TcmBrain.Cockpit.Indicators.Plans;

namespace TcmBrain.Cockpit.Tests.Indicators;

/// <summary>Path, light and forecast: pure rules, by hand.</summary>
public sealed class JudgementTests
{
    private static readonly Indicator Beds = new()
    {
        Seq = 1,
        NameZh = "床位",
        NameEn = "Beds",
        Kind = "level",
        BaselineYear = 2020,
        Baseline = 0.30m,
        TargetYear = 2025,
        TargetMin = 0.80m,
    };

    [Fact]
    public void The_path_is_straight_from_year_end_to_year_end_unless_the_plan_bends_it()
    {
        new TargetPath(Beds)
            .Points.Select(p => (p.Year, p.Value, p.Given))
            .ShouldBe([
                (2020, 0.30m, true),
                (2021, 0.3999452354874041621029572837m, false),
                (2022, 0.4998904709748083242059145674m, false),
                (2023, 0.5998357064622124863088718510m, false),
                (2024, 0.7000547645125958378970427163m, false),
                (2025, 0.80m, true),
            ]);
        var bent = new TargetPath(Beds with { Interim = new Dictionary<int, decimal> { [2022] = 0.70m } });
        bent.Expected(new(2022, 12, 31)).ShouldBe(0.70m);
        bent.Expected(new(2022, 7, 2))!.Value.ShouldBe(0.60m, 0.001m);
        bent.Expected(new(2026, 5, 1)).ShouldBe(0.80m);
        bent.Expected(new(2020, 12, 30)).ShouldBeNull();
    }

    [Theory]
    [InlineData(0.60, "green", 1.0005)]
    [InlineData(0.55, "amber", 0.8338)]
    [InlineData(0.53, "red", 0.7671)]
    [InlineData(0.20, "red", -0.3335)]
    public void The_light_follows_the_way_made_from_the_baseline(double value, string light, double attainment)
    {
        var judged = LightRule.Of(Beds, (decimal)value, new(2023, 12, 31));
        (judged.Light, (double)judged.Attainment!.Value).ShouldBe((light, attainment));
    }

    [Fact]
    public void Without_a_value_the_light_is_grey_and_without_a_way_it_is_amber_until_the_year_is_over()
    {
        LightRule.Of(Beds, null, new(2023, 1, 1)).Light.ShouldBe("grey");
        var open = Beds with { BaselineYear = null, Baseline = null };
        LightRule.Of(open, 0.1m, new(2023, 1, 1)).Light.ShouldBe("amber");
        LightRule.Of(open, 0.8m, new(2023, 1, 1)).Light.ShouldBe("green");
        LightRule.Of(open, 0.1m, new(2025, 12, 31)).Light.ShouldBe("red");
        LightRule.Of(open, 0.64m, new(2026, 12, 31)).Light.ShouldBe("amber");
    }

    [Fact]
    public void What_shall_fall_is_judged_the_other_way_round()
    {
        var falling = Beds with { Direction = "down", Baseline = 10, TargetMin = 5 };
        LightRule.Of(falling, 4, new(2026, 1, 1)).Light.ShouldBe("green");
        LightRule.Of(falling, 6, new(2026, 1, 1)).ShouldBe(new(5, 0.8m, "amber"));
        LightRule.Of(falling, 8, new(2026, 1, 1)).Light.ShouldBe("red");
    }

    [Fact]
    public void A_straight_series_is_foretold_exactly_and_one_wrong_value_does_not_turn_it()
    {
        SeriesPoint[] straight = [.. Enumerable.Range(0, 8).Select(i => new SeriesPoint(new DateOnly(2023, 1, 1).AddDays(90 * i), 10 + i))];
        var target = new DateOnly(2023, 1, 1).AddDays(900);
        var told = TheilSen.At(straight, straight[^1].Date, target, 19, down: false);
        (told.Status, told.Value, told.Low, told.High, told.Reaches).ShouldBe(("ok", 20m, 20m, 20m, "yes"));
        TheilSen.At(straight, straight[^1].Date, target, 21, down: false).Reaches.ShouldBe("no");
        straight[3] = straight[3] with { Value = 500 };
        var disturbed = TheilSen.At(straight, straight[^1].Date, target, 20, down: false);
        disturbed.Value!.Value.ShouldBe(20m, 1.5m);
        (disturbed.Low < 20 && disturbed.High > 20, disturbed.Reaches).ShouldBe((true, "unclear"));
    }

    [Fact]
    public void Too_little_is_said_to_be_too_little()
    {
        SeriesPoint[] three = [.. Enumerable.Range(0, 3).Select(i => new SeriesPoint(new DateOnly(2023, 1, 1).AddDays(200 * i), i))];
        TheilSen.At(three, new(2025, 1, 1), new(2026, 1, 1), 5, down: false).Status.ShouldBe("not-enough-data");
        SeriesPoint[] soon = [.. Enumerable.Range(0, 9).Select(i => new SeriesPoint(new DateOnly(2023, 1, 1).AddDays(i), i))];
        TheilSen.At(soon, new(2025, 1, 1), new(2026, 1, 1), 5, down: false).Status.ShouldBe("not-enough-data");
        TheilSen.At(three, new(2025, 1, 1), new(2024, 12, 31), 5, down: false).Status.ShouldBe("past");
    }
}
