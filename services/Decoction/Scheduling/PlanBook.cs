using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using TcmBrain.Decoction.Deviations;

namespace TcmBrain.Decoction.Scheduling;

/// <summary>
/// The room as it is and its plan, made anew when a job arrives, a step is reported, a vessel breaks or comes back, and as time passes.
/// Kept in memory only: everything it is made from is on record.
/// </summary>
internal sealed class PlanBook(RoomReader reader, RoomSignal signal, TimeProvider time, IOptions<SchedulingSettings> settings)
{
    /// <summary>A step that goes on longer than planned moves what comes after it.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(5);
    private const int Moves = 1_500;

    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    public sealed record Page(RoomState Room, Plan Plan, long Version, DateTimeOffset MadeAt);

    private sealed class Entry
    {
        public readonly SemaphoreSlim Gate = new(1);
        public volatile Page? Page;
    }

    public async Task<Page> ReadAsync(string centreCode, CancellationToken cancellationToken)
    {
        var entry = entries.GetOrAdd(centreCode, _ => new Entry());
        if (Fresh(entry, centreCode) is { } page)
        {
            return page;
        }

        await entry.Gate.WaitAsync(cancellationToken);
        try
        {
            if (Fresh(entry, centreCode) is { } made)
            {
                return made;
            }

            // Read before the room is: what changes meanwhile is seen again.
            var version = signal.WorkVersionOf(centreCode);
            var now = time.GetUtcNow();
            var room = await reader.ReadAsync(centreCode, cancellationToken);
            return entry.Page = new Page(room, PlanOf(room, now), version, now);
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    public DateTimeOffset DueOf(bool urgent, DateTimeOffset checkedAt) =>
        checkedAt + (urgent ? TimeRules.Rush : TimeSpan.FromHours(settings.Value.OrdinaryDueHours));

    private Page? Fresh(Entry entry, string centreCode) =>
        entry.Page is { } page && page.Version == signal.WorkVersionOf(centreCode) && time.GetUtcNow() - page.MadeAt < Stale ? page : null;

    private Plan PlanOf(RoomState room, DateTimeOffset now)
    {
        var jobs = room
            .Waiting.Where(j => j.Holds == 0)
            .Select(j => new PlanJob(
                j.PrescriptionId,
                now,
                DueOf(j.Urgent, j.CheckedAt),
                TimeSpan.FromMinutes(j.Recipe.TotalMinutes),
                j.Recipe.Water?.VesselMillilitres ?? 0,
                j.Urgent
            ))
            .ToList();
        var vessels = room
            .Vessels.Where(v => v.BrokenAt is null && v.Calibrated)
            .Select(v => new PlanVessel(
                v.Name,
                v.CapacityMillilitres,
                v.Job is { } job ? job.ExpectedEnd(now) + Planner.Turnaround
                    : v.Clean ? now
                    : now + Planner.Turnaround
            ))
            .ToList();
        return Planner.Make(jobs, vessels, Moves);
    }
}
