using System.Text.Json;
using Npgsql;
using TcmBrain.Decoction.Deviations;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.BatchRecords;

/// <summary>Puts a job's record together from what is on file, whether it is closed or goes on.</summary>
internal static class RecordReader
{
    private const string Sql = """
        select job.institution_code, job.his_number, job.revision, job.centre_code, job.urgent, job.checked_at, job.recipe
        from decoction.job job where job.prescription_id = @id;
        select by_name, reason, made_at from decoction.recipe_override where prescription_id = @id order by made_at;
        select o.run_no, v.name, lower(o.period), nullif(upper(o.period), 'infinity'), o.ended_as, v.controller,
               (select max(valid_until) from decoction.calibration c where c.vessel_id = v.vessel_id and c.calibrated_at <= lower(o.period)),
               v.vessel_id
        from decoction.occupation o join decoction.vessel v using (vessel_id) where o.prescription_id = @id order by o.run_no;
        select s.step, s.attempt, s.run_no, v.name, s.started_at, s.started_name, s.finished_at, s.finished_name, s.superseded_by is not null
        from decoction.step s join decoction.vessel v using (vessel_id) where s.prescription_id = @id order by s.started_at, s.attempt;
        select handling, attempt, done_at, coalesce(done_name, started_name), started_at, superseded_by is not null
        from decoction.step_action where prescription_id = @id order by coalesce(done_at, started_at), handling;
        select deviation_id, step, attempt, rule_id, text_zh, text_en, detected_at, holds, decision, reason, decided_at, decided_name, ended_at
        from decoction.deviation where prescription_id = @id order by deviation_id;
        select serial from decoction.bag where prescription_id = @id order by number
        """;

    /// <returns>The content as of now with its curve; null when there is no such job or it is not decocted here.</returns>
    public static async Task<(RecordContent Content, IReadOnlyList<CurvePoint> Curve)?> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid prescriptionId,
        int version,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(Sql, connection, transaction);
        command.Parameters.AddWithValue("id", prescriptionId);
        RecordContent content;
        List<(RecordRun Run, int VesselId)> runs;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken) || reader.IsDBNull(6))
            {
                return null;
            }

            content = new RecordContent(
                prescriptionId,
                version,
                reader.GetString(0),
                reader.GetString(1),
                reader.GetInt32(2),
                reader.GetString(3),
                reader.GetBoolean(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                StoredJson.Read<JsonElement>(reader.GetString(6)),
                [],
                [],
                [],
                [],
                [],
                new RecordCurve(0, []),
                []
            );
            var overrides = await RestAsync(
                reader,
                r => new RecordOverride(r.GetString(0), r.GetString(1), r.GetFieldValue<DateTimeOffset>(2)),
                cancellationToken
            );
            runs = await RestAsync(reader, Run, cancellationToken);
            content = content with
            {
                Overrides = overrides,
                Runs = [.. runs.Select(r => r.Run)],
                Steps = await RestAsync(reader, Step, cancellationToken),
                Actions = await RestAsync(
                    reader,
                    r => new RecordAction(r.GetString(0), r.GetInt32(1), r.MomentAt(2), r.GetString(3), r.MomentAt(4), r.GetBoolean(5)),
                    cancellationToken
                ),
                Deviations = await RestAsync(reader, Deviation, cancellationToken),
                Bags = await RestAsync(reader, r => r.GetString(0), cancellationToken),
            };
        }

        var curve = new List<CurvePoint>();
        foreach (var (run, vesselId) in runs)
        {
            curve.AddRange(await CurveStore.ReadAsync(connection, transaction, vesselId, run.From, run.Until ?? now, cancellationToken));
        }

        var gaps = content
            .Steps.Where(s => s.Step is "first-boil" or "second-boil" && !s.Superseded)
            .SelectMany(s => GapsOf(curve, s, now))
            .ToList();
        return (content with { Curve = new RecordCurve(curve.Count, gaps) }, curve);
    }

    private static IEnumerable<CurveGap> GapsOf(List<CurvePoint> curve, RecordStep boil, DateTimeOffset now)
    {
        var until = boil.FinishedAt ?? now;
        var within = curve.Where(p => p.TakenAt >= boil.StartedAt && p.TakenAt <= until).ToList();
        return within.Count == 0 ? [] : CurveRules.Gaps(within, boil.StartedAt, until);
    }

    private static (RecordRun, int) Run(NpgsqlDataReader r) =>
        (
            new RecordRun(
                r.GetInt32(0),
                r.GetString(1),
                r.GetFieldValue<DateTimeOffset>(2),
                r.MomentAt(3),
                r.TextAt(4),
                r.TextAt(5),
                r.MomentAt(6)
            ),
            r.GetInt32(7)
        );

    private static RecordStep Step(NpgsqlDataReader r) =>
        new(
            r.GetString(0),
            r.GetInt32(1),
            r.GetInt32(2),
            r.GetString(3),
            r.GetFieldValue<DateTimeOffset>(4),
            r.GetString(5),
            r.MomentAt(6),
            r.TextAt(7),
            r.GetBoolean(8)
        );

    private static RecordDeviation Deviation(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetString(1),
            r.GetInt32(2),
            r.GetString(3),
            r.GetString(4),
            r.GetString(5),
            r.GetFieldValue<DateTimeOffset>(6),
            r.GetBoolean(7),
            r.TextAt(8),
            r.TextAt(9),
            r.MomentAt(10),
            r.TextAt(11),
            r.MomentAt(12)
        );

    private static async Task<List<T>> RestAsync<T>(
        NpgsqlDataReader reader,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
