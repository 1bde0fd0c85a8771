using System.Collections.Frozen;

namespace TcmBrain.Knowledge;

/// <summary>Special decoction (特殊煎服法), several at once where the source asks for several.</summary>
[Flags]
public enum Handling : byte
{
    None = 0,

    /// <summary>先煎</summary>
    DecoctFirst = 1,

    /// <summary>后下</summary>
    AddLate = 2,

    /// <summary>包煎</summary>
    Wrapped = 4,

    /// <summary>另煎</summary>
    DecoctSeparately = 8,

    /// <summary>烊化</summary>
    Melted = 16,

    /// <summary>冲服: not boiled, but dissolved, swallowed, or taken in pills and powders.</summary>
    TakenDirectly = 32,

    /// <summary>生用: the prescriber asks for the raw piece in so many words.</summary>
    Raw = 64,
}

/// <summary>Reads and writes the footnote of a prescription line.</summary>
public static class HandlingText
{
    private static readonly (string Text, Handling Handling)[] Terms =
    [
        ("先煎", Handling.DecoctFirst),
        ("后下", Handling.AddLate),
        ("包煎", Handling.Wrapped),
        ("另煎", Handling.DecoctSeparately),
        ("烊化", Handling.Melted),
        ("冲服", Handling.TakenDirectly),
        ("生用", Handling.Raw),
        ("久煎", Handling.DecoctFirst),
        ("先下", Handling.DecoctFirst),
        ("煎汤代水", Handling.DecoctFirst),
        ("后入", Handling.AddLate),
        ("布包", Handling.Wrapped),
        ("纱布包", Handling.Wrapped),
        ("另炖", Handling.DecoctSeparately),
        ("单煎", Handling.DecoctSeparately),
        ("溶化", Handling.Melted),
        ("烊冲", Handling.Melted),
        ("吞服", Handling.TakenDirectly),
        ("冲入", Handling.TakenDirectly),
        ("兑服", Handling.TakenDirectly),
        ("溶服", Handling.TakenDirectly),
        ("研末服", Handling.TakenDirectly),
        ("入丸散", Handling.TakenDirectly),
    ];

    private static readonly FrozenDictionary<string, Handling> Exact = Terms.ToFrozenDictionary(x => x.Text, x => x.Handling);

    /// <summary>The handlings named in a footnote; words it does not know are passed over. Null and empty give none.</summary>
    public static Handling Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Handling.None;
        }
        if (Exact.TryGetValue(text, out var exact))
        {
            return exact;
        }
        var found = Handling.None;
        foreach (var (term, handling) in Terms)
        {
            if (text.Contains(term, StringComparison.Ordinal))
            {
                found |= handling;
            }
        }
        return found;
    }

    /// <summary>The standard terms, joined by 、; empty for none.</summary>
    public static string Format(Handling handling) =>
        string.Join('、', Terms.Take(7).Where(x => handling.HasFlag(x.Handling)).Select(x => x.Text));
}
