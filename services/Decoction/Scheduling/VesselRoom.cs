namespace TcmBrain.Decoction.Scheduling;

/// <summary>Jobs and vessels as arrays of seconds, for the thousands of orders that the planner tries.</summary>
internal sealed class VesselRoom
{
    private const long UrgentWeight = 20;
    private readonly long[] free;
    private readonly long[] initial;
    private readonly int[] capacity;

    public VesselRoom(IReadOnlyList<PlanJob> jobs, IReadOnlyList<PlanVessel> vessels, TimeSpan turnaround)
    {
        // The smallest first: what fits a small vessel leaves the large ones to what needs them.
        Vessels = [.. vessels.OrderBy(v => v.CapacityMillilitres).ThenBy(v => v.Name, StringComparer.Ordinal)];
        capacity = [.. Vessels.Select(v => v.CapacityMillilitres)];
        Jobs = [.. jobs.Where(j => capacity.Length > 0 && j.Millilitres <= capacity[^1])];
        Unplaceable = [.. jobs.Except(Jobs).Select(j => j.Id)];
        Origin = Jobs.Select(j => j.Ready).Concat(Vessels.Select(v => v.FreeFrom)).DefaultIfEmpty(DateTimeOffset.UnixEpoch).Min();
        initial = [.. Vessels.Select(v => Seconds(v.FreeFrom))];
        free = new long[initial.Length];
        Turnaround = (long)turnaround.TotalSeconds;
        Ready = [.. Jobs.Select(j => Seconds(j.Ready))];
        Due = [.. Jobs.Select(j => Seconds(j.Due))];
        Length = [.. Jobs.Select(j => (long)Math.Ceiling(j.Length.TotalSeconds))];
        Weight = [.. Jobs.Select(j => j.Urgent ? UrgentWeight : 1)];
        // From this vessel on they are large enough.
        First = [.. Jobs.Select(j => Array.FindIndex(capacity, c => c >= j.Millilitres))];
    }

    public PlanJob[] Jobs { get; }

    public PlanVessel[] Vessels { get; }

    public IReadOnlyList<Guid> Unplaceable { get; }

    public DateTimeOffset Origin { get; }

    public long Turnaround { get; }

    public long[] Ready { get; }

    public long[] Due { get; }

    public long[] Length { get; }

    public long[] Weight { get; }

    public int[] First { get; }

    public IReadOnlyList<long> InitiallyFree => initial;

    /// <summary>
    /// Puts the jobs, in that order, each into the large enough vessel in which it starts first. Weighted lateness in seconds, then the sum
    /// of ends in hours as what breaks ties.
    /// </summary>
    /// <param name="place">Of each job: its vessel and start; left alone when null.</param>
    public double Cost(ReadOnlySpan<int> order, Span<(int Vessel, long Start)> place = default)
    {
        initial.CopyTo(free, 0);
        long late = 0;
        long last = 0;
        long ends = 0;
        foreach (var job in order)
        {
            var ready = Ready[job];
            var (best, start) = (First[job], long.MaxValue);
            long bestFree = 0;
            for (var v = First[job]; v < free.Length; v++)
            {
                var at = free[v] > ready ? free[v] : ready;
                // Of two that start alike the one that stood empty for the shorter time.
                if (at < start || (at == start && free[v] > bestFree && capacity[v] == capacity[best]))
                {
                    (best, start, bestFree) = (v, at, free[v]);
                }
            }

            var end = start + Length[job];
            free[best] = end + Turnaround;
            late += Weight[job] * Math.Max(0, end - Due[job]);
            last = Math.Max(last, end);
            ends += end;
            if (!place.IsEmpty)
            {
                place[job] = (best, start);
            }
        }

        return late + (last / 100.0) + (ends / 1_000_000.0);
    }

    private long Seconds(DateTimeOffset time) => (long)Math.Ceiling((time - Origin).TotalSeconds);
}
