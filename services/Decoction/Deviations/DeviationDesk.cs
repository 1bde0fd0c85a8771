using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.BatchRecords;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Steps;
using TcmBrain.Decoction.Vessels;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Deviations;

/// <summary>What a named person decides on a deviation.</summary>
internal static class Decisions
{
    /// <summary>让步放行: it goes on as it is.</summary>
    public const string Accept = "accept";

    /// <summary>返工: the boil is done again, in another vessel when this one broke.</summary>
    public const string Rework = "rework";

    /// <summary>报废: nobody may take it.</summary>
    public const string Scrap = "scrap";

    public static readonly string[] All = [Accept, Rework, Scrap];
}

/// <summary>Who decides: the account, the name shown, and whose deviations it sees.</summary>
internal readonly record struct Decider(string Id, string Name);

/// <summary>Where deviations are decided. A hold ends here and nowhere else.</summary>
internal sealed class DeviationDesk(EventExchange exchange, RecordBook records, RoomSignal signal, TimeProvider time)
{
    /// <param name="prescriptionId">The deviation's job, found by a query that the decider's sight guards.</param>
    /// <returns>The job's state; a decision told again changes nothing.</returns>
    /// <exception cref="ServiceDefaults.Faults.FaultException">Decided otherwise, own work, or not possible any more.</exception>
    public async Task<string> DecideAsync(
        Guid prescriptionId,
        Guid deviationId,
        string decision,
        string reason,
        Decider decider,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var job =
            await JobStore.LockAsync(work, prescriptionId, centreCode: null, cancellationToken)
            ?? throw DecoctionFaults.DeviationNotFound.Exception("deviationId");
        var (stepName, ruleId, holds, before, by) = await ReadAsync(work, deviationId, cancellationToken);
        if (before is not null)
        {
            return before == decision && by == decider.Name
                ? job.State
                : throw DecoctionFaults.AlreadyDecided.Exception("decision", by!, before);
        }

        if (await WorkedAsync(work, prescriptionId, decider.Id, cancellationToken))
        {
            throw DecoctionFaults.OwnWork.Exception("deviationId");
        }

        var now = time.GetUtcNow().Stored();
        await RecordAsync(work, deviationId, decision, reason, decider, now, cancellationToken);
        job.OpenHolds -= holds ? 1 : 0;
        StepName.TryParse(stepName, out var step);
        switch (decision)
        {
            case Decisions.Rework when Joining.HandlingOf(ruleId) is { } handling:
                await RedoAsync(work, job, handling, deviationId, cancellationToken);
                break;
            case Decisions.Rework:
                await ReworkAsync(work, job, step, deviationId, now, cancellationToken);
                break;
            case Decisions.Scrap:
                await ScrapAsync(work, job, reason, decider, now, cancellationToken);
                break;
            default:
                if (job.State == JobStates.Packed && holds && job.OpenHolds == 0)
                {
                    await records.CloseAsync(work, job, cancellationToken);
                }

                break;
        }

        await JobStore.SaveAsync(work, job, cancellationToken);
        await work.CommitAsync(cancellationToken);
        signal.Changed(job.CentreCode);
        return job.State;
    }

    /// <summary>The boil and what came after it no longer count; it starts again where it was, or elsewhere when the vessel broke.</summary>
    private static async Task ReworkAsync(
        Work work,
        Job job,
        Step step,
        Guid deviationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var packing = job.Steps.Any(s => s.Step == Step.Packing);
        var broken = await IsBrokenAsync(work, job, cancellationToken);
        var from =
            job.Steps.Any(s => s.Step == step) && step.IsBoil() ? step
            : job.Steps.Where(s => s.Step.IsBoil()).Select(s => (Step?)s.Step).Max() is { } boil ? boil
            : broken && job.Steps.Any(s => s.Step == Step.Soaking) ? Step.Soaking
            : (Step?)null;
        if (packing || from is null)
        {
            throw DecoctionFaults.NothingToRework.Exception("decision");
        }

        await using var update = work.Command(
            "update decoction.step set superseded_by = $3 where prescription_id = $1 and step = any($2) and superseded_by is null",
            job.PrescriptionId,
            job.Steps.Where(s => s.Step >= from).Select(s => s.Step.Name()).ToArray(),
            deviationId
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
        if (broken)
        {
            await VesselStore.FreeAsync(work, job.PrescriptionId, "aborted", now, cancellationToken);
        }

        job.State = from == Step.Soaking ? JobStates.Waiting : JobStates.Decocting;
    }

    /// <summary>What is made beside the pot is made again; the boils stand.</summary>
    private static async Task RedoAsync(Work work, Job job, string handling, Guid deviationId, CancellationToken cancellationToken)
    {
        if (job.Steps.Any(s => s.Step == Step.Packing))
        {
            throw DecoctionFaults.NothingToRework.Exception("decision");
        }

        await ActionStore.SupersedeAsync(work, job, handling, deviationId, cancellationToken);
    }

    private async Task ScrapAsync(
        Work work,
        Job job,
        string reason,
        Decider decider,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (job.State is JobStates.Shipped or JobStates.Delivered)
        {
            throw DecoctionFaults.TooLateToScrap.Exception("decision");
        }

        await VesselStore.FreeAsync(work, job.PrescriptionId, "scrapped", now, cancellationToken);
        // Its other deviations wait for nobody any more.
        await using var rest = work.Command(
            """
            update decoction.deviation
            set decision = $2, reason = $3, decided_at = $4, decided_by = $5, decided_name = $6
            where prescription_id = $1 and decision is null
            """,
            job.PrescriptionId,
            Decisions.Scrap,
            reason,
            now,
            decider.Id,
            decider.Name
        );
        await rest.ExecuteNonQueryAsync(cancellationToken);
        job.OpenHolds = 0;
        job.State = JobStates.Scrapped;
        work.Publish(
            new DecoctionScrapped
            {
                AggregateId = job.PrescriptionId,
                Version = job.NextVersion(),
                OccurredAt = now,
                InstitutionCode = job.InstitutionCode,
                RegionCode = job.RegionCode,
                HisNumber = job.HisNumber,
                Revision = job.Revision,
                CentreCode = job.CentreCode,
                Step = job.Steps.Count == 0 ? Step.Soaking.Name() : job.Steps[^1].Step.Name(),
                Reason = reason,
                DecidedBy = decider.Name,
            },
            job.TraceParent
        );
        await records.CloseAsync(work, job, cancellationToken);
    }

    private static async Task<(string Step, string RuleId, bool Holds, string? Decision, string? By)> ReadAsync(
        Work work,
        Guid deviationId,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            "select step, rule_id, holds, decision, decided_name from decoction.deviation where deviation_id = $1",
            deviationId
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (
                reader.GetString(0),
                reader.GetString(1),
                reader.GetBoolean(2),
                reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetString(4)
            )
            : throw DecoctionFaults.DeviationNotFound.Exception("deviationId");
    }

    private static async Task RecordAsync(
        Work work,
        Guid deviationId,
        string decision,
        string reason,
        Decider decider,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var update = work.Command(
            """
            update decoction.deviation set decision = $2, reason = $3, decided_at = $4, decided_by = $5, decided_name = $6
            where deviation_id = $1
            """,
            deviationId,
            decision,
            reason,
            now,
            decider.Id,
            decider.Name
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<bool> WorkedAsync(Work work, Guid prescriptionId, string id, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select exists (select from decoction.step where prescription_id = $1 and $2 in (started_by, finished_by))
                or exists (select from decoction.step_action where prescription_id = $1 and $2 in (started_by, done_by))
            """,
            prescriptionId,
            id
        );
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<bool> IsBrokenAsync(Work work, Job job, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select broken_at is not null from decoction.vessel where vessel_id = $1",
            job.VesselId ?? 0
        );
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
