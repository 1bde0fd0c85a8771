using TcmBrain.Decoction.Json;

namespace TcmBrain.Decoction.Recipes;

/// <summary>From where a moment of the recipe is counted.</summary>
[KebabCaseEnum]
public enum MomentAnchor
{
    /// <summary>Minutes after the first boil began.</summary>
    AfterBoiling,

    /// <summary>Minutes before the first boil ends.</summary>
    BeforeEnd,

    /// <summary>In a vessel of its own, beside; joined before packing.</summary>
    Apart,

    /// <summary>After straining, before packing.</summary>
    AfterStraining,

    /// <summary>Not boiled: packed beside the bags, for the patient to take with them.</summary>
    WithBags,
}

/// <summary>Something that a hand has to do at its minute (煎煮时点).</summary>
/// <param name="Minute">From the first boil's start when everything keeps to its target; null where no minute is meant.</param>
/// <param name="MustConfirm">Going on without a record of it is a deviation.</param>
public sealed record RecipeMoment(
    string Handling,
    IReadOnlyList<string> Pieces,
    [property: KebabCaseEnum] MomentAnchor Anchor,
    int? Minute,
    MinuteLimit? Limit,
    bool MustConfirm
);

/// <summary>The minutes at which hands are needed.</summary>
public static class Timeline
{
    /// <summary>The rest goes in when what is boiled first had its time.</summary>
    public const string TheRest = "其余入煎";
    public const string Late = "后下";

    public static IReadOnlyList<RecipeMoment> Of(IReadOnlyList<SpecialHandling> special, MinuteLimit firstBoil) =>
        [
            .. special
                .SelectMany(s =>
                    s.Handling switch
                    {
                        "先煎" =>
                        [
                            new RecipeMoment(s.Handling, s.Pieces, MomentAnchor.AfterBoiling, 0, s.Limit, false),
                            new RecipeMoment(TheRest, [], MomentAnchor.AfterBoiling, s.Limit?.Target, s.Limit, false),
                        ],
                        Late =>
                        [
                            new RecipeMoment(
                                Late,
                                s.Pieces,
                                MomentAnchor.BeforeEnd,
                                firstBoil.Target - (s.Limit?.Target ?? 0),
                                s.Limit,
                                true
                            ),
                        ],
                        "另煎" => [new RecipeMoment(s.Handling, s.Pieces, MomentAnchor.Apart, null, s.Limit, true)],
                        "烊化" => [new RecipeMoment(s.Handling, s.Pieces, MomentAnchor.AfterStraining, null, null, true)],
                        "冲服" => [new RecipeMoment(s.Handling, s.Pieces, MomentAnchor.WithBags, null, null, false)],
                        _ => (RecipeMoment[])[new RecipeMoment(s.Handling, s.Pieces, MomentAnchor.AfterBoiling, 0, null, false)],
                    }
                )
                .OrderBy(m => m.Anchor > MomentAnchor.BeforeEnd)
                .ThenBy(m => m.Minute),
        ];
}
