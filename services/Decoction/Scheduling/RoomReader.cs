using Npgsql;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.Scheduling;

/// <summary>Reads a room as it is, in one round trip.</summary>
internal sealed class RoomReader(NpgsqlDataSource database, TimeProvider time)
{
    private const string Sql = $$"""
        select v.vessel_id, v.name, v.kind, v.capacity_ml, v.instrumented, v.broken_at,
               not exists (
                   select from decoction.occupation u where u.vessel_id = v.vessel_id and upper(u.period) <= @now
                   and not exists (select from decoction.cleaning c where c.vessel_id = v.vessel_id and c.cleaned_at >= upper(u.period))),
               exists (select from decoction.calibration c where c.vessel_id = v.vessel_id and @now >= c.calibrated_at and @now < c.valid_until),
               o.prescription_id
        from decoction.vessel v
        left join decoction.occupation o on o.vessel_id = v.vessel_id and o.ended_as is null
        where v.centre_code = @centre order by v.name;
        select job.prescription_id, job.his_number, job.urgent, job.doses, job.checked_at, job.recipe, o.prescription_id is not null,
               (select count(*)::int from decoction.deviation d
                where d.prescription_id = job.prescription_id and d.holds and d.decision is null),
               array(select a.handling from decoction.step_action a
                     where a.prescription_id = job.prescription_id and a.superseded_by is null and a.done_at is not null
                       and (a.handling = '{{Joining.Apart}}' or a.attempt = coalesce(
                           (select max(s.attempt) from decoction.step s
                            where s.prescription_id = job.prescription_id and s.step = 'first-boil' and s.superseded_by is null), 1))
                     union {{ActionStore.Waived}}),
               (select max(a.started_at) from decoction.step_action a
                where a.prescription_id = job.prescription_id and a.superseded_by is null and a.done_at is null),
               (select min(g.from_at) from decoction.curve_gap g where g.prescription_id = job.prescription_id and g.until_at is null)
        from decoction.job job left join decoction.occupation o on o.prescription_id = job.prescription_id and o.ended_as is null
        where job.centre_code = @centre and job.decoct and job.state in ('waiting', 'soaking', 'decocting', 'packing')
        order by job.checked_at, job.prescription_id;
        select s.prescription_id, s.step, v.name, s.started_at, s.finished_at, s.attempt, s.recorded_at
        from decoction.step s join decoction.vessel v using (vessel_id) join decoction.job job using (prescription_id)
        where job.centre_code = @centre and job.state in ('soaking', 'decocting', 'packing') and s.superseded_by is null
        order by s.started_at
        """;

    private sealed record JobRow(
        JobWaiting Job,
        bool InVessel,
        IReadOnlySet<string> Settled,
        DateTimeOffset? ApartSince,
        DateTimeOffset? SilentSince
    );

    public async Task<RoomState> ReadAsync(string centreCode, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue("centre", centreCode);
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var vessels = new List<(VesselNow Vessel, Guid? Holds)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            vessels.Add(
                (
                    new VesselNow(
                        reader.GetInt32(0),
                        reader.GetString(1),
                        reader.GetString(2),
                        reader.GetInt32(3),
                        reader.GetBoolean(4),
                        reader.MomentAt(5),
                        reader.GetBoolean(6),
                        reader.GetBoolean(7),
                        null
                    ),
                    reader.IsDBNull(8) ? null : reader.GetGuid(8)
                )
            );
        }

        var jobs = await JobsAsync(reader, cancellationToken);
        var steps = await StepsAsync(reader, cancellationToken);
        return new RoomState(
            centreCode,
            [
                .. vessels.Select(v =>
                    v.Holds is { } id && jobs.GetValueOrDefault(id) is { } row ? v.Vessel with { Job = JobOf(row, steps) } : v.Vessel
                ),
            ],
            [.. jobs.Values.Where(j => !j.InVessel).Select(j => j.Job)]
        );
    }

    private static JobNow JobOf(JobRow row, ILookup<Guid, StepRecord> steps) =>
        new(
            row.Job.PrescriptionId,
            row.Job.HisNumber,
            row.Job.Urgent,
            row.Job.Doses,
            row.Job.CheckedAt,
            row.Job.Recipe,
            [.. steps[row.Job.PrescriptionId]],
            row.Settled,
            row.Job.Holds,
            row.ApartSince,
            row.SilentSince
        );

    private static async Task<Dictionary<Guid, JobRow>> JobsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        var jobs = new Dictionary<Guid, JobRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var job = new JobWaiting(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetBoolean(2),
                reader.GetInt32(3),
                reader.GetFieldValue<DateTimeOffset>(4),
                StoredJson.Read<Recipe>(reader.GetString(5)),
                reader.GetInt32(7)
            );
            jobs.Add(
                job.PrescriptionId,
                new JobRow(
                    job,
                    reader.GetBoolean(6),
                    reader.GetFieldValue<string[]>(8).ToHashSet(),
                    reader.MomentAt(9),
                    reader.MomentAt(10)
                )
            );
        }

        return jobs;
    }

    private static async Task<ILookup<Guid, StepRecord>> StepsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        var steps = new List<(Guid Id, StepRecord Step)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            StepName.TryParse(reader.GetString(1), out var step);
            steps.Add(
                (
                    reader.GetGuid(0),
                    new StepRecord(step, reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.MomentAt(4))
                    {
                        Attempt = reader.GetInt32(5),
                        RecordedAt = reader.GetFieldValue<DateTimeOffset>(6),
                    }
                )
            );
        }

        return steps.ToLookup(s => s.Id, s => s.Step);
    }
}
