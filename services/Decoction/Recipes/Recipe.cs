using TcmBrain.Decoction.Steps;

namespace TcmBrain.Decoction.Recipes;

/// <summary>Where a number of a recipe comes from.</summary>
/// <param name="RuleId">Stable id of the rule: <c>soak</c>, <c>first-boil.tonic</c>, …</param>
/// <param name="Clause">The clause in words for people.</param>
/// <param name="Mark">C: read in a public source; C*: read second-hand; M: expert default that a pharmacist has to confirm.</param>
public sealed record RuleSource(string RuleId, string Clause, string Mark);

/// <summary>Whole minutes within which something has to stay, and the number to aim at.</summary>
/// <param name="Maximum">Null: the rule names no upper end.</param>
public sealed record MinuteLimit(int Minimum, int? Maximum, int Target, RuleSource Source)
{
    public bool Allows(TimeSpan duration) =>
        duration >= TimeSpan.FromMinutes(Minimum) && (Maximum is not { } maximum || duration <= TimeSpan.FromMinutes(maximum));

    public override string ToString() => Maximum is { } maximum ? $"{Minimum}–{maximum}" : $"≥ {Minimum}";
}

/// <summary>Pieces that are not simply boiled with the rest (特殊煎服法), with the prescriber's word for it.</summary>
/// <param name="Limit">Minutes, where the rule gives them; 先煎: before the rest goes in, 后下: before the end of the first boil.</param>
public sealed record SpecialHandling(string Handling, IReadOnlyList<string> Pieces, MinuteLimit? Limit);

/// <summary>How one prescription is to be decocted (煎煮方案). Derived by <see cref="RecipeRule"/>, stored with the job; changed by <see cref="RecipeOverride"/> only.</summary>
/// <param name="FirstBoil">The whole first-boil step from boiling on: what is boiled first, then everything.</param>
/// <param name="SecondBoil">Its actual time has to be shorter than the first's as well.</param>
/// <param name="Bags">Doses × packs per dose.</param>
public sealed record Recipe(
    DecoctionClass Class,
    string ClassReasonZh,
    string ClassReasonEn,
    MinuteLimit Soak,
    MinuteLimit FirstBoil,
    MinuteLimit SecondBoil,
    IReadOnlyList<SpecialHandling> Special,
    int MaximumCelsius,
    int Bags,
    int MillilitresPerBag
)
{
    /// <summary>Null on recipes of before water was derived.</summary>
    public WaterPlan? Water { get; init; }

    /// <summary>What hands have to do, in the order of time.</summary>
    public IReadOnlyList<RecipeMoment> Moments { get; init; } = [];

    /// <summary>Below this a boil no longer boils.</summary>
    public int MinimumBoilCelsius { get; init; } = 90;

    /// <summary>Minutes aimed at for a step; null where the recipe says nothing of it.</summary>
    internal int? TargetOf(Step step) =>
        step switch
        {
            Step.Soaking => Soak.Target,
            Step.FirstBoil => FirstBoil.Target,
            Step.SecondBoil => SecondBoil.Target,
            _ => null,
        };

    /// <summary>From the first water to the last bag when everything keeps to its target.</summary>
    public int TotalMinutes => Soak.Target + FirstBoil.Target + SecondBoil.Target + PackingMinutes;

    public const int PackingMinutes = 10;
}
