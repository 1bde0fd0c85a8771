using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Routing;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>
/// A day of the demo region without servers: prescriptions come as hospitals open and close, each is sent to a centre by the service's own planner or to
/// the nearest that has it, and each centre works its queue off, urgent ones first. Benchmarks compile this file too.
/// </summary>
public sealed class RoutingDay
{
    private const int Herbs = 120;
    private static readonly DateOnly Day = new(2026, 11, 23);
    private static readonly OpeningHours Hours = new(new TimeOnly(7, 30), new TimeOnly(21, 0), [], []);
    private static readonly (int Dispensing, int Decoction)[] Capacities = [(1_200, 900), (800, 700), (600, 500)];

    private readonly RoutingRules rules = new();
    private readonly Map map;
    private readonly List<Order> orders = [];
    private readonly HashSet<(string Centre, string Piece)> lacking = [];

    /// <param name="Kilometres">great-circle, summed</param>
    /// <param name="LateHours">past the time wanted, summed</param>
    /// <param name="Busiest">the fullest centre's share of its day's capacity, over the mean of all: 1 is even</param>
    public sealed record Outcome(double Kilometres, double LateHours, double Busiest, int Late, int Unfilled)
    {
        /// <summary>What routing tries to make small.</summary>
        public double Cost(RoutingRules rules) => Kilometres + LateHours * rules.KilometresPerLateHour;
    }

    public RoutingDay(int seed, int prescriptions)
    {
        var random = new Random(seed);
        map = new Map(
            [
                .. DemoRegion.Pharmacies.Select(
                    (p, i) =>
                        new Centre(p.Code, p.NameZh, p.NameEn, p.RegionCode, new Place(p.Longitude, p.Latitude))
                        {
                            Profile = CentreProfile.Default with
                            {
                                DispensingPerDay = Capacities[i].Dispensing,
                                DecoctionPerDay = Capacities[i].Decoction,
                                Hours = Hours,
                            },
                        }
                ),
            ],
            DemoRegion.Areas.ToDictionary(a => a.Code, a => new Place(a.Longitude, a.Latitude))
        );
        foreach (var pharmacy in DemoRegion.Pharmacies)
        {
            foreach (var herb in Enumerable.Range(0, Herbs).Where(_ => random.NextDouble() < 0.01))
            {
                lacking.Add((pharmacy.Code, "herb" + herb));
            }
        }

        var population = DemoRegion.Hospitals.Select(h => DemoRegion.Areas.First(a => a.Code == h.RegionCode).Population).ToArray();
        for (var i = 0; i < prescriptions; i++)
        {
            orders.Add(Order(random, Pick(random, population)));
        }

        orders.Sort((a, b) => a.ApprovedAt.CompareTo(b.ApprovedAt));
    }

    /// <summary>By the service's planner; or to the nearest centre that has all of it.</summary>
    public Outcome Run(bool nearest)
    {
        var rooms = map.Centres.ToDictionary(c => c.Code, c => new Room(c.Profile, rules));
        var trips = new List<(Order Order, double Kilometres, Centre Centre)>();
        foreach (var order in orders)
        {
            foreach (var room in rooms.Values)
            {
                room.WorkUntil(order.ApprovedAt);
            }

            var book = RoutingBook.Of(map, loads: new Loads(rooms.Select(r => KeyValuePair.Create(r.Key, r.Value.Load()))), rules: rules);
            var candidates = Scoring.Look(order, book, ShelvesFor(order), order.ApprovedAt).Where(c => c.IsAble);
            var chosen = nearest ? candidates.MinBy(c => c.Kilometres) : Scoring.InOrder(candidates, rules).FirstOrDefault();
            if (chosen is not null)
            {
                rooms[chosen.CentreCode].Take(order);
                trips.Add((order, chosen.Kilometres, map.Centres.First(c => c.Code == chosen.CentreCode)));
            }
        }

        foreach (var room in rooms.Values)
        {
            room.WorkUntil(DateTimeOffset.MaxValue);
        }

        var late = trips
            .Select(t => (rooms[t.Centre.Code].ReadyAt(t.Order) + Travel(t.Kilometres) - t.Order.DueBy(rules)).TotalHours)
            .Where(h => h > 0)
            .ToArray();
        var shares = map.Centres.Select(c => (double)trips.Count(t => t.Centre.Code == c.Code) / c.Profile.DispensingPerDay).ToArray();
        return new Outcome(
            trips.Sum(t => t.Kilometres),
            late.Sum(),
            shares.Max() / shares.Average(),
            late.Length,
            orders.Count - trips.Count
        );
    }

    private TimeSpan Travel(double kilometres) => TimeSpan.FromMinutes(rules.HandOverMinutes + kilometres / rules.KilometresAnHour * 60);

    private Shelves ShelvesFor(Order order)
    {
        var shelves = new Shelves();
        foreach (var centre in map.Centres)
        {
            foreach (var line in order.Lines.Where(l => !lacking.Contains((centre.Code, l.Piece))))
            {
                shelves.Put(centre.Code, line.Piece, Guid.NewGuid(), "", 1_000_000);
            }
        }

        return shelves;
    }

    private static Order Order(Random random, int hospital)
    {
        var at = DemoRegion.Hospitals[hospital];
        var pieces = new HashSet<int>();
        while (pieces.Count < random.Next(8, 16))
        {
            pieces.Add((int)(Herbs * random.NextDouble() * random.NextDouble()));
        }

        // Two clinics a day: 8–12 and 13:30–17:30, most of it at the beginning.
        var hour = random.Next(2) == 0 ? 8 + 4 * Math.Pow(random.NextDouble(), 1.5) : 13.5 + 4 * Math.Pow(random.NextDouble(), 1.5);
        return new Order(
            Guid.CreateVersion7(),
            new Owner(at.Code, at.RegionCode, "D", 1),
            0,
            null,
            [.. pieces.Select((p, i) => new PrescriptionLine(i + 1, "herb" + p, Weight.FromGrams(10), ""))],
            7,
            at.RegionCode,
            random.NextDouble() < 0.12,
            RegionTime.StartOf(Day) + TimeSpan.FromHours(hour),
            [],
            random.NextDouble() < 0.85
        );
    }

    private static int Pick(Random random, int[] weights)
    {
        var at = random.Next(weights.Sum());
        for (var i = 0; ; i++)
        {
            at -= weights[i];
            if (at < 0)
            {
                return i;
            }
        }
    }

    /// <summary>One bench and one set of vessels, each doing one after the other at the day's rate; urgent ones first.</summary>
    private sealed class Room(CentreProfile profile, RoutingRules rules)
    {
        private readonly Queueing bench = new(profile.Hours, TimeSpan.FromMinutes(profile.Hours.MinutesADay / profile.DispensingPerDay));
        private readonly Queueing vessels = new(profile.Hours, TimeSpan.FromMinutes(profile.Hours.MinutesADay / profile.DecoctionPerDay));

        public void Take(Order order) => bench.Add(order, order.ApprovedAt);

        public void WorkUntil(DateTimeOffset now)
        {
            foreach (var (order, at) in bench.WorkUntil(now).Where(d => d.Order.Decoct))
            {
                vessels.Add(order, at);
            }

            vessels.WorkUntil(now);
        }

        public DateTimeOffset ReadyAt(Order order) =>
            order.Decoct
                ? profile.Hours.After(vessels.DoneAt(order), TimeSpan.FromMinutes(rules.DispensingMinutes + rules.DecoctionMinutes))
                : profile.Hours.After(bench.DoneAt(order), TimeSpan.FromMinutes(rules.DispensingMinutes));

        public Load Load() =>
            new(
                bench.Waiting.Count,
                bench.Waiting.Count(o => o.Order.Decoct) + vessels.Waiting.Count,
                bench.Waiting.Count(o => o.Order.Urgent),
                bench.Waiting.Count(o => o.Order is { Decoct: true, Urgent: true }) + vessels.Waiting.Count(o => o.Order.Urgent)
            );
    }

    private sealed class Queueing(OpeningHours hours, TimeSpan each)
    {
        private readonly Dictionary<Guid, DateTimeOffset> done = [];
        private DateTimeOffset free = DateTimeOffset.MinValue;

        public List<(Order Order, DateTimeOffset At)> Waiting { get; } = [];

        public void Add(Order order, DateTimeOffset at) => Waiting.Add((order, at));

        public DateTimeOffset DoneAt(Order order) => done[order.Id];

        public List<(Order Order, DateTimeOffset At)> WorkUntil(DateTimeOffset now)
        {
            var finished = new List<(Order Order, DateTimeOffset At)>();
            while (Waiting.Count > 0)
            {
                var earliest = Waiting.Min(w => w.At);
                var start = free > earliest ? free : earliest;
                if (start >= now)
                {
                    break;
                }

                var next = Waiting.Where(w => w.At <= start).OrderByDescending(w => w.Order.Urgent).ThenBy(w => w.At).First();
                Waiting.Remove(next);
                free = hours.After(start, each);
                done[next.Order.Id] = free;
                finished.Add((next.Order, free));
            }

            return finished;
        }
    }
}
