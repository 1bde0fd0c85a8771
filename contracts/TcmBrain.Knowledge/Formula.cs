using System.Collections.Immutable;

namespace TcmBrain.Knowledge;

/// <summary>The form a classic formula has in its source.</summary>
public enum FormulaForm : byte
{
    Decoction,

    /// <summary>Grams are a ratio or a textbook conversion, not a day's dose.</summary>
    Pill,

    /// <inheritdoc cref="Pill"/>
    Powder,
}

/// <summary>One ingredient: milligrams in one dose (剂), and its handling as the source writes it.</summary>
public readonly record struct Ingredient(HerbId Herb, long Milligrams, Handling Handling);

/// <summary>A classic formula (方剂).</summary>
/// <param name="DeliberatePairs">Incompatible pairs used on purpose; they explain a finding and never remove it.</param>
/// <param name="Banned">Pieces of the historical composition that may not be dispensed.</param>
public sealed record Formula(
    string Name,
    string Category,
    string Source,
    ImmutableArray<Ingredient> Composition,
    string Indication,
    string SyndromeName,
    string SyndromeCode,
    FormulaForm Form,
    ImmutableArray<(HerbId A, HerbId B)> DeliberatePairs,
    ImmutableArray<HerbId> Banned
)
{
    public override string ToString() => Name;
}

public enum TermKind : byte
{
    Disease,
    Syndrome,
}

/// <summary>A disease (A…) or syndrome (B…) term of GB/T 15657-2021. The catalogue holds a part of the standard only.</summary>
public sealed record Term(TermKind Kind, string Code, string Name, ImmutableArray<string> Aliases, string Category);
