namespace TcmBrain.Contracts.Events;

/// <summary>
/// A release of the catalogue of pieces, names, pairs and formulas was published; from now on it answers. Aggregate: the catalogue; its
/// version is the publication's number.
/// </summary>
public sealed record CataloguePublished : Event
{
    /// <summary>The one catalogue that every publication is a version of.</summary>
    public static readonly Guid Catalogue = new("5a1e0c1e-9d0a-7b6e-8c11-0c5a7a106e01");

    /// <summary>Version its editors gave it and hash, as audits name it.</summary>
    public required string Release { get; init; }

    /// <summary>A ZIP of the release's files; some 100 KB.</summary>
    public required byte[] Archive { get; init; }
}
