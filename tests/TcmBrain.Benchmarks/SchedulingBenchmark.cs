using System.Diagnostics;
using TcmBrain.Decoction.Scheduling;

namespace TcmBrain.Benchmarks;

/// <summary>
/// A busy day of a decoction room planned at once: prescriptions that come over eight hours, one in twelve urgent, beside first come first
/// served and beside a lower bound (the larger of each alone in an empty room, and the pooled room; see LowerBound).
/// </summary>
internal sealed class SchedulingBenchmark(int prescriptions, int vessels, int rounds)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<Figure> Run()
    {
        var (seconds, late, ends) = (new List<double>(), new List<double>(), new List<double>());
        var (lateFirst, endsFirst, lateBound, endsBound) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var urgentLate = 0;
        for (var round = 0; round < rounds; round++)
        {
            var (jobs, room) = Day(new Random(round));
            var clock = Stopwatch.StartNew();
            var plan = Planner.Make(jobs, room);
            seconds.Add(clock.Elapsed.TotalSeconds);
            var first = Planner.FirstComeFirstServed(jobs, room);
            late.Add(plan.TotalLateness.TotalMinutes / jobs.Count);
            lateFirst.Add(first.TotalLateness.TotalMinutes / jobs.Count);
            lateBound.Add(LowerBound.Lateness(jobs, room).TotalMinutes / jobs.Count);
            ends.Add((plan.Ends!.Value - Start).TotalMinutes);
            endsFirst.Add((first.Ends!.Value - Start).TotalMinutes);
            endsBound.Add((LowerBound.Ends(jobs, room) - Start).TotalMinutes);
            urgentLate += plan.LateUrgent(jobs);
        }

        var (m, mf, mb) = (Statistics.Median(late), Statistics.Median(lateFirst), Statistics.Median(lateBound));
        var (e, ef, eb) = (Statistics.Median(ends), Statistics.Median(endsFirst), Statistics.Median(endsBound));
        return
        [
            new("decoction.plan_seconds", Statistics.Median(seconds), "s"),
            new("decoction.plan_lateness", m, "min/job", "first come first served", m / mf),
            new("decoction.plan_lateness_bound", mb, "min/job", mb > 0 ? "plan / bound" : null, mb > 0 ? m / mb : null),
            new("decoction.plan_makespan", e, "min", "first come first served", e / ef),
            new("decoction.plan_makespan_bound", eb, "min", "plan / bound", e / eb),
            new("decoction.plan_urgent_late", (double)urgentLate / rounds, "jobs"),
        ];
    }

    private (List<PlanJob> Jobs, List<PlanVessel> Vessels) Day(Random random)
    {
        var room = Enumerable
            .Range(1, vessels)
            .Select(i => new PlanVessel($"V{i:D2}", i % 6 == 0 ? 40_000 : 20_000, Start.AddMinutes(random.Next(0, 40))))
            .ToList();
        var jobs = Enumerable.Range(0, prescriptions).Select(_ => Job(random)).ToList();
        return (jobs, room);
    }

    private static PlanJob Job(Random random)
    {
        var urgent = random.Next(12) == 0;
        var boil = random.Next(3) switch
        {
            0 => 18 + 13,
            1 => 25 + 20,
            _ => 50 + 45,
        };
        var length = TimeSpan.FromMinutes((urgent ? 30 : 35) + (urgent ? 45 : boil + (random.Next(5) == 0 ? 15 : 0)) + 10);
        var ready = Start.AddMinutes(random.Next(0, 480));
        return new PlanJob(
            new Guid(random.Next(), 0, 0, BitConverter.GetBytes(random.NextInt64())),
            ready,
            ready + (urgent ? TimeSpan.FromMinutes(120) : TimeSpan.FromMinutes(random.Next(180, 600))),
            length,
            random.Next(10) == 0 ? random.Next(20_000, 36_000) : random.Next(3_000, 18_000),
            urgent
        );
    }
}
