using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Jobs;

namespace TcmBrain.Decoction;

/// <summary>A controller that fell silent in a boil is told of while it is silent, not when the boil ends.</summary>
internal sealed partial class RoomWatch
{
    private async Task WatchGapsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (vesselId, boil) in boils)
        {
            // A broken vessel is held for that already.
            if (
                !boil.Broken
                && boil.Since is { } since
                && GapRules.Decide(since, boil.Gap, now - boil.Step.Lag) is not GapAct.None and var act
            )
            {
                await ActAsync(vesselId, boil, act, since, now, changed, cancellationToken);
            }
        }

        await using (var work = await exchange.BeginAsync(cancellationToken))
        {
            await GapBook.CloseEndedAsync(work, now.Stored(), cancellationToken);
            await work.CommitAsync(cancellationToken);
        }

        foreach (var centre in changed)
        {
            signal.Changed(centre);
        }
    }

    private async Task ActAsync(
        int vesselId,
        Boil boil,
        GapAct act,
        DateTimeOffset since,
        DateTimeOffset now,
        HashSet<string> changed,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var job = await JobStore.LockAsync(work, boil.PrescriptionId, centreCode: null, cancellationToken);
        // It may have ended since it was looked at.
        if (job?.Steps.FirstOrDefault(s => s.Step == boil.Step.Step && s.Attempt == boil.Step.Attempt) is not { FinishedAt: null } step)
        {
            return;
        }

        var from = boil.Gap?.From ?? since;
        if (act == GapAct.Close)
        {
            await GapBook.CloseAsync(work, job, step, vesselId, from, now, cancellationToken);
        }
        else
        {
            await GapBook.NoteAsync(work, job, step, vesselId, from, now.Stored(), cancellationToken);
            if (act == GapAct.Raise)
            {
                await GapBook.RaiseAsync(work, job, step, from, now.Stored(), cancellationToken);
            }
        }

        await JobStore.SaveAsync(work, job, cancellationToken);
        await work.CommitAsync(cancellationToken);
        changed.Add(job.CentreCode);
    }
}
