using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Routing;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>What becomes of an order: all of it at one centre, or nothing.</summary>
/// <param name="Candidates">Every centre as it was looked at.</param>
public abstract record ReservationPlan(Order Order, Candidate[] Candidates)
{
    public sealed record Filled(
        Order Order,
        Centre Centre,
        string ReasonZh,
        string ReasonEn,
        LotAllocation[] Allocations,
        DateTimeOffset PromisedAt,
        FeeBreakdown? Fee,
        Candidate[] Candidates
    ) : ReservationPlan(Order, Candidates);

    /// <param name="Missing">Pieces lacking at the centre that lacks the fewest; of equals the one preferred.</param>
    public sealed record Short(Order Order, string[] Missing, Candidate[] Candidates) : ReservationPlan(Order, Candidates);
}

/// <summary>
/// Decides where an order is filled and from which lots. Pure: what lies on the shelves and where things are is given. A decoction is
/// not split between centres, so a centre has all lines or is none; nothing is put in the place of what is demanded.
/// </summary>
public static class Planner
{
    /// <summary>Takes from the shelves what the plan says, and counts it as the centre's load.</summary>
    public static ReservationPlan Plan(Order order, RoutingBook book, Shelves shelves, DateTimeOffset now)
    {
        var candidates = Scoring.Look(order, book, shelves, now);
        foreach (var chosen in Scoring.InOrder(candidates, book.Rules))
        {
            if (Take(order, chosen.CentreCode, shelves) is { } taken)
            {
                book.Loads.Add(chosen.CentreCode, order.Decoct, order.Urgent);
                return Filled(order, book, chosen, candidates, taken, now);
            }
        }

        var best = candidates.Where(c => c.Missing.Count > 0 && c.Obstacle.Length == 0).MinBy(c => c.Missing.Count);
        return new ReservationPlan.Short(
            order,
            best is null ? [.. order.Lines.Select(l => l.Piece).Distinct()] : [.. best.Missing],
            candidates
        );
    }

    private static ReservationPlan.Filled Filled(
        Order order,
        RoutingBook book,
        Candidate chosen,
        Candidate[] candidates,
        List<(PrescriptionLine Line, Shelves.Taken Part)> taken,
        DateTimeOffset now
    )
    {
        var ranked = book.Map.RankedFor(order.DeliveryRegionCode).First(r => r.Centre.Code == chosen.CentreCode);
        var (zh, en) = RoutingReason.Of(ranked, order.Lines.Count, chosen, candidates);
        return new ReservationPlan.Filled(
            order,
            ranked.Centre,
            zh,
            en,
            [
                .. taken.Select(t => new LotAllocation(
                    t.Line.LineNumber,
                    t.Line.Piece,
                    t.Part.LotId,
                    t.Part.LotNumber,
                    new Weight(t.Part.Milligrams)
                )),
            ],
            chosen.PromisedAt!.Value,
            book.Prices.FeeOf(
                order,
                ranked.Centre,
                taken.Select(t => (t.Line.LineNumber, t.Part.Grade, t.Part.Milligrams)),
                RegionTime.DayOf(now)
            ),
            candidates
        );
    }

    /// <summary>Lines that demand most take first, so that one that takes any lot leaves them theirs. All or nothing.</summary>
    private static List<(PrescriptionLine Line, Shelves.Taken Part)>? Take(Order order, string centre, Shelves shelves)
    {
        var taken = new List<(PrescriptionLine Line, Shelves.Taken Part)>(order.Lines.Count);
        foreach (var line in order.Lines.OrderByDescending(l => (l.Grade.Length > 0 ? 1 : 0) + (l.Origin.Length > 0 ? 1 : 0)))
        {
            if (shelves.Take(centre, Demand.Of(order, line)) is { } parts)
            {
                taken.AddRange(parts.Select(p => (line, p)));
                continue;
            }

            foreach (var back in taken)
            {
                shelves.PutBack(centre, back.Line.Piece, [back.Part]);
            }

            return null;
        }

        taken.Sort((a, b) => a.Line.LineNumber.CompareTo(b.Line.LineNumber));
        return taken;
    }
}
