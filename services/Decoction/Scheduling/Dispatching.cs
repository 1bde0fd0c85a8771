namespace TcmBrain.Decoction.Scheduling;

/// <summary>
/// Orders made as a foreman would: whenever a vessel comes free, the ready prescription that presses most goes in. What presses is a rule
/// known from scheduling: the modified due date (the later of due and the earliest it could end), or apparent lateness cost.
/// </summary>
internal static class Dispatching
{
    /// <summary>Modified due date: near what is best for total lateness when much is late already.</summary>
    public static double ModifiedDue(VesselRoom room, int job, long now) => Math.Max(room.Due[job], now + room.Length[job]);

    /// <summary>Apparent lateness cost: short ones first among those whose slack runs out within <paramref name="horizon"/>.</summary>
    public static double LatenessCost(VesselRoom room, int job, long now, double horizon)
    {
        var slack = Math.Max(0, room.Due[job] - room.Length[job] - now);
        return -(room.Weight[job] / (double)room.Length[job] * Math.Exp(-slack / horizon));
    }

    /// <param name="presses">The smallest goes first; urgent ones before all others.</param>
    public static int[] Order(VesselRoom room, Func<int, long, double> presses)
    {
        var order = new List<int>(room.Jobs.Length);
        var waiting = Enumerable.Range(0, room.Jobs.Length).ToList();
        var free = new PriorityQueue<int, (long At, int Vessel)>();
        for (var v = 0; v < room.InitiallyFree.Count; v++)
        {
            free.Enqueue(v, (room.InitiallyFree[v], v));
        }

        while (waiting.Count > 0 && free.TryDequeue(out var vessel, out var key))
        {
            var (at, chosen, best) = (key.At, -1, (Urgent: true, Value: double.MaxValue));
            var next = long.MaxValue;
            foreach (var job in waiting)
            {
                if (room.First[job] > vessel)
                {
                    continue;
                }

                if (room.Ready[job] > at)
                {
                    next = Math.Min(next, room.Ready[job]);
                    continue;
                }

                var value = (Urgent: !room.Jobs[job].Urgent, presses(job, at));
                if (chosen < 0 || value.CompareTo(best) < 0)
                {
                    (chosen, best) = (job, value);
                }
            }

            if (chosen >= 0)
            {
                order.Add(chosen);
                waiting.Remove(chosen);
                free.Enqueue(vessel, (at + room.Length[chosen] + room.Turnaround, vessel));
            }
            else if (next < long.MaxValue)
            {
                free.Enqueue(vessel, (next, vessel));
            }
        }

        return [.. order];
    }
}
