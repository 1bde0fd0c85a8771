namespace TcmBrain.Decoction.Scheduling;

/// <summary>
/// Which prescription goes into which vessel, and when (排程). Urgent ones weigh twenty times; then lateness in total, then the end of the
/// day. Pure and repeatable: the same room gives the same plan. Several orders known to be good are tried, then the best is improved by
/// moving single prescriptions, late ones first.
/// </summary>
public static class Planner
{
    /// <summary>Emptying, cleaning and filling again.</summary>
    public static readonly TimeSpan Turnaround = TimeSpan.FromMinutes(10);

    /// <param name="moves">How many changes are tried.</param>
    public static Plan Make(IReadOnlyList<PlanJob> jobs, IReadOnlyList<PlanVessel> vessels, int moves = 6_000)
    {
        var room = new VesselRoom(jobs, vessels, Turnaround);
        if (room.Jobs.Length == 0)
        {
            return Plan.Empty with { Unplaceable = room.Unplaceable };
        }

        int[][] starts =
        [
            Order(room, j => room.Due[j]),
            Order(room, j => room.Due[j] - room.Length[j]),
            Order(room, j => room.Ready[j]),
            Order(room, j => Math.Max(room.Ready[j], room.Due[j] - (3 * room.Length[j]))),
            Order(room, j => room.Ready[j] + room.Length[j]),
            Dispatching.Order(room, (job, now) => Dispatching.ModifiedDue(room, job, now)),
            .. ((double[])[1_800, 5_400, 14_400]).Select(horizon =>
                Dispatching.Order(room, (job, now) => Dispatching.LatenessCost(room, job, now, horizon))
            ),
        ];
        var best = starts.MinBy(o => room.Cost(o))!;
        Improve(room, best, moves);
        return PlanOf(room, best);
    }

    /// <summary>As they came, each into the first vessel that is large enough and free: what the plan is compared with.</summary>
    public static Plan FirstComeFirstServed(IReadOnlyList<PlanJob> jobs, IReadOnlyList<PlanVessel> vessels)
    {
        var room = new VesselRoom(jobs, vessels, Turnaround);
        return PlanOf(room, [.. Enumerable.Range(0, room.Jobs.Length).OrderBy(j => room.Ready[j])]) with { Unplaceable = room.Unplaceable };
    }

    private static int[] Order(VesselRoom room, Func<int, long> by) =>
        [.. Enumerable.Range(0, room.Jobs.Length).OrderByDescending(j => room.Jobs[j].Urgent).ThenBy(by).ThenBy(j => room.Jobs[j].Id)];

    /// <summary>Threshold accepting: what is a little worse is kept at first, nothing worse at the end; the best ever seen is the answer.</summary>
    private static void Improve(VesselRoom room, int[] best, int moves)
    {
        if (best.Length < 2)
        {
            return;
        }

        var random = new Random(best.Length);
        var current = best.ToArray();
        var cost = room.Cost(current);
        var bestCost = cost;
        var trial = new int[best.Length];
        for (var move = 0; move < moves; move++)
        {
            current.CopyTo(trial, 0);
            var from = random.Next(trial.Length);
            var reach = 1 + (trial.Length * (moves - move) / (2 * moves));
            var to = Math.Clamp(from + random.Next(-reach, reach + 1), 0, trial.Length - 1);
            if (random.Next(2) == 0)
            {
                (trial[from], trial[to]) = (trial[to], trial[from]);
            }
            else
            {
                Shift(trial, from, to);
            }

            var found = room.Cost(trial);
            var allowance = bestCost * 0.002 * (moves - move) / moves;
            if (found > cost + allowance)
            {
                continue;
            }

            (current, trial, cost) = (trial, current, found);
            if (found < bestCost)
            {
                bestCost = found;
                current.CopyTo(best, 0);
            }
        }
    }

    private static void Shift(int[] order, int from, int to)
    {
        var job = order[from];
        if (from < to)
        {
            Array.Copy(order, from + 1, order, from, to - from);
        }
        else
        {
            Array.Copy(order, to, order, to + 1, from - to);
        }

        order[to] = job;
    }

    private static Plan PlanOf(VesselRoom room, int[] order)
    {
        var place = new (int Vessel, long Start)[order.Length];
        room.Cost(order, place);
        var runs = new PlannedRun[order.Length];
        for (var j = 0; j < order.Length; j++)
        {
            var start = room.Origin.AddSeconds(place[j].Start);
            var end = start + room.Jobs[j].Length;
            var late = end - room.Jobs[j].Due;
            runs[j] = new(room.Jobs[j].Id, room.Vessels[place[j].Vessel].Name, start, end, late > TimeSpan.Zero ? late : TimeSpan.Zero);
        }

        return new Plan([.. runs.OrderBy(r => r.Start).ThenBy(r => r.Vessel, StringComparer.Ordinal)], room.Unplaceable);
    }
}
