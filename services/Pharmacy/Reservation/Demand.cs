using TcmBrain.Contracts.Events;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>So much of a piece over all doses, of a grade and from an origin when they are demanded (empty: any).</summary>
/// <param name="OfPiece">All that the order wants of that piece, whatever the grade.</param>
public readonly record struct Demand(string Piece, string Grade, string Origin, long Milligrams, long OfPiece)
{
    public bool IsAny => Grade.Length == 0 && Origin.Length == 0;

    public bool Fits(string grade, string origin) =>
        (Grade.Length == 0 || Grade == grade) && (Origin.Length == 0 || origin.StartsWith(Origin, StringComparison.Ordinal));

    public static Demand[] Of(Order order)
    {
        var demands = new List<Demand>(order.Lines.Count);
        foreach (var line in order.Lines)
        {
            var milligrams = order.Demand(line).Milligrams;
            var known = demands.FindIndex(d => d.Piece == line.Piece && d.Grade == line.Grade && d.Origin == line.Origin);
            if (known >= 0)
            {
                demands[known] = demands[known] with { Milligrams = demands[known].Milligrams + milligrams };
            }
            else
            {
                demands.Add(new Demand(line.Piece, line.Grade, line.Origin, milligrams, 0));
            }
        }

        return [.. demands.Select(d => d with { OfPiece = demands.Where(o => o.Piece == d.Piece).Sum(o => o.Milligrams) })];
    }

    public static Demand Of(Order order, PrescriptionLine line) =>
        new(line.Piece, line.Grade, line.Origin, order.Demand(line).Milligrams, 0);
}
