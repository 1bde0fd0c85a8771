using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Centres;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>What becomes of an order: all of it at one centre, or nothing.</summary>
public abstract record ReservationPlan(Order Order)
{
    public sealed record Filled(Order Order, Centre Centre, string ReasonZh, string ReasonEn, LotAllocation[] Allocations)
        : ReservationPlan(Order);

    /// <param name="Missing">Pieces lacking at the centre that lacks the fewest; of equals the one preferred.</param>
    public sealed record Short(Order Order, string[] Missing) : ReservationPlan(Order);
}

/// <summary>
/// Decides where an order is filled and from which lots. Pure: what lies on the shelves and where things are is given. A decoction is
/// not split between centres, so a centre has all lines or is none.
/// </summary>
public static class Planner
{
    /// <summary>Takes from the shelves what the plan says.</summary>
    public static ReservationPlan Plan(Order order, Map map, Shelves shelves)
    {
        var demand = new Dictionary<string, long>(order.Lines.Count);
        foreach (var line in order.Lines)
        {
            demand[line.Piece] = demand.GetValueOrDefault(line.Piece) + order.Demand(line).Milligrams;
        }

        var ranked = map.RankedFor(order.DeliveryRegionCode);
        Map.Candidate? chosen = null;
        var passedOver = new List<(Map.Candidate Candidate, string[] Missing)>();
        var able = 0;
        foreach (var candidate in ranked)
        {
            string[] missing = [.. demand.Where(d => shelves.Available(candidate.Centre.Code, d.Key) < d.Value).Select(d => d.Key)];
            if (missing.Length == 0)
            {
                chosen ??= candidate;
                able++;
            }
            else if (chosen is null)
            {
                passedOver.Add((candidate, missing));
            }
        }

        if (chosen is null)
        {
            return new ReservationPlan.Short(
                order,
                passedOver.Count == 0 ? [.. demand.Keys] : passedOver.MinBy(p => p.Missing.Length).Missing
            );
        }

        var allocations = new List<LotAllocation>(order.Lines.Count);
        foreach (var line in order.Lines)
        {
            foreach (var taken in shelves.Take(chosen.Centre.Code, line.Piece, order.Demand(line).Milligrams))
            {
                allocations.Add(new LotAllocation(line.LineNumber, line.Piece, taken.LotId, taken.LotNumber, new Weight(taken.Milligrams)));
            }
        }

        var (zh, en) = RoutingReason.Of(chosen, order.Lines.Count, able, passedOver);
        return new ReservationPlan.Filled(order, chosen.Centre, zh, en, [.. allocations]);
    }
}
