using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Jobs;

internal static class JobStore
{
    /// <summary>The centre's job, locked until the work ends; null when there is none or it is another centre's.</summary>
    public static async Task<Job?> LockAsync(Work work, Guid prescriptionId, string centreCode, CancellationToken cancellationToken)
    {
        var job = await ReadAsync(work, prescriptionId, centreCode, cancellationToken);
        if (job is null)
        {
            return null;
        }

        await using var steps = work.Command(
            """
            select s.step, v.name, s.started_at, s.finished_at
            from decoction.step s join decoction.vessel v using (vessel_id)
            where s.prescription_id = $1 order by s.started_at
            """,
            prescriptionId
        );
        await using var reader = await steps.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            StepName.TryParse(reader.GetString(0), out var step);
            job.Steps.Add(
                new StepRecord(
                    step,
                    reader.GetString(1),
                    reader.GetFieldValue<DateTimeOffset>(2),
                    reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)
                )
            );
        }

        return job;
    }

    /// <summary>Writes state and the count of events told.</summary>
    public static async Task SaveAsync(Work work, Job job, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "update decoction.job set state = $2, told = $3 where prescription_id = $1",
            job.PrescriptionId,
            job.State,
            job.Told
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Job?> ReadAsync(Work work, Guid prescriptionId, string centreCode, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select institution_code, region_code, his_number, revision, delivery_region_code, traceparent, recipe, state, told, checked_at
            from decoction.job where prescription_id = $1 and centre_code = $2 for update
            """,
            prescriptionId,
            centreCode
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        return new Job
        {
            PrescriptionId = prescriptionId,
            CentreCode = centreCode,
            InstitutionCode = reader.GetString(0),
            RegionCode = reader.GetString(1),
            HisNumber = reader.GetString(2),
            Revision = reader.GetInt32(3),
            DeliveryRegionCode = reader.GetString(4),
            TraceParent = reader.IsDBNull(5) ? null : reader.GetString(5),
            Recipe = reader.IsDBNull(6) ? null : StoredJson.Read<Recipe>(reader.GetString(6)),
            State = reader.GetString(7),
            Told = reader.GetInt32(8),
            CheckedAt = reader.GetFieldValue<DateTimeOffset>(9),
            Steps = [],
        };
    }
}
