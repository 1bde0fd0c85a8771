using TcmBrain.Exchange;

namespace TcmBrain.Quality.Process;

/// <summary>The limits that a chart is held against, and where they come from. Number 0 is reckoned from its first points and unsigned.</summary>
internal sealed record Baseline(int Number, DateTimeOffset From, PointKey Until, int Points, ControlLimits Limits);

internal static class BaselineStore
{
    public static async Task<Baseline?> ReadAsync(Work work, Guid chartId, int number, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select until_at, until_source, until_version, from_at, points, centre, mean_range, sigma, upper_range
            from quality.control_baseline where chart_id = $1 and number = $2
            """,
            chartId,
            number
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Baseline(
                number,
                reader.GetFieldValue<DateTimeOffset>(3),
                ChartKeeper.KeyOf(reader),
                reader.GetInt32(4),
                new ControlLimits(reader.GetDouble(5), reader.GetDouble(6), reader.GetDouble(7), reader.GetDouble(8))
            )
            : null;
    }

    /// <summary>The baseline of the chart's first points; null while there are too few, or they are all alike.</summary>
    public static async Task<Baseline?> ReckonFirstAsync(Work work, Chart chart, Measure measure, CancellationToken cancellationToken)
    {
        var rows = new List<ChartRow>();
        await using (
            var command = work.Command(
                """
                select at, source_id, source_version, value from quality.control_point where chart_id = $1
                order by at, source_id, source_version limit $2
                """,
                chart.ChartId,
                measure.BaselinePoints
            )
        )
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(new(ChartKeeper.KeyOf(reader), reader.GetDouble(3)));
            }
        }

        if (
            rows.Count < measure.BaselinePoints
            || ControlLimits.Of([.. rows.Select(r => r.Value)], ControlConstants.Exact) is not { } limits
        )
        {
            return null;
        }

        var baseline = new Baseline(0, rows[0].Key.At, rows[^1].Key, rows.Count, limits);
        await using var save = work.Command(
            """
            insert into quality.control_baseline (chart_id, number, from_at, until_at, until_source, until_version, points, centre, mean_range,
                                                  sigma, upper_range)
            values ($1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (chart_id, number) do update
            set from_at = excluded.from_at, until_at = excluded.until_at, until_source = excluded.until_source,
                until_version = excluded.until_version, points = excluded.points, centre = excluded.centre,
                mean_range = excluded.mean_range, sigma = excluded.sigma, upper_range = excluded.upper_range
            """,
            chart.ChartId,
            baseline.From,
            baseline.Until.At,
            baseline.Until.SourceId,
            baseline.Until.SourceVersion,
            baseline.Points,
            limits.Centre,
            limits.MeanRange,
            limits.Sigma,
            limits.UpperRange
        );
        await save.ExecuteNonQueryAsync(cancellationToken);
        await HoldAsync(work, chart.ChartId, baseline, cancellationToken);
        return baseline;
    }

    /// <summary>From now on these limits hold; points up to the baseline's end are none of those that are judged.</summary>
    public static async Task HoldAsync(Work work, Guid chartId, Baseline baseline, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            with chart as (update quality.control_chart set baseline = $5 where chart_id = $1)
            update quality.control_point set ordinal = null, ewma = null
            where chart_id = $1 and ordinal is not null and (at, source_id, source_version) <= ($2, $3, $4)
            """,
            chartId,
            baseline.Until.At,
            baseline.Until.SourceId,
            baseline.Until.SourceVersion,
            baseline.Number
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
