using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;

namespace TcmBrain.Decoction.Scheduling;

/// <summary>A vessel as it is now, with what is in it.</summary>
internal sealed record VesselNow(
    int VesselId,
    string Name,
    string Kind,
    int CapacityMillilitres,
    bool Instrumented,
    DateTimeOffset? BrokenAt,
    bool Clean,
    bool Calibrated,
    JobNow? Job
);

/// <summary>A job that has begun and is not packed yet.</summary>
/// <param name="Settled">Handlings that are done or were let go by a named person.</param>
/// <param name="Holds">Deviations it waits for.</param>
/// <param name="ApartSince">Since when its pieces are decocted apart (另煎); null: not begun, or done.</param>
/// <param name="SilentSince">Since when its boil has no reading; null: it has.</param>
internal sealed record JobNow(
    Guid PrescriptionId,
    string HisNumber,
    bool Urgent,
    int Doses,
    DateTimeOffset CheckedAt,
    Recipe Recipe,
    IReadOnlyList<StepRecord> Steps,
    IReadOnlySet<string> Settled,
    int Holds,
    DateTimeOffset? ApartSince = null,
    DateTimeOffset? SilentSince = null
)
{
    public StepRecord? Running => Steps.LastOrDefault(s => s.FinishedAt is null);

    /// <summary>What comes after what is done; null when packing has ended.</summary>
    public Step? Next =>
        Running is not null ? null
        : Steps.Count == 0 ? Step.Soaking
        : Steps[^1].Step < Step.Packing ? Steps[^1].Step + 1
        : null;

    /// <summary>When it is out of its vessel when everything keeps to its target from now on.</summary>
    public DateTimeOffset ExpectedEnd(DateTimeOffset now)
    {
        var from = now;
        var next = Next ?? Step.Packing + 1;
        if (Running is { } running)
        {
            var target = running.StartedAt.AddMinutes(TargetOf(running.Step));
            from = target > now ? target : now;
            next = running.Step + 1;
        }

        for (var step = next; step <= Step.Packing; step++)
        {
            // The bags wait for what is decocted apart.
            from = (step == Step.Packing && ApartEnd(now) is { } apart && apart > from ? apart : from).AddMinutes(TargetOf(step));
        }

        return from;
    }

    /// <summary>When what is decocted apart will be ready; null when nothing is, or it is done.</summary>
    private DateTimeOffset? ApartEnd(DateTimeOffset now) =>
        Joining.Missing(Recipe, Settled).FirstOrDefault(m => m.Handling == Joining.Apart) is { } moment
            ? (ApartSince ?? now).AddMinutes(moment.Limit?.Target ?? 0)
            : null;

    public int TargetOf(Step step) =>
        step switch
        {
            Step.Soaking => Recipe.Soak.Target,
            Step.FirstBoil => Recipe.FirstBoil.Target,
            Step.SecondBoil => Recipe.SecondBoil.Target,
            _ => Recipe.PackingMinutes,
        };
}

/// <summary>A job that waits for a vessel, or for another after its first broke.</summary>
internal sealed record JobWaiting(
    Guid PrescriptionId,
    string HisNumber,
    bool Urgent,
    int Doses,
    DateTimeOffset CheckedAt,
    Recipe Recipe,
    int Holds
);

/// <summary>One centre's room at one moment.</summary>
internal sealed record RoomState(string CentreCode, IReadOnlyList<VesselNow> Vessels, IReadOnlyList<JobWaiting> Waiting);
