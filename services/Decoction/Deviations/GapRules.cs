using TcmBrain.Decoction.Steps;

namespace TcmBrain.Decoction.Deviations;

/// <summary>A gap that lasts, as it is on record.</summary>
public sealed record LastingGap(DateTimeOffset From, bool Raised);

/// <summary>What the watch does about a boil's readings.</summary>
public enum GapAct
{
    None,
    Note,
    Raise,
    Close,
}

/// <summary>
/// A boil that is not measured any more, seen while it lasts. Pure. Noted and raised from the same lengths on as in the finished curve
/// (<see cref="CurveRules.NotedGap"/>, <see cref="CurveRules.LongGap"/>: an expert's defaults, mark M).
/// </summary>
public static class GapRules
{
    public const string Rule = "curve.gap";
    public const string Missing = "curve.missing";

    /// <param name="since">The boil's last reading; its beginning when there is none and the vessel must have a curve.</param>
    /// <param name="now">Less what the room reports late.</param>
    public static GapAct Decide(DateTimeOffset since, LastingGap? lasting, DateTimeOffset now)
    {
        if (lasting is null)
        {
            return now - since > CurveRules.LongGap ? GapAct.Raise
                : now - since > CurveRules.NotedGap ? GapAct.Note
                : GapAct.None;
        }

        return since > lasting.From ? GapAct.Close
            : !lasting.Raised && now - lasting.From > CurveRules.LongGap ? GapAct.Raise
            : GapAct.None;
    }

    public static Deviation Lasting(Step step, DateTimeOffset from) =>
        new(
            step,
            Rule,
            $"{step.NameZh()}自 {from.Text()} 起没有读数,已超过 {CurveRules.LongGap.TotalMinutes:0} 分钟",
            $"{step.Name()} has had no reading since {from.Text()}, for more than {CurveRules.LongGap.TotalMinutes:0} minutes"
        );

    /// <summary>What was kept back by the device and came afterwards leaves no gap.</summary>
    public static bool Filled(DateTimeOffset from, DateTimeOffset until) => until - from <= CurveRules.LongGap;
}
