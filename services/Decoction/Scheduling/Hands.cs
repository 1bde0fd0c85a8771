using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Json;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;

namespace TcmBrain.Decoction.Scheduling;

/// <summary>What a hand is needed for.</summary>
[KebabCaseEnum]
internal enum HandKind
{
    /// <summary>A deviation waits for a named person.</summary>
    Decide,

    /// <summary>The planned prescription goes into its vessel.</summary>
    StartSoaking,
    EndSoaking,
    StartFirstBoil,

    /// <summary>What is boiled first had its time: the rest goes in.</summary>
    AddRest,

    /// <summary>后下.</summary>
    AddLate,

    /// <summary>另煎: its own pot goes on the fire.</summary>
    StartApart,
    EndApart,

    /// <summary>烊化: into the strained liquid, before packing.</summary>
    MeltIn,

    /// <summary>The boil has no reading any more: the probe, the controller or its line.</summary>
    CheckProbe,
    EndFirstBoil,
    StartSecondBoil,
    EndSecondBoil,
    StartPacking,
    EndPacking,
    Clean,
    Calibrate,
    Repair,
}

/// <param name="DueAt">When it is due by the recipe or the plan.</param>
/// <param name="Handling">The recipe's word for what is added; it is reported with it.</param>
/// <param name="LatestAt">After that it is a deviation; null where no limit is.</param>
internal sealed record Hand(
    [property: KebabCaseEnum] HandKind Kind,
    string? Vessel,
    Guid? PrescriptionId,
    string? HisNumber,
    bool Urgent,
    DateTimeOffset DueAt,
    DateTimeOffset? LatestAt,
    IReadOnlyList<string> Pieces,
    string? Handling = null
);

/// <summary>What needs a hand now or within minutes, the most pressing first (待办). Pure.</summary>
internal static class Hands
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(3);

    public static IReadOnlyList<Hand> Of(RoomState room, Plan plan, DateTimeOffset now) =>
        [
            .. room
                .Vessels.SelectMany(v => OfVessel(v, now))
                .Concat(Starts(room, plan, now))
                .Where(h => h.DueAt <= now + Ahead)
                .OrderBy(h => h.LatestAt is { } latest && latest < now ? 0 : 1)
                .ThenByDescending(h => h.Urgent)
                .ThenBy(h => h.DueAt),
        ];

    private static IEnumerable<Hand> OfVessel(VesselNow vessel, DateTimeOffset now)
    {
        if (vessel.Job is { } job)
        {
            return vessel.BrokenAt is { } broken ? [Of(HandKind.Decide, vessel, job, broken, null)] : OfJob(vessel, job, now);
        }

        if (vessel.BrokenAt is { } since)
        {
            return [new(HandKind.Repair, vessel.Name, null, null, false, since, null, [])];
        }

        return !vessel.Clean ? [new(HandKind.Clean, vessel.Name, null, null, false, now, null, [])]
            : !vessel.Calibrated ? [new(HandKind.Calibrate, vessel.Name, null, null, false, now, null, [])]
            : [];
    }

    private static IEnumerable<Hand> OfJob(VesselNow vessel, JobNow job, DateTimeOffset now)
    {
        if (job.Holds > 0)
        {
            yield return Of(HandKind.Decide, vessel, job, now, null);
        }

        if (job.SilentSince is { } silent)
        {
            yield return Of(HandKind.CheckProbe, vessel, job, silent + CurveRules.NotedGap, silent + CurveRules.LongGap);
        }

        var missing = job.Steps.Count == 0 ? [] : Joining.Missing(job.Recipe, job.Settled);
        foreach (var moment in missing)
        {
            if (OfJoining(moment, vessel, job, now) is { } hand)
            {
                yield return hand;
            }
        }

        if (job.Running is not { } step)
        {
            var kind = job.Next switch
            {
                Step.Soaking => HandKind.StartSoaking,
                Step.FirstBoil => HandKind.StartFirstBoil,
                Step.SecondBoil => HandKind.StartSecondBoil,
                _ => HandKind.StartPacking,
            };
            if (kind != HandKind.StartPacking || (job.Holds == 0 && missing.Count == 0))
            {
                yield return Of(kind, vessel, job, job.Steps.Count == 0 ? now : job.Steps[^1].FinishedAt ?? now, null);
            }

            yield break;
        }

        if (step.Step == Step.FirstBoil)
        {
            foreach (var moment in job.Recipe.Moments.Where(m => !job.Settled.Contains(m.Handling)))
            {
                if (moment.Handling is Timeline.Late or Timeline.TheRest && moment.Minute is { } minute)
                {
                    yield return Of(
                        moment.Handling == Timeline.Late ? HandKind.AddLate : HandKind.AddRest,
                        vessel,
                        job,
                        step.StartedAt.AddMinutes(minute),
                        moment.MustConfirm ? step.StartedAt.AddMinutes(job.TargetOf(step.Step) - (moment.Limit?.Minimum ?? 0)) : null
                    ) with
                    {
                        Pieces = moment.Pieces,
                        Handling = moment.Handling,
                    };
                }
            }
        }

        var most = step.Step switch
        {
            Step.FirstBoil => job.Recipe.FirstBoil.Maximum,
            Step.SecondBoil => job.Recipe.SecondBoil.Maximum,
            _ => null,
        };
        yield return Of(
            step.Step switch
            {
                Step.Soaking => HandKind.EndSoaking,
                Step.FirstBoil => HandKind.EndFirstBoil,
                Step.SecondBoil => HandKind.EndSecondBoil,
                _ => HandKind.EndPacking,
            },
            vessel,
            job,
            step.StartedAt.AddMinutes(job.TargetOf(step.Step)),
            most is { } minutes ? step.StartedAt.AddMinutes(minutes) : null
        );
    }

    /// <summary>Beside the pot: what takes two hours begins with the soaking, or the bags wait for it.</summary>
    private static Hand? OfJoining(RecipeMoment moment, VesselNow vessel, JobNow job, DateTimeOffset now)
    {
        if (moment.Handling != Joining.Apart && job.Next != Step.Packing)
        {
            return null;
        }

        var (kind, due) =
            moment.Handling != Joining.Apart ? (HandKind.MeltIn, job.Steps[^1].FinishedAt ?? now)
            : job.ApartSince is { } since ? (HandKind.EndApart, since.AddMinutes(moment.Limit?.Target ?? 0))
            : (HandKind.StartApart, job.Steps[0].StartedAt);
        return Of(kind, vessel, job, due, null) with { Pieces = moment.Pieces, Handling = moment.Handling };
    }

    private static IEnumerable<Hand> Starts(RoomState room, Plan plan, DateTimeOffset now)
    {
        var waiting = room.Waiting.ToDictionary(j => j.PrescriptionId);
        foreach (var held in room.Waiting.Where(j => j.Holds > 0))
        {
            yield return new(HandKind.Decide, null, held.PrescriptionId, held.HisNumber, held.Urgent, now, null, []);
        }

        // One for each vessel: the next is not yet to be carried there.
        foreach (var run in plan.Runs.GroupBy(r => r.Vessel).Select(g => g.MinBy(r => r.Start)!))
        {
            var vessel = room.Vessels.First(v => v.Name == run.Vessel);
            if (vessel.Job is null && vessel.Clean && waiting.TryGetValue(run.Id, out var job))
            {
                yield return new(HandKind.StartSoaking, run.Vessel, job.PrescriptionId, job.HisNumber, job.Urgent, run.Start, null, []);
            }
        }
    }

    private static Hand Of(HandKind kind, VesselNow vessel, JobNow job, DateTimeOffset due, DateTimeOffset? latest) =>
        new(kind, vessel.Name, job.PrescriptionId, job.HisNumber, job.Urgent, due, latest, []);
}
