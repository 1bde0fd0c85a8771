using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;
using TcmBrain.Decoction.Telemetry;

namespace TcmBrain.Decoction.Tests.Deviations;

public sealed class CurveRulesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Recipe Recipe = new(
        DecoctionClass.Ordinary,
        "",
        "",
        RecipeRule.Soak,
        new MinuteLimit(20, 30, 25, new("first-boil.ordinary", "第十五条", "M")),
        new MinuteLimit(15, 30, 20, new("second-boil", "第十五条", "M")),
        [],
        100,
        14,
        200
    );

    [Fact]
    public void A_boil_that_keeps_boiling_is_clean() => Rules(Boil()).ShouldBeEmpty();

    [Fact]
    public void One_stray_reading_is_noise_and_two_are_a_temperature()
    {
        Rules(Boil((600, 104_00))).ShouldBeEmpty();
        Rules(Boil((600, 104_00), (610, 104_00))).ShouldBe(["temperature.high"]);
    }

    [Fact]
    public void What_the_sensor_may_err_is_no_deviation() => Rules(Boil((600, 101_00), (610, 101_00))).ShouldBeEmpty();

    [Fact]
    public void Two_minutes_below_ninety_degrees_are_no_boil()
    {
        Rules(Boil([.. Enumerable.Range(0, 12).Select(i => (600 + (i * 10), 85_00))])).ShouldBeEmpty();
        Rules(Boil([.. Enumerable.Range(0, 13).Select(i => (600 + (i * 10), 85_00))])).ShouldBe(["temperature.low"]);
    }

    [Fact]
    public void Pressure_is_atmospheric() => Rules([.. Boil().Select(p => p with { PressurePascal = 30_000 })]).ShouldBe(["pressure.high"]);

    [Fact]
    public void A_long_gap_is_a_deviation_and_a_short_one_is_noted()
    {
        var shorter = Boil().Where(p => p.TakenAt < At(600) || p.TakenAt > At(800)).ToList();
        Rules(shorter).ShouldBeEmpty();
        CurveRules.Gaps(shorter, At(0), At(1500)).Single().Length.ShouldBe(TimeSpan.FromSeconds(220));
        Rules([.. Boil().Where(p => p.TakenAt < At(600) || p.TakenAt > At(950))]).ShouldBe(["curve.gap"]);
    }

    [Fact]
    public void The_ends_are_gaps_too() => Rules([.. Boil().Where(p => p.TakenAt > At(400))]).ShouldBe(["curve.gap"]);

    [Fact]
    public void Where_a_curve_is_due_none_at_all_is_a_deviation()
    {
        Rules([]).ShouldBeEmpty();
        CurveRules.Check(Recipe, Step.FirstBoil, [], At(0), At(1500), instrumented: true).Single().RuleId.ShouldBe("curve.missing");
    }

    [Fact]
    public void Readings_of_before_and_after_do_not_count() =>
        Rules([.. Boil(), new(At(1600), 30_00, 0), new(At(1700), 130_00, 0), new(At(1710), 130_00, 0)]).ShouldBeEmpty();

    private static DateTimeOffset At(int second) => Start.AddSeconds(second);

    /// <summary>25 minutes, a reading every ten seconds, with some replaced.</summary>
    private static List<CurvePoint> Boil(params (int Second, int Centicelsius)[] replaced) =>
        [
            .. Enumerable
                .Range(0, 151)
                .Select(i => new CurvePoint(
                    At(i * 10),
                    replaced.Where(r => r.Second == i * 10).Select(r => r.Centicelsius).FirstOrDefault(98_60),
                    120
                )),
        ];

    private static string[] Rules(List<CurvePoint> points) =>
        [.. CurveRules.Check(Recipe, Step.FirstBoil, points, At(0), At(1500), instrumented: false).Select(d => d.RuleId)];
}
