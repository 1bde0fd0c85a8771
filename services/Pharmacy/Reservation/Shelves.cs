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
        public long Available;
        public int First;
    }

    private sealed class StandingLot(Guid id, string number, long available)
    {
        public Guid Id { get; } = id;
        public string Number { get; } = number;
        public long Available { get; set; } = available;
    }

    /// <summary>So much of a lot.</summary>
    public readonly record struct Taken(Guid LotId, string LotNumber, long Milligrams);

    /// <summary>Lots are put in first-expiring first.</summary>
    public void Put(string centre, string piece, Guid lotId, string lotNumber, long available)
    {
        ref var shelf = ref CollectionsMarshal.GetValueRefOrAddDefault(_shelves, (centre, piece), out _);
        shelf ??= new Shelf();
        shelf.Lots.Add(new StandingLot(lotId, lotNumber, available));
        shelf.Available += available;
    }

    public long Available(string centre, string piece) => _shelves.TryGetValue((centre, piece), out var shelf) ? shelf.Available : 0;

    /// <exception cref="InvalidOperationException">There is less: the caller looks first.</exception>
    public List<Taken> Take(string centre, string piece, long milligrams)
    {
        var taken = new List<Taken>(1);
        if (!_shelves.TryGetValue((centre, piece), out var shelf) || shelf.Available < milligrams)
        {
            throw new InvalidOperationException($"Less than {milligrams} mg of {piece} at {centre}.");
        }

        shelf.Available -= milligrams;
        while (milligrams > 0)
        {
            var lot = shelf.Lots[shelf.First];
            var part = Math.Min(lot.Available, milligrams);
            if (part > 0)
            {
                taken.Add(new Taken(lot.Id, lot.Number, part));
                lot.Available -= part;
                milligrams -= part;
            }

            if (lot.Available == 0 && shelf.First < shelf.Lots.Count - 1)
            {
                shelf.First++;
            }
        }

        return taken;
    }
}
