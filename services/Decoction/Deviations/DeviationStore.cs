using TcmBrain.Contracts.Events;
using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Steps;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Deviations;

internal static class DeviationStore
{
    /// <summary>Records and tells it, once for a rule and an attempt at a step.</summary>
    /// <param name="holds">False: it is recorded, and the medicine does not wait.</param>
    /// <param name="attempt">Null: the attempt at the step that counts.</param>
    /// <returns>False when it was on record already.</returns>
    public static async Task<bool> RaiseAsync(
        Work work,
        Job job,
        Deviation deviation,
        DateTimeOffset at,
        bool holds,
        CancellationToken cancellationToken,
        int? attempt = null
    )
    {
        attempt ??= job.Steps.FirstOrDefault(s => s.Step == deviation.Step)?.Attempt ?? 1;
        await using var insert = work.Command(
            """
            insert into decoction.deviation (deviation_id, prescription_id, step, rule_id, text_zh, text_en, detected_at, attempt, holds)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (prescription_id, step, rule_id, attempt) do nothing
            """,
            Guid.CreateVersion7(),
            job.PrescriptionId,
            deviation.Step.Name(),
            deviation.RuleId,
            deviation.TextZh,
            deviation.TextEn,
            at,
            attempt,
            holds
        );
        if (await insert.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return false;
        }

        job.OpenHolds += holds ? 1 : 0;
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
        return true;
    }
}
