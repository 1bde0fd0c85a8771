using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.BatchRecords;
using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Vessels;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Steps;

/// <summary>Reports about one job, in one transaction with the events that tell of them.</summary>
internal sealed partial class StepSession(
    Work work,
    Job job,
    Recipe recipe,
    Worker worker,
    DateTimeOffset now,
    RecordBook records,
    RoomSignal signal,
    string companyPrefix
) : IAsyncDisposable
{
    private bool changed;

    public string State => job.State;

    /// <returns>False when this very start was on record already.</returns>
    public async Task<bool> StartAsync(Step step, string? vessel, DateTimeOffset? startedAt, CancellationToken cancellationToken)
    {
        var at = startedAt.Reported("startedAt", now);
        var name = vessel ?? job.Steps.LastOrDefault()?.Vessel ?? throw DecoctionFaults.Missing.Exception("vessel");
        var newRun = job.VesselId is null;
        if (!StepRules.MayStart(job.Steps, step, name, at, moved: newRun))
        {
            return false;
        }

        // Clocks of two rooms may differ as much as a device's from ours.
        if (at < job.CheckedAt - Moment.Tolerance)
        {
            throw DecoctionFaults.BeforeCheck.Exception("startedAt", job.CheckedAt.Text());
        }

        if (step == Step.Packing)
        {
            await RequireJoinedAsync(at, cancellationToken);
            if (job.OpenHolds > 0)
            {
                throw DecoctionFaults.Held.Exception("step", job.OpenHolds);
            }
        }

        var found = await VesselStore.FindAsync(work, job.CentreCode, name, at, cancellationToken);
        if (newRun)
        {
            await VesselStore.OccupyAsync(work, job.PrescriptionId, job.RunNo + 1, found.VesselId, name, at, cancellationToken);
            found.RequireReady(recipe.Water?.VesselMillilitres ?? 0);
            (job.RunNo, job.VesselId) = (job.RunNo + 1, found.VesselId);
        }
        else
        {
            await VesselStore.StillHeldAsync(work, job.PrescriptionId, name, at, cancellationToken);
        }

        await RecordStartAsync(step, found, at, cancellationToken);
        job.State = step switch
        {
            Step.Soaking => JobStates.Soaking,
            Step.Packing => JobStates.Packing,
            _ => JobStates.Decocting,
        };
        changed = true;
        if (step == Step.Soaking)
        {
            work.Publish(
                new DecoctionStarted
                {
                    AggregateId = job.PrescriptionId,
                    Version = job.NextVersion(),
                    OccurredAt = at,
                    InstitutionCode = job.InstitutionCode,
                    RegionCode = job.RegionCode,
                    HisNumber = job.HisNumber,
                    Revision = job.Revision,
                    CentreCode = job.CentreCode,
                    Vessel = name,
                    Operator = worker.Name,
                },
                job.TraceParent
            );
        }

        return true;
    }

    /// <returns>False when this very end was on record already; with the deviations that it brought to light.</returns>
    public async Task<(bool Recorded, IReadOnlyList<Deviation> Deviations)> FinishAsync(
        Step step,
        DateTimeOffset? finishedAt,
        CancellationToken cancellationToken
    )
    {
        var at = finishedAt.Reported("finishedAt", now);
        if (!StepRules.MayFinish(recipe, job.Steps, step, at))
        {
            return (false, []);
        }

        var index = job.Steps.FindIndex(s => s.Step == step);
        var finished = job.Steps[index] = job.Steps[index] with { FinishedAt = at };
        await VesselStore.StillHeldAsync(work, job.PrescriptionId, finished.Vessel, at, cancellationToken);
        await RecordEndAsync(finished, at, cancellationToken);
        changed = true;
        work.Publish(
            new StepCompleted
            {
                AggregateId = job.PrescriptionId,
                Version = job.NextVersion(),
                OccurredAt = at,
                InstitutionCode = job.InstitutionCode,
                RegionCode = job.RegionCode,
                HisNumber = job.HisNumber,
                Revision = job.Revision,
                CentreCode = job.CentreCode,
                Step = step.Name(),
                StartedAt = finished.StartedAt,
                FinishedAt = at,
                Vessel = finished.Vessel,
                Operator = worker.Name,
                TargetMinutes = recipe.TargetOf(step),
                MeanCenticelsius = step.IsBoil() ? await CurveCheck.MeanAsync(work, job, finished, cancellationToken) : null,
            },
            job.TraceParent
        );
        var deviations = await RaiseAsync(finished, at, cancellationToken);
        if (step == Step.Packing)
        {
            await PackAsync(finished, at, cancellationToken);
        }

        return (true, deviations);
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (changed)
        {
            await JobStore.SaveAsync(work, job, cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        if (changed)
        {
            signal.Changed(job.CentreCode);
        }
    }

    public ValueTask DisposeAsync() => work.DisposeAsync();

    private async Task RecordStartAsync(Step step, UsableVessel vessel, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var insert = work.Command(
            """
            insert into decoction.step (prescription_id, step, attempt, run_no, vessel_id, started_at, started_by, started_name, recorded_at)
            select $1, $2, coalesce(max(attempt), 0) + 1, $3, $4, $5, $6, $7, $8
            from decoction.step where prescription_id = $1 and step = $2 returning attempt
            """,
            job.PrescriptionId,
            step.Name(),
            job.RunNo,
            vessel.VesselId,
            at,
            worker.Id,
            worker.Name,
            now
        );
        var attempt = (int)(await insert.ExecuteScalarAsync(cancellationToken))!;
        job.Steps.Add(
            new StepRecord(step, vessel.Name, at, null)
            {
                Attempt = attempt,
                RunNo = job.RunNo,
                RecordedAt = now,
            }
        );
        if (step == Step.FirstBoil)
        {
            foreach (var handling in job.Actions.Keys.Where(h => h != Joining.Apart).ToList())
            {
                job.Actions.Remove(handling);
            }
        }
    }

    private async Task RecordEndAsync(StepRecord finished, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var update = work.Command(
            """
            update decoction.step set finished_at = $3, finished_by = $4, finished_name = $5
            where prescription_id = $1 and step = $2 and superseded_by is null
            """,
            job.PrescriptionId,
            finished.Step.Name(),
            at,
            worker.Id,
            worker.Name
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<Deviation>> RaiseAsync(StepRecord finished, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var found = StepRules
            .Deviations(recipe, job.Steps, finished)
            .Concat(TimeRules.Ended(recipe, finished, job.Actions))
            .Concat(
                finished.Step.IsBoil() ? await CurveCheck.OfAsync(work, job, recipe, finished, at, whole: true, cancellationToken) : []
            );
        var raised = new List<Deviation>();
        foreach (var deviation in found)
        {
            // One silence, one deviation.
            if (deviation.RuleId == GapRules.Missing && await GapBook.RaisedAsync(work, job, finished, cancellationToken))
            {
                continue;
            }

            if (await DeviationStore.RaiseAsync(work, job, deviation, at, holds: true, cancellationToken))
            {
                raised.Add(deviation);
            }
        }

        // It is late already: nobody gains from holding it.
        if (finished.Step == Step.Packing && TimeRules.RushLate(job.Urgent, job.CheckedAt, at) is { } late)
        {
            await DeviationStore.RaiseAsync(work, job, late, at, holds: false, cancellationToken);
            raised.Add(late);
        }

        return raised;
    }

    /// <summary>The vessel is free, the bags have their serials, the parcel waits for the courier, the record is closed.</summary>
    private async Task PackAsync(StepRecord packing, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await VesselStore.FreeAsync(work, job.PrescriptionId, "packed", at, cancellationToken);
        var serials = await BagStore.AddAsync(work, job.PrescriptionId, recipe.Bags, cancellationToken);
        await ParcelStore.AddAsync(work, job.PrescriptionId, companyPrefix, at, cancellationToken);
        job.State = JobStates.Packed;
        work.Publish(
            new DecoctionCompleted
            {
                AggregateId = job.PrescriptionId,
                Version = job.NextVersion(),
                OccurredAt = at,
                InstitutionCode = job.InstitutionCode,
                RegionCode = job.RegionCode,
                HisNumber = job.HisNumber,
                Revision = job.Revision,
                CentreCode = job.CentreCode,
                Vessel = packing.Vessel,
                Operator = worker.Name,
                BagSerials = serials,
                MillilitresPerBag = recipe.MillilitresPerBag,
                PublicCode = await BagStore.PublicCodeAsync(work, job.PrescriptionId, cancellationToken),
                CheckedAt = job.CheckedAt,
                Urgent = job.Urgent,
            },
            job.TraceParent
        );
        await records.CloseAsync(work, job, cancellationToken);
    }
}
