using System.Collections.Immutable;

namespace TcmBrain.Knowledge;

/// <summary>What a name on a prescription turned out to be. Only the first three may be used without a person's choice.</summary>
public enum NameKind : byte
{
    /// <summary>Neither a piece, nor an alias, nor a combined name.</summary>
    Unknown,

    /// <summary>The standard name of a piece.</summary>
    Piece,

    /// <summary>An everyday name that stands for exactly one piece.</summary>
    Alias,

    /// <summary>A combined name (并开药名) whose members are certain.</summary>
    Combined,

    /// <summary>A name that may mean several pieces, or loses a processing step: a person chooses among the candidates.</summary>
    Ambiguous,

    /// <summary>A combined name whose members' form or species is not certain.</summary>
    AmbiguousCombined,

    /// <summary>A bare name that may mean a controlled raw piece or its processed form (川乌): a person chooses, always.</summary>
    RawOrProcessed,

    /// <summary>A bare name that means a processed piece without saying which (半夏): the institution's 处方应付 decides.</summary>
    UnspecifiedProcessing,

    /// <summary>
    /// A dispensing granule (配方颗粒) of the piece in <see cref="NameResolution.Herb"/>, or a proprietary medicine of that name
    /// (板蓝根颗粒): neither is dispensed as a piece, so a person chooses.
    /// </summary>
    Granule,
}

/// <summary>
/// The answer to "what is meant by this name". <see cref="Herb"/> is the piece for <see cref="NameKind.Piece"/> and
/// <see cref="NameKind.Alias"/>, the bare entry for <see cref="NameKind.RawOrProcessed"/> and
/// <see cref="NameKind.UnspecifiedProcessing"/>, the piece a granule is made of, and means nothing otherwise.
/// </summary>
/// <param name="Choices">Members of a combined name, candidates of an ambiguous one, otherwise empty.</param>
/// <param name="RawInWords">The name itself asks for the raw piece (生川乌).</param>
public readonly record struct NameResolution(NameKind Kind, HerbId Herb, ImmutableArray<HerbId> Choices, bool ByAlias, bool RawInWords)
{
    internal static readonly NameResolution Unknown = new(NameKind.Unknown, default, [], false, false);

    /// <summary>True when the name stands for certain pieces and nobody has to choose.</summary>
    public bool IsCertain => Kind is NameKind.Piece or NameKind.Alias or NameKind.Combined;
}
