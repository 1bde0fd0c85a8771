namespace TcmBrain.Decoction.Scheduling;

/// <summary>
/// What no plan can beat (下界). The room is relaxed to one vessel that works at a rate of as many vessels as are free, may interrupt and
/// takes any size. Makespan: when all work could be done so, or the longest a prescription needs alone. Lateness: shortest remaining work
/// first makes the k-th end as early as it can be, for every k; set against the k-th earliest due time. Or each alone in an empty room,
/// where that is more.
/// </summary>
public static class LowerBound
{
    public static DateTimeOffset Ends(IReadOnlyList<PlanJob> jobs, IReadOnlyList<PlanVessel> vessels)
    {
        var alone = jobs.Max(j => Alone(j, vessels));
        var pooled = PooledEnds(jobs, vessels)[^1];
        return alone > pooled ? alone : pooled;
    }

    public static TimeSpan Lateness(IReadOnlyList<PlanJob> jobs, IReadOnlyList<PlanVessel> vessels)
    {
        var alone = jobs.Sum(j => Math.Max(0, (Alone(j, vessels) - j.Due).Ticks));
        var due = jobs.Select(j => j.Due).Order();
        var pooled = PooledEnds(jobs, vessels).Zip(due, (end, by) => Math.Max(0, (end - by).Ticks)).Sum();
        return TimeSpan.FromTicks(Math.Max(alone, pooled));
    }

    private static DateTimeOffset Alone(PlanJob job, IReadOnlyList<PlanVessel> vessels)
    {
        var free = vessels.Where(v => v.CapacityMillilitres >= job.Millilitres).Min(v => v.FreeFrom);
        return (job.Ready > free ? job.Ready : free) + job.Length;
    }

    /// <summary>The earliest k-th end, for every k; each job is followed by its turnaround, which comes after its end.</summary>
    private static List<DateTimeOffset> PooledEnds(IReadOnlyList<PlanJob> jobs, IReadOnlyList<PlanVessel> vessels)
    {
        var arrivals = new Queue<PlanJob>(jobs.OrderBy(j => j.Ready));
        var opening = new Queue<DateTimeOffset>(vessels.Select(v => v.FreeFrom).Order());
        var open = new PriorityQueue<double, double>();
        var ends = new List<DateTimeOffset>(jobs.Count);
        var now = arrivals.Peek().Ready;
        var rate = 0;
        while (ends.Count < jobs.Count)
        {
            while (arrivals.Count > 0 && arrivals.Peek().Ready <= now)
            {
                double work = (arrivals.Dequeue().Length + Planner.Turnaround).Ticks;
                open.Enqueue(work, work);
            }

            while (opening.Count > 0 && opening.Peek() <= now)
            {
                opening.Dequeue();
                rate++;
            }

            var next = DateTimeOffset.MaxValue;
            if (arrivals.Count > 0)
            {
                next = arrivals.Peek().Ready;
            }

            if (opening.Count > 0 && opening.Peek() < next)
            {
                next = opening.Peek();
            }

            if (open.Count == 0 || rate == 0)
            {
                now = next;
                continue;
            }

            var left = open.Dequeue();
            // Rounded down: a bound may be too low, never too high.
            var done = now.AddTicks((long)Math.Floor(left / rate));
            if (done <= next)
            {
                ends.Add(done - Planner.Turnaround);
                now = done;
            }
            else
            {
                left -= (double)(next - now).Ticks * rate;
                open.Enqueue(left, left);
                now = next;
            }
        }

        return ends;
    }
}
