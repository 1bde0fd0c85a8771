using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Reservation;

namespace TcmBrain.Pharmacy.Prices;

/// <summary>A piece as a centre offers it on one day.</summary>
/// <param name="Grade">empty: as it comes (统货 and unnamed)</param>
/// <param name="Form">piece, powder or granule</param>
public readonly record struct Offer(string CentreCode, string Piece, string Grade, string Form, long FenPerKilogram);

/// <summary>
/// The catalogues of all centres on one day (当日目录). A centre without any offer has no catalogue: it fills from what lies on its shelves, and
/// nothing has a price there.
/// </summary>
public sealed class PriceList
{
    private readonly Dictionary<(string Centre, string Piece), Offer[]> _offers;
    private readonly HashSet<string> _centres;

    public PriceList(IEnumerable<Offer> offers)
    {
        _offers = offers.GroupBy(o => (o.CentreCode, o.Piece)).ToDictionary(g => g.Key, g => g.OrderBy(o => o.Grade).ToArray());
        _centres = [.. _offers.Keys.Select(k => k.Centre)];
    }

    public static PriceList Empty { get; } = new([]);

    public bool HasCatalogue(string centre) => _centres.Contains(centre);

    /// <summary>Whether the centre offers the piece in that grade; any grade when it is empty. Without a catalogue it offers all.</summary>
    public bool Offers(string centre, string piece, string grade) =>
        !_centres.Contains(centre)
        || _offers.TryGetValue((centre, piece), out var offers) && (grade.Length == 0 || Array.Exists(offers, o => o.Grade == grade));

    /// <summary>Of that grade, else of the one without a name, else of the only one there is; null: it has no price.</summary>
    public long? FenPerKilogram(string centre, string piece, string grade)
    {
        if (!_offers.TryGetValue((centre, piece), out var offers))
        {
            return null;
        }

        long? unnamed = null;
        foreach (var offer in offers)
        {
            if (offer.Grade == grade)
            {
                return offer.FenPerKilogram;
            }

            unnamed ??= offer.Grade.Length == 0 || grade.Length == 0 ? offer.FenPerKilogram : null;
        }

        return unnamed ?? (offers.Length == 1 ? offers[0].FenPerKilogram : null);
    }

    /// <summary>Half a fen is rounded up, once a line and grade.</summary>
    public static long Fen(long milligrams, long fenPerKilogram) => (long)(((Int128)milligrams * fenPerKilogram + 500_000) / 1_000_000);

    /// <summary>What the order costs there by what was set aside for it; null when any of it has no price.</summary>
    /// <param name="taken">line, grade of the lot, milligrams</param>
    public FeeBreakdown? FeeOf(Order order, Centre centre, IEnumerable<(int Line, string Grade, long Milligrams)> taken, DateOnly today)
    {
        var pieces = order.Lines.ToDictionary(l => l.LineNumber, l => l.Piece);
        var lines = new List<LineFee>(order.Lines.Count);
        foreach (var part in taken.GroupBy(t => (t.Line, t.Grade)))
        {
            var piece = pieces[part.Key.Line];
            if (FenPerKilogram(centre.Code, piece, part.Key.Grade) is not { } price)
            {
                return null;
            }

            var milligrams = part.Sum(p => p.Milligrams);
            lines.Add(new LineFee(part.Key.Line, piece, part.Key.Grade, milligrams, price, Fen(milligrams, price)));
        }

        var profile = centre.Profile;
        var (pieceFen, decoction) = (lines.Sum(l => l.Fen), order.Decoct ? profile.DecoctionFenPerDose * order.Doses : 0);
        return new FeeBreakdown(
            today,
            [.. lines],
            pieceFen,
            profile.DispensingFen,
            decoction,
            profile.DeliveryFen,
            pieceFen + profile.DispensingFen + decoction + profile.DeliveryFen
        );
    }
}
