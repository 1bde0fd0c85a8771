using System.Collections.Frozen;
using TcmBrain.CatalogueCopy;

namespace TcmBrain.Quality.Lots;

/// <summary>The limits of Data/lot_limits.csv. A piece's own limit goes before its base's (炒白术 → 白术), and that before the general one.</summary>
public sealed class LotLimits
{
    private readonly FrozenDictionary<(string Test, string Piece), LotLimit[]> limits;
    private readonly string[] tests;
    private readonly CurrentCatalogue current;

    /// <exception cref="ArgumentException">Two limits of one test for one piece from the same day on.</exception>
    public LotLimits(IReadOnlyList<LotLimit> rows, CurrentCatalogue current)
    {
        this.current = current;
        if (rows.GroupBy(r => (r.Test, r.Piece, r.ValidFrom)).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"{twice.Key} stands twice.", nameof(rows));
        }

        limits = rows.GroupBy(r => (r.Test, r.Piece)).ToFrozenDictionary(g => g.Key, g => g.OrderByDescending(r => r.ValidFrom).ToArray());
        tests = [.. rows.Select(r => r.Test).Distinct()];
        Rows = rows;
    }

    public IReadOnlyList<LotLimit> Rows { get; }

    public static LotLimits Load(CurrentCatalogue current) => new(EmbeddedTable.Read<LotLimit>("lot_limits.csv"), current);

    /// <summary>The limit of a test for a piece that was produced that day (today's edition without one), or null when there is none.</summary>
    public LotLimit? Find(string test, string piece, DateOnly? producedOn = null)
    {
        var catalogue = current.Value;
        return Of(test, piece, producedOn)
            ?? (catalogue.Find(piece) is { } herb ? Of(test, catalogue[herb.Base].Name, producedOn) : null)
            ?? Of(test, "", producedOn);
    }

    /// <summary>Everything a lot of this piece can be held against.</summary>
    public IReadOnlyList<LotLimit> Of(string piece, DateOnly? producedOn = null) =>
        [.. tests.Select(test => Find(test, piece, producedOn)).OfType<LotLimit>()];

    private LotLimit? Of(string test, string piece, DateOnly? producedOn) =>
        limits.TryGetValue((test, piece), out var rows) ? Array.Find(rows, r => producedOn is null || r.ValidFrom <= producedOn) : null;
}
