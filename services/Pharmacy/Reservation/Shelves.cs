using System.Runtime.InteropServices;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>
/// What lies on the locked shelves, lots in the order in which they go (近效期先出). Taking changes it, so that the orders of one batch
/// never count on the same gram.
/// </summary>
public sealed class Shelves
{
    private readonly Dictionary<(string Centre, string Piece), Shelf> _shelves = [];

    private sealed class Shelf
    {
        public readonly List<StandingLot> Lots = [];
        public readonly HashSet<Guid> Known = [];
        public long Available;
        public int First;
    }

    private sealed class StandingLot(Guid id, string number, string grade, string origin, DateOnly expiresOn, long available)
    {
        public Guid Id { get; } = id;
        public string Number { get; } = number;
        public string Grade { get; } = grade;
        public string Origin { get; } = origin;
        public DateOnly ExpiresOn { get; } = expiresOn;
        public long Available { get; set; } = available;
    }

    /// <summary>So much of a lot.</summary>
    public readonly record struct Taken(Guid LotId, string LotNumber, string Grade, long Milligrams);

    /// <summary>The same lot twice counts once. Lots may come in any order; of equal days of expiry the first stays first.</summary>
    public void Put(
        string centre,
        string piece,
        Guid lotId,
        string lotNumber,
        long available,
        string grade = "",
        string origin = "",
        DateOnly expiresOn = default
    )
    {
        ref var shelf = ref CollectionsMarshal.GetValueRefOrAddDefault(_shelves, (centre, piece), out _);
        shelf ??= new Shelf();
        if (!shelf.Known.Add(lotId))
        {
            return;
        }

        var at = shelf.Lots.Count;
        while (at > 0 && shelf.Lots[at - 1].ExpiresOn > expiresOn)
        {
            at--;
        }

        shelf.Lots.Insert(at, new StandingLot(lotId, lotNumber, grade, origin, expiresOn, available));
        shelf.Available += available;
    }

    public long Available(string centre, string piece) => _shelves.TryGetValue((centre, piece), out var shelf) ? shelf.Available : 0;

    /// <summary>Whether there is enough of what is demanded, and enough of the piece for all that the order wants of it.</summary>
    public bool Has(string centre, Demand demand) =>
        _shelves.TryGetValue((centre, demand.Piece), out var shelf)
        && shelf.Available >= demand.OfPiece
        && (demand.IsAny || shelf.Lots.Sum(l => demand.Fits(l.Grade, l.Origin) ? l.Available : 0) >= demand.Milligrams);

    /// <summary>Null, and nothing taken, when there is less.</summary>
    public List<Taken>? Take(string centre, Demand demand)
    {
        if (!_shelves.TryGetValue((centre, demand.Piece), out var shelf) || shelf.Available < demand.Milligrams)
        {
            return null;
        }

        var taken = new List<Taken>(1);
        var wanted = demand.Milligrams;
        for (var i = shelf.First; i < shelf.Lots.Count && wanted > 0; i++)
        {
            var lot = shelf.Lots[i];
            var part = demand.IsAny || demand.Fits(lot.Grade, lot.Origin) ? Math.Min(lot.Available, wanted) : 0;
            if (part > 0)
            {
                taken.Add(new Taken(lot.Id, lot.Number, lot.Grade, part));
                lot.Available -= part;
                wanted -= part;
            }
        }

        shelf.Available -= demand.Milligrams - wanted;
        if (wanted > 0)
        {
            PutBack(centre, demand.Piece, taken);
            return null;
        }

        while (shelf.First < shelf.Lots.Count - 1 && shelf.Lots[shelf.First].Available == 0)
        {
            shelf.First++;
        }

        return taken;
    }

    public void PutBack(string centre, string piece, IEnumerable<Taken> taken)
    {
        var shelf = _shelves[(centre, piece)];
        foreach (var part in taken)
        {
            shelf.Lots.First(l => l.Id == part.LotId).Available += part.Milligrams;
            shelf.Available += part.Milligrams;
        }

        shelf.First = 0;
    }
}
