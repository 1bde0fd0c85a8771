using System.Collections.Immutable;

namespace TcmBrain.Knowledge;

/// <summary>
/// What an institution dispenses for a bare name (处方应付): 半夏 gives 法半夏. Holds only choices that the catalogue
/// allows, so it can never turn a name into a raw toxic piece. Immutable.
/// </summary>
public sealed class DispensingCustoms
{
    private readonly ImmutableDictionary<HerbId, HerbId> pieces;

    internal DispensingCustoms(ImmutableDictionary<HerbId, HerbId> pieces) => this.pieces = pieces;

    /// <summary>No custom at all: every bare name waits for a person.</summary>
    public static DispensingCustoms None { get; } = new(ImmutableDictionary<HerbId, HerbId>.Empty);

    /// <summary>The piece dispensed for a bare entry, or null when the institution has no custom for it.</summary>
    public HerbId? For(HerbId bare) => pieces.TryGetValue(bare, out var piece) ? piece : null;

    /// <summary>The same customs with one more, or one changed.</summary>
    /// <exception cref="ArgumentException">The catalogue does not allow this piece for this name.</exception>
    public DispensingCustoms With(Catalogue catalogue, string name, string piece)
    {
        if (Reject(catalogue.Find(name), catalogue.Find(piece)) is { } reason)
        {
            throw new ArgumentException($"{name} → {piece}: {reason}");
        }
        return new(pieces.SetItem(catalogue.Find(name)!.Id, catalogue.Find(piece)!.Id));
    }

    /// <summary>Why the catalogue does not allow this piece for this name; null when it does.</summary>
    public static string? Reject(Herb? bare, Herb? piece) =>
        bare is null ? "the name is not a piece of the catalogue"
        : piece is null ? "the piece is not in the catalogue"
        : bare.RawEquivalent is not null ? "a name that may mean a controlled raw piece is always asked"
        : !bare.DispenseAs.Contains(piece.Id) ? "the catalogue does not list this piece for this name"
        : null;
}
