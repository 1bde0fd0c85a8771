using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction.Recipes;

/// <summary>What a pharmacist orders otherwise than the rule derived; null: as derived. Minutes.</summary>
public sealed record RecipeOrder(int? SoakMinutes, int? FirstBoilMinutes, int? SecondBoilMinutes, string? Reason);

/// <summary>
/// A recipe changed by a pharmacist (药师调整). Pure. Nobody may go below or above what the regulation knows for any kind of medicine:
/// 15–60 minutes of boiling besides what is boiled first, the second boil shorter than the first, soaking at least 30 minutes.
/// </summary>
public static class RecipeOverride
{
    public const int LeastSoak = 30;
    public const int MostSoak = 720;
    public const int LeastBoil = 15;
    public const int MostBoil = 60;
    public const int LeastSecondBoil = 10;

    /// <summary>Where the rule names no upper end for what is boiled first.</summary>
    private const int MostFirst = 240;

    /// <summary>Minutes either side of an ordered number that a room keeps to.</summary>
    private const int Leeway = 3;

    /// <exception cref="FaultException">No reason, nothing ordered, or beyond the limits: every fault at once.</exception>
    public static Recipe Apply(Recipe recipe, RecipeOrder order, string pharmacist)
    {
        var ahead = recipe.Special.FirstOrDefault(s => s.Handling == "先煎")?.Limit;
        var (leastFirst, mostFirst) = (LeastBoil + (ahead?.Minimum ?? 0), MostBoil + (ahead is null ? 0 : ahead.Maximum ?? MostFirst));
        var first = order.FirstBoilMinutes ?? recipe.FirstBoil.Target;
        var second = order.SecondBoilMinutes ?? recipe.SecondBoil.Target;
        new FaultList()
            .Require(order.Reason?.Trim() is { Length: > 0 and <= 500 }, DecoctionFaults.ReasonMissing, "reason")
            .Require(
                order is not { SoakMinutes: null, FirstBoilMinutes: null, SecondBoilMinutes: null },
                DecoctionFaults.NothingOrdered,
                "firstBoilMinutes"
            )
            .Require(
                order.SoakMinutes is null or (>= LeastSoak and <= MostSoak),
                DecoctionFaults.BeyondLimit,
                "soakMinutes",
                LeastSoak,
                MostSoak
            )
            .Require(first >= leastFirst && first <= mostFirst, DecoctionFaults.BeyondLimit, "firstBoilMinutes", leastFirst, mostFirst)
            .Require(
                second >= LeastSecondBoil && second <= MostBoil && second < first,
                DecoctionFaults.BeyondLimit,
                "secondBoilMinutes",
                LeastSecondBoil,
                Math.Min(MostBoil, first - 1)
            )
            .ThrowIfAny();
        var source = new RuleSource("override", $"药师 {pharmacist} 调整: {order.Reason!.Trim()}", "override");
        var firstBoil = order.FirstBoilMinutes is null ? recipe.FirstBoil : Ordered(first, leastFirst, mostFirst, source);
        var late = recipe.Special;
        return recipe with
        {
            Soak = order.SoakMinutes is { } soak ? new MinuteLimit(soak, null, soak, source) : recipe.Soak,
            FirstBoil = firstBoil,
            SecondBoil = order.SecondBoilMinutes is null
                ? recipe.SecondBoil
                : Ordered(second, LeastSecondBoil, Math.Min(MostBoil, first - 1), source),
            Water = recipe.Water is { } water ? WaterRule.ForMinutes(water, first, second) : null,
            Moments = Timeline.Of(late, firstBoil),
        };
    }

    private static MinuteLimit Ordered(int minutes, int least, int most, RuleSource source) =>
        new(Math.Max(least, minutes - Leeway), Math.Min(most, minutes + Leeway), minutes, source);
}
