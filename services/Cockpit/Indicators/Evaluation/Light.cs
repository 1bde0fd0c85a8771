using TcmBrain.Cockpit.Indicators.Plans;

namespace TcmBrain.Cockpit.Indicators.Evaluation;

/// <param name="Expected">on the path, on that day; null before the target year where no way is given</param>
/// <param name="Attainment">1: on the path; of the way from the baseline where there is one. Null without a value</param>
/// <param name="Light">green, amber, red, grey</param>
public sealed record Judgement(decimal? Expected, decimal? Attainment, string Light);

/// <summary>
/// The traffic light (红黄绿灯). Green: the value is at or beyond what the path wants on that day. Amber: four fifths of the way or more; or there is
/// no baseline, so no way, and the target year is not over. Red: less. Grey: there is no value.
/// </summary>
public static class LightRule
{
    public const decimal Amber = 0.8m;

    public static Judgement Of(Indicator indicator, decimal? value, DateOnly day)
    {
        var expected = new TargetPath(indicator).Expected(day);
        if (value is not { } has)
        {
            return new(expected, null, "grey");
        }

        var wanted = expected ?? indicator.TargetMin;
        var attainment = Attainment(indicator, has, wanted);
        var light =
            indicator.Meets(has, wanted) ? "green"
            : expected is null || attainment >= Amber ? "amber"
            : "red";
        return new(expected, attainment, light);
    }

    private static decimal? Attainment(Indicator indicator, decimal value, decimal wanted)
    {
        var start = TargetPath.Start(indicator) ?? 0;
        if (wanted != start && (wanted > start) == (indicator.Direction == "up"))
        {
            return Math.Round((value - start) / (wanted - start), 4);
        }

        // The path asks for less than there was: how much of what is wanted there is.
        return indicator.Direction == "up"
            ? wanted == 0
                ? null
                : Math.Round(value / wanted, 4)
            : value == 0
                ? null
                : Math.Round(wanted / value, 4);
    }
}
