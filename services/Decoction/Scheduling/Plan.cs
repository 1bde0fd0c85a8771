namespace TcmBrain.Decoction.Scheduling;

/// <summary>A prescription that waits for a vessel.</summary>
/// <param name="Ready">Not before.</param>
/// <param name="Due">When its last bag is wanted.</param>
/// <param name="Length">From the first water to the last bag.</param>
/// <param name="Millilitres">The least capacity it needs.</param>
public sealed record PlanJob(Guid Id, DateTimeOffset Ready, DateTimeOffset Due, TimeSpan Length, int Millilitres, bool Urgent);

/// <summary>A vessel that works, and when it is empty and clean.</summary>
public sealed record PlanVessel(string Name, int CapacityMillilitres, DateTimeOffset FreeFrom);

/// <summary>One prescription in one vessel.</summary>
public sealed record PlannedRun(Guid Id, string Vessel, DateTimeOffset Start, DateTimeOffset End, TimeSpan Late);

/// <param name="Unplaceable">No vessel of the room is large enough.</param>
public sealed record Plan(IReadOnlyList<PlannedRun> Runs, IReadOnlyList<Guid> Unplaceable)
{
    public static readonly Plan Empty = new([], []);

    public TimeSpan TotalLateness => TimeSpan.FromTicks(Runs.Sum(r => r.Late.Ticks));

    public int LateUrgent(IEnumerable<PlanJob> jobs)
    {
        var urgent = jobs.Where(j => j.Urgent).Select(j => j.Id).ToHashSet();
        return Runs.Count(r => r.Late > TimeSpan.Zero && urgent.Contains(r.Id));
    }

    /// <summary>When the last one is done; null when there is none.</summary>
    public DateTimeOffset? Ends => Runs.Count == 0 ? null : Runs.Max(r => r.End);
}
