using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Jobs;

internal static class JobStore
{
    /// <summary>The centre's job, locked until the work ends; null when there is none or it is another centre's.</summary>
    /// <param name="centreCode">Null: whichever centre's, for the service's own watch.</param>
    public static async Task<Job?> LockAsync(Work work, Guid prescriptionId, string? centreCode, CancellationToken cancellationToken)
    {
        if (await ReadAsync(work, prescriptionId, centreCode, cancellationToken) is not { } job)
        {
            return null;
        }

        await ReadStandingAsync(work, job, cancellationToken);
        await ReadStepsAsync(work, job, cancellationToken);
        await ActionStore.ReadAsync(work, job, cancellationToken);
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

    private static async Task<Job?> ReadAsync(Work work, Guid prescriptionId, string? centreCode, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select institution_code, region_code, his_number, revision, delivery_region_code, traceparent, recipe, state, told, checked_at,
                   centre_code, urgent
            from decoction.job where prescription_id = $1 and ($2::text is null or centre_code = $2) for update
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
            InstitutionCode = reader.GetString(0),
            RegionCode = reader.GetString(1),
            HisNumber = reader.GetString(2),
            Revision = reader.GetInt32(3),
            DeliveryRegionCode = reader.GetString(4),
            TraceParent = reader.TextAt(5),
            Recipe = reader.TextAt(6) is { } recipe ? StoredJson.Read<Recipe>(recipe) : null,
            State = reader.GetString(7),
            Told = reader.GetInt32(8),
            CheckedAt = reader.GetFieldValue<DateTimeOffset>(9),
            CentreCode = reader.GetString(10),
            Urgent = reader.GetBoolean(11),
            Steps = [],
        };
    }

    private static async Task ReadStandingAsync(Work work, Job job, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select (select count(*)::int from decoction.deviation where prescription_id = $1 and holds and decision is null),
                   coalesce(max(run_no), 0), max(vessel_id) filter (where ended_as is null)
            from decoction.occupation where prescription_id = $1
            """,
            job.PrescriptionId
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        job.OpenHolds = reader.GetInt32(0);
        job.RunNo = reader.GetInt32(1);
        job.VesselId = reader.IsDBNull(2) ? null : reader.GetInt32(2);
    }

    private static async Task ReadStepsAsync(Work work, Job job, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select s.step, v.name, s.started_at, s.finished_at, s.attempt, s.run_no, s.recorded_at
            from decoction.step s join decoction.vessel v using (vessel_id)
            where s.prescription_id = $1 and s.superseded_by is null order by s.started_at
            """,
            job.PrescriptionId
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            StepName.TryParse(reader.GetString(0), out var step);
            job.Steps.Add(
                new StepRecord(step, reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.MomentAt(3))
                {
                    Attempt = reader.GetInt32(4),
                    RunNo = reader.GetInt32(5),
                    RecordedAt = reader.GetFieldValue<DateTimeOffset>(6),
                }
            );
        }
    }
}
