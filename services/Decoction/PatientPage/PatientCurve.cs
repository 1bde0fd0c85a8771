using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Decoction.PatientPage;

/// <param name="Celsius">To the hundredth, as the vessel measured it.</param>
public sealed record PotReading(DateTimeOffset At, decimal Celsius);

/// <summary>One boil as the pot's sensor saw it; thinned for a phone, so that of each stretch the coldest and the hottest remain.</summary>
/// <param name="Step">first-boil or second-boil</param>
/// <param name="FinishedAt">null: it boils now</param>
/// <param name="Readings">Empty where the vessel has no sensor that reports.</param>
public sealed record PotBoil(string Step, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, IReadOnlyList<PotReading> Readings);

/// <summary>
/// The pot's curve on the patient's page (煎药温度曲线): of the boils that count for this prescription, and of nothing else that the vessel did.
/// Neither who worked at it nor which vessel it was.
/// </summary>
public sealed record PatientCurve(IReadOnlyList<PotBoil> Boils)
{
    /// <summary>Stretches of a boil on a screen some 500 points wide.</summary>
    private const int Stretches = 60;

    /// <summary>A code of another form, and one that nobody has, answer alike: DEC-0601. A medicine that is not decocted here has no boils.</summary>
    internal static async Task<Ok<PatientCurve>> ReadAsync(
        string code,
        NpgsqlDataSource database,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!PublicCode.IsWellFormed(code))
        {
            throw DecoctionFaults.CodeNotFound.Exception("code");
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One row even without a step: that there is such a code.
        await using var command = new NpgsqlCommand(
            """
            select s.vessel_id, s.step, s.started_at, s.finished_at
            from decoction.job job
            left join decoction.step s on s.prescription_id = job.prescription_id and s.superseded_by is null
                                      and s.step in ('first-boil', 'second-boil')
            where job.public_code = @code order by s.started_at
            """,
            connection
        );
        command.Parameters.AddWithValue("code", code);
        var found = false;
        var steps = new List<(int Vessel, string Step, DateTimeOffset From, DateTimeOffset? Until)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                found = true;
                if (!reader.IsDBNull(0))
                {
                    steps.Add((reader.GetInt32(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.MomentAt(3)));
                }
            }
        }

        if (!found)
        {
            throw DecoctionFaults.CodeNotFound.Exception("code");
        }

        var boils = new List<PotBoil>(steps.Count);
        foreach (var (vessel, step, from, until) in steps)
        {
            var curve = await CurveStore.ReadAsync(connection, null, vessel, from, until ?? time.GetUtcNow(), cancellationToken);
            boils.Add(
                new PotBoil(
                    step,
                    from,
                    until,
                    [.. CurveThinning.Of(curve, Stretches).Select(p => new PotReading(p.TakenAt, p.Centicelsius / 100m))]
                )
            );
        }

        return TypedResults.Ok(new PatientCurve(boils));
    }
}
