using TcmBrain.Decoction.Jobs;
using TcmBrain.Decoction.Recipes;
using TcmBrain.Decoction.Steps;
using TcmBrain.Decoction.Telemetry;
using TcmBrain.Exchange;

namespace TcmBrain.Decoction.Deviations;

/// <summary>Reads what the vessel's device said of a boil and holds it against the recipe.</summary>
internal static class CurveCheck
{
    /// <param name="until">Where the boil goes on: how far it is looked at.</param>
    /// <param name="whole">False: more readings may be on their way, so what is missing is no deviation yet.</param>
    public static async Task<IReadOnlyList<Deviation>> OfAsync(
        Work work,
        Job job,
        Recipe recipe,
        StepRecord boil,
        DateTimeOffset until,
        bool whole,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            "select vessel_id, instrumented from decoction.vessel where centre_code = $1 and name = $2",
            job.CentreCode,
            boil.Vessel
        );
        int vesselId;
        bool instrumented;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return [];
            }

            (vesselId, instrumented) = (reader.GetInt32(0), reader.GetBoolean(1));
        }

        var end = boil.FinishedAt ?? until;
        var points = await CurveStore.ReadAsync(work.Connection, work.Transaction, vesselId, boil.StartedAt, end, cancellationToken);
        var found = CurveRules.Check(recipe, boil.Step, points, boil.StartedAt, end, instrumented);
        return whole ? [.. found] : [.. found.Where(d => !d.RuleId.StartsWith("curve.", StringComparison.Ordinal))];
    }

    /// <summary>Mean of the vessel's readings from the start of a boil to its end, in hundredths of a degree Celsius; null when there are none.</summary>
    public static async Task<int?> MeanAsync(Work work, Job job, StepRecord boil, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select vessel_id from decoction.vessel where centre_code = $1 and name = $2",
            job.CentreCode,
            boil.Vessel
        );
        if (await command.ExecuteScalarAsync(cancellationToken) is not int vessel || boil.FinishedAt is not { } end)
        {
            return null;
        }

        var points = await CurveStore.ReadAsync(work.Connection, work.Transaction, vessel, boil.StartedAt, end, cancellationToken);
        var within = points.Where(p => p.TakenAt >= boil.StartedAt && p.TakenAt <= end).ToList();
        return within.Count == 0 ? null : (int)Math.Round(within.Average(p => (double)p.Centicelsius), MidpointRounding.AwayFromZero);
    }
}
