using Microsoft.Extensions.Options;
using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Parcels;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Vessels;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Steps;

/// <summary>Opens a job for reports.</summary>
internal sealed class StepReporting(EventExchange exchange, TimeProvider time, IOptions<Gs1Settings> gs1)
{
    /// <summary>The job is locked until the session is disposed; nothing is kept unless it is committed.</summary>
    /// <exception cref="ServiceDefaults.Faults.FaultException">No such job at the worker's centre, or the patient decocts.</exception>
    public async Task<StepSession> OpenAsync(Guid prescriptionId, Worker worker, CancellationToken cancellationToken)
    {
        var work = await exchange.BeginAsync(cancellationToken);
        try
        {
            var job =
                await JobStore.LockAsync(work, prescriptionId, worker.CentreCode, cancellationToken)
                ?? throw DecoctionFaults.JobNotFound.Exception("prescriptionId");
            var recipe = job.Recipe ?? throw DecoctionFaults.NotDecocted.Exception("prescriptionId");
            return new StepSession(work, job, recipe, worker, time.GetUtcNow(), gs1.Value.CompanyPrefix);
        }
        catch
        {
            await work.DisposeAsync();
            throw;
        }
    }
}

/// <summary>Reports about one job, in one transaction with the events that tell of them.</summary>
internal sealed class StepSession(Work work, Job job, Recipe recipe, Worker worker, DateTimeOffset now, string companyPrefix)
    : IAsyncDisposable
{
    private bool changed;

    public string State => job.State;

    /// <returns>False when this very start was on record already.</returns>
    public async Task<bool> StartAsync(Step step, string? vessel, DateTimeOffset? startedAt, CancellationToken cancellationToken)
    {
        var at = startedAt.Reported("startedAt", now);
        var name = vessel ?? job.Steps.FirstOrDefault()?.Vessel ?? throw DecoctionFaults.Missing.Exception("vessel");
        if (!StepRules.MayStart(job.Steps, step, name, at))
        {
            return false;
        }

        // Clocks of two rooms may differ as much as a device's from ours.
        if (at < job.CheckedAt - Moment.Tolerance)
        {
            throw DecoctionFaults.BeforeCheck.Exception("startedAt", job.CheckedAt.Text());
        }

        var vesselId = await VesselStore.IdAsync(work, job.CentreCode, name, cancellationToken);
        if (step == Step.Soaking)
        {
            await VesselStore.OccupyAsync(work, job.PrescriptionId, vesselId, name, at, cancellationToken);
        }
        else
        {
            await VesselStore.StillHeldAsync(work, job.PrescriptionId, name, at, cancellationToken);
        }

        await using var insert = work.Command(
            "insert into decoction.step (prescription_id, step, vessel_id, started_at, started_by, started_name) values ($1, $2, $3, $4, $5, $6)",
            job.PrescriptionId,
            step.Name(),
            vesselId,
            at,
            worker.Id,
            worker.Name
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
        job.Steps.Add(new StepRecord(step, name, at, null));
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
        await using var update = work.Command(
            """
            update decoction.step set finished_at = $3, finished_by = $4, finished_name = $5
            where prescription_id = $1 and step = $2
            """,
            job.PrescriptionId,
            step.Name(),
            at,
            worker.Id,
            worker.Name
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
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
            },
            job.TraceParent
        );
        var deviations = StepRules.Deviations(recipe, job.Steps, finished).ToList();
        foreach (var deviation in deviations)
        {
            await TellAsync(deviation, at, cancellationToken);
        }

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
    }

    public ValueTask DisposeAsync() => work.DisposeAsync();

    private async Task TellAsync(Deviation deviation, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var insert = work.Command(
            """
            insert into decoction.deviation (deviation_id, prescription_id, step, rule_id, text_zh, text_en, detected_at)
            values ($1, $2, $3, $4, $5, $6, $7)
            """,
            Guid.CreateVersion7(),
            job.PrescriptionId,
            deviation.Step.Name(),
            deviation.RuleId,
            deviation.TextZh,
            deviation.TextEn,
            at
        );
        await insert.ExecuteNonQueryAsync(cancellationToken);
        work.Publish(
            new DeviationDetected
            {
                AggregateId = job.PrescriptionId,
                Version = job.NextVersion(),
                OccurredAt = at,
                InstitutionCode = job.InstitutionCode,
                RegionCode = job.RegionCode,
                HisNumber = job.HisNumber,
                Revision = job.Revision,
                CentreCode = job.CentreCode,
                Step = deviation.Step.Name(),
                RuleId = deviation.RuleId,
                TextZh = deviation.TextZh,
                TextEn = deviation.TextEn,
            },
            job.TraceParent
        );
    }

    /// <summary>The vessel is free, the bags have their serials, the parcel waits for the courier.</summary>
    private async Task PackAsync(StepRecord packing, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await VesselStore.FreeAsync(work, job.PrescriptionId, at, cancellationToken);
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
            },
            job.TraceParent
        );
    }
}
