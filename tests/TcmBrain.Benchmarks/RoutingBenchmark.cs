using System.Diagnostics;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Centres;
using TcmBrain.Pharmacy.Prices;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Routing;
using TcmBrain.Pharmacy.Tests;

namespace TcmBrain.Benchmarks;

/// <summary>
/// One choice among fifty centres with catalogues and stock, 20 lines; and a full day of the demo region beside "always the nearest that has it".
/// </summary>
internal sealed class RoutingBenchmark(int decisions, int prescriptions, int days)
{
    private const int Centres = 50;
    private const int Herbs = 300;
    private const int Lines = 20;
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<Figure> Run() => [.. Decide(), .. Days()];

    private IEnumerable<Figure> Decide()
    {
        var random = new Random(20261122);
        var centres = Enumerable
            .Range(0, Centres)
            .Select(i => new Centre(
                $"C{i}",
                $"药房{i}",
                $"Pharmacy {i}",
                $"3301{i % 90:00}",
                new Place(119 + i % 10 * 0.2, 29 + i / 10 * 0.3)
            ))
            .ToArray();
        var counties = centres.DistinctBy(c => c.RegionCode).ToDictionary(c => c.RegionCode, c => c.Place!.Value);
        var prices = new PriceList(
            centres.SelectMany(c => Enumerable.Range(0, Herbs).Select(h => new Offer(c.Code, "herb" + h, "", "piece", 5_000 + h * 10)))
        );
        var book = RoutingBook.Of(new Map(centres, counties), prices);
        var shelves = new Shelves();
        foreach (var centre in centres)
        {
            foreach (var herb in Enumerable.Range(0, Herbs).Where(_ => random.NextDouble() < 0.97))
            {
                shelves.Put(centre.Code, "herb" + herb, Guid.NewGuid(), "L", long.MaxValue / 4);
            }
        }

        var orders = Enumerable.Range(0, decisions).Select(_ => OrderOf(random)).ToArray();
        foreach (var order in orders.Take(decisions / 10))
        {
            Planner.Plan(order, book, shelves, Now);
        }

        var took = new double[orders.Length];
        for (var i = 0; i < orders.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            Planner.Plan(orders[i], book, shelves, Now);
            took[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        yield return new Figure("routing.decision_p50_ms", Statistics.Percentile(took, 0.5), "ms");
        yield return new Figure("routing.decision_p99_ms", Statistics.Percentile(took, 0.99), "ms");
    }

    private IEnumerable<Figure> Days()
    {
        var runs = Enumerable.Range(1, days).Select(seed => new RoutingDay(seed, prescriptions)).ToArray();
        var ours = runs.Select(r => r.Run(nearest: false)).ToArray();
        var nearest = runs.Select(r => r.Run(nearest: true)).ToArray();
        const string Against = "nearest with stock";
        yield return Beside("routing.day_kilometres", "km", o => o.Kilometres);
        yield return Beside("routing.day_late_hours", "h", o => o.LateHours);
        yield return Beside("routing.day_late", "orders", o => o.Late);
        yield return Beside("routing.day_busiest", "of mean", o => o.Busiest);
        yield return Beside("routing.day_cost", "km", o => o.Cost(new RoutingRules()));

        Figure Beside(string name, string unit, Func<RoutingDay.Outcome, double> of)
        {
            var (a, b) = (ours.Average(of), nearest.Average(of));
            return new Figure(name, a, unit, FormattableString.Invariant($"{Against} ({b:#,0.##} {unit})"), b == 0 ? 1 : a / b);
        }
    }

    private static Order OrderOf(Random random)
    {
        var pieces = new HashSet<int>();
        while (pieces.Count < Lines)
        {
            pieces.Add(random.Next(Herbs));
        }

        return new Order(
            Guid.CreateVersion7(),
            new Owner("I", "330101", "1", 1),
            0,
            null,
            [.. pieces.Select((p, i) => new PrescriptionLine(i + 1, "herb" + p, Weight.FromGrams(10), ""))],
            7,
            $"3301{random.Next(90):00}",
            random.Next(10) == 0,
            Now,
            []
        );
    }
}
