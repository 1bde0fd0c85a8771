using System.Collections.Frozen;
using TcmBrain.CatalogueCopy;

namespace TcmBrain.Quality.Lots;

/// <summary>The limits of Data/lot_limits.csv. A piece's own limit goes before its base's (炒白术 → 白术), and that before the general one.</summary>
public sealed class LotLimits
{
    private readonly FrozenDictionary<(string Test, string Piece), LotLimit> limits;
    private readonly string[] tests;
    private readonly CurrentCatalogue current;

    /// <exception cref="ArgumentException">Two limits of one test for one piece.</exception>
    public LotLimits(IReadOnlyList<LotLimit> rows, CurrentCatalogue current)
    {
        this.current = current;
        var all = new Dictionary<(string, string), LotLimit>();
        foreach (var row in rows)
        {
            all.Add((row.Test, row.Piece), row);
        }

        limits = all.ToFrozenDictionary();
        tests = [.. rows.Select(r => r.Test).Distinct()];
        Rows = rows;
    }

    public IReadOnlyList<LotLimit> Rows { get; }

    public static LotLimits Load(CurrentCatalogue current) => new(EmbeddedTable.Read<LotLimit>("lot_limits.csv"), current);

    /// <summary>The limit of a test for a piece, or null when there is none.</summary>
    public LotLimit? Find(string test, string piece)
    {
        var catalogue = current.Value;
        return limits.GetValueOrDefault((test, piece))
            ?? (catalogue.Find(piece) is { } herb ? limits.GetValueOrDefault((test, catalogue[herb.Base].Name)) : null)
            ?? limits.GetValueOrDefault((test, ""));
    }

    /// <summary>Everything a lot of this piece can be held against.</summary>
    public IReadOnlyList<LotLimit> Of(string piece) => [.. tests.Select(test => Find(test, piece)).OfType<LotLimit>()];
}
