using TcmBrain.Contracts;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Reservation;

namespace TcmBrain.Pharmacy.Routing;

/// <summary>
/// Looks at every centre for one prescription: may it, can it, when would the patient have it, and what weighs against it. Pure; who has the least
/// score is chosen, and of equals the one nearer in the tree of regions.
/// </summary>
public static class Scoring
{
    /// <summary>Kilometres taken for a centre or county whose place is not known.</summary>
    private static double Kilometres(Map.Candidate candidate) =>
        candidate.Kilometres
        ?? candidate.Nearness switch
        {
            Nearness.SameCounty => 10,
            Nearness.SameCity => 30,
            Nearness.SameProvince => 150,
            _ => 1_000,
        };

    /// <summary>Those that can take it, the best first: the nearest, unless another is better by more than the margin.</summary>
    public static IEnumerable<Candidate> InOrder(IEnumerable<Candidate> candidates, RoutingRules rules)
    {
        var able = candidates.Where(c => c.IsAble).ToArray();
        var nearest = able.MinBy(c => c.Kilometres);
        return able.OrderBy(c => c == nearest ? c.Score - rules.Margin : c.Score);
    }

    /// <returns>One a centre, in the map's order of preference.</returns>
    public static Candidate[] Look(Order order, RoutingBook book, Shelves shelves, DateTimeOffset now)
    {
        var ranked = book.Map.RankedFor(order.DeliveryRegionCode);
        var demands = Demand.Of(order);
        var due = order.DueBy(book.Rules);
        var fees = new long?[ranked.Count];
        long? cheapest = null;
        for (var i = 0; i < ranked.Count; i++)
        {
            fees[i] = EstimateFee(order, ranked[i].Centre, demands, book);
            cheapest = fees[i] is { } fee && !(cheapest <= fee) ? fee : cheapest;
        }

        var candidates = new Candidate[ranked.Count];
        for (var i = 0; i < ranked.Count; i++)
        {
            candidates[i] = Look(order, ranked[i], demands, book, shelves, now, due, fees[i], cheapest);
        }

        return candidates;
    }

    private static Candidate Look(
        Order order,
        Map.Candidate ranked,
        Demand[] demands,
        RoutingBook book,
        Shelves shelves,
        DateTimeOffset now,
        DateTimeOffset due,
        long? fee,
        long? cheapest
    )
    {
        var (centre, rules) = (ranked.Centre, book.Rules);
        var kilometres = Kilometres(ranked);
        var load = book.Loads.Of(centre.Code);
        var (ahead, decoctAhead) = order.Urgent ? (load.UrgentDispensing, load.UrgentDecoction) : (load.Dispensing, load.Decoction);
        var allied = centre.Profile.Consortium != ConsortiumRule.None && book.AreAllied(order.Owner.InstitutionCode, centre.Code);
        var ready = ReadyAt(order, centre.Profile, ahead, decoctAhead, rules, now);
        var promised = ready + TimeSpan.FromMinutes(rules.HandOverMinutes + kilometres / rules.KilometresAnHour * 60);
        var missing = Missing(demands, centre.Code, shelves, book);
        var obstacle = Obstacle(order, centre.Profile, allied, ready, now);
        var late = Math.Max(0, (promised - due).TotalHours);
        var full = (double)(load.Dispensing + 1) / centre.Profile.DispensingPerDay;
        var parts = new ScoreParts(
            kilometres,
            late * rules.KilometresPerLateHour,
            full * full * rules.KilometresPerFullDay,
            fee is { } fen && cheapest is { } least ? (fen - least) / 1_000.0 * rules.KilometresPerTenYuan : 0,
            allied ? -rules.KilometresForConsortium : 0
        );
        return new Candidate(
            centre.Code,
            centre.NameZh,
            centre.NameEn,
            missing,
            obstacle,
            Math.Round(kilometres, 1),
            ahead,
            fee,
            missing.Length == 0 && obstacle.Length == 0 ? Minute(promised) : null,
            parts.Rounded(),
            Math.Round(parts.Total, 1)
        );
    }

    private static DateTimeOffset ReadyAt(
        Order order,
        CentreProfile profile,
        int ahead,
        int decoctAhead,
        RoutingRules rules,
        DateTimeOffset now
    )
    {
        var day = profile.Hours.MinutesADay;
        var minutes = ahead * day / profile.DispensingPerDay + rules.DispensingMinutes;
        if (order.Decoct && profile.DecoctionPerDay > 0)
        {
            // The vessels work while others are still being weighed: the longer of the two queues counts.
            minutes = Math.Max(minutes, decoctAhead * day / profile.DecoctionPerDay) + rules.DecoctionMinutes;
        }

        return profile.Hours.After(now, TimeSpan.FromMinutes(minutes));
    }

    private static string Obstacle(Order order, CentreProfile profile, bool allied, DateTimeOffset ready, DateTimeOffset now) =>
        profile.IsClosed(now) ? Obstacles.Closed
        : ready > profile.ClosesAt ? Obstacles.Closing
        : order.Decoct && profile.DecoctionPerDay == 0 ? Obstacles.Decoction
        : profile.Consortium == ConsortiumRule.Only && !allied ? Obstacles.Consortium
        : profile.ServiceRegions.Count > 0 && !profile.ServiceRegions.Any(r => Serves(r, order.DeliveryRegionCode)) ? Obstacles.Region
        : "";

    private static bool Serves(string region, string delivery) =>
        delivery.StartsWith(RegionCode.SubtreePrefix(region), StringComparison.Ordinal);

    private static string[] Missing(Demand[] demands, string centre, Shelves shelves, RoutingBook book)
    {
        List<string>? missing = null;
        foreach (var demand in demands)
        {
            if (!book.Prices.Offers(centre, demand.Piece, demand.Grade) || !shelves.Has(centre, demand))
            {
                (missing ??= []).Add(demand.Piece);
            }
        }

        return missing is null ? [] : [.. missing.Distinct()];
    }

    private static long? EstimateFee(Order order, Centre centre, Demand[] demands, RoutingBook book)
    {
        if (!book.Prices.HasCatalogue(centre.Code))
        {
            return null;
        }

        var profile = centre.Profile;
        var fen = profile.DispensingFen + profile.DeliveryFen + (order.Decoct ? profile.DecoctionFenPerDose * order.Doses : 0);
        foreach (var demand in demands)
        {
            if (book.Prices.FenPerKilogram(centre.Code, demand.Piece, demand.Grade) is not { } price)
            {
                return null;
            }

            fen += Prices.PriceList.Fen(demand.Milligrams, price);
        }

        return fen;
    }

    /// <summary>A promise is told to the minute.</summary>
    private static DateTimeOffset Minute(DateTimeOffset moment) =>
        new(moment.UtcTicks - moment.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
