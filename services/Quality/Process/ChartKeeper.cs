using Npgsql;
using TcmBrain.Exchange;

namespace TcmBrain.Quality.Process;

/// <summary>A chart as it is locked to be judged.</summary>
internal sealed record Chart(Guid ChartId, string Measure, string CentreCode, string Subject, int Told, int? Baseline);

/// <summary>A point's place in its chart: by time, and among those of one moment by where it came from.</summary>
internal readonly record struct PointKey(DateTimeOffset At, Guid SourceId, int SourceVersion);

internal sealed record ChartRow(PointKey Key, double Value);

/// <summary>
/// Brings a chart up to what was measured, within the caller's transaction. What comes out depends only on which points there are and which
/// baselines were signed: a point that comes late is put in its place, and everything after it is judged anew.
/// </summary>
internal sealed class ChartKeeper(Measures measures, SignalBook signals)
{
    /// <param name="all">True: everything after the baseline anew, because other limits hold.</param>
    /// <returns>False when another instance is at it.</returns>
    public async Task<bool> JudgeAsync(Work work, Guid chartId, bool all, CancellationToken cancellationToken)
    {
        if (await LockAsync(work, chartId, wait: all, cancellationToken) is not { } chart)
        {
            return false;
        }

        var measure = measures[chart.Measure];
        var first = await FirstNewAsync(work, chartId, cancellationToken);
        if (first is null && !all)
        {
            return true;
        }

        var baseline = chart.Baseline is { } number ? await BaselineStore.ReadAsync(work, chartId, number, cancellationToken) : null;
        if (baseline is null || (baseline.Number == 0 && first is { } key && !await IsAfterAsync(work, key, baseline, cancellationToken)))
        {
            var reckoned = await BaselineStore.ReckonFirstAsync(work, chart, measure, cancellationToken);
            all = all || reckoned != baseline;
            baseline = reckoned;
        }

        if (baseline is not null)
        {
            await JudgeAfterAsync(work, chart, measure, baseline, all ? null : first, cancellationToken);
        }

        return true;
    }

    private async Task JudgeAfterAsync(
        Work work,
        Chart chart,
        Measure measure,
        Baseline baseline,
        PointKey? first,
        CancellationToken cancellationToken
    )
    {
        var from = first is { } key ? await LastBeforeAsync(work, chart.ChartId, key, baseline, cancellationToken) : null;
        var progress = from?.Progress ?? ChartProgress.Start(baseline.Limits);
        var start = from?.Key ?? baseline.Until;
        var rows = await AfterAsync(work, chart.ChartId, start, cancellationToken);
        var judged = ChartJudge.Judge(baseline.Limits, measure.Ewma, progress, rows.Select(r => r.Value));
        await WriteAsync(work, chart.ChartId, rows, judged, cancellationToken);
        var found = rows.Zip(judged).SelectMany(p => p.Second.Signals.Select(s => new FoundSignal(p.First.Key, p.First.Value, s)));
        // What was found under limits signed earlier stays; what the first points themselves were found with goes when they are reckoned anew.
        PointKey? since = from is null && baseline.Number == 0 ? null : start;
        await signals.SettleAsync(work, chart, measure, since, [.. found], cancellationToken);
    }

    internal static async Task<Chart?> LockAsync(Work work, Guid chartId, bool wait, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            $"""
            select measure, centre_code, subject, told, baseline from quality.control_chart where chart_id = $1
            for update {(wait ? "" : "skip locked")}
            """,
            chartId
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Chart(
                chartId,
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetInt32(3),
                reader.IsDBNull(4) ? null : reader.GetInt32(4)
            )
            : null;
    }

    /// <summary>Takes what is new; what is entered from now on is for the next time.</summary>
    private static async Task<PointKey?> FirstNewAsync(Work work, Guid chartId, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            with taken as (
                update quality.control_point set judged = true where chart_id = $1 and not judged returning at, source_id, source_version
            )
            select at, source_id, source_version from taken order by at, source_id, source_version limit 1
            """,
            chartId
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? KeyOf(reader) : null;
    }

    /// <summary>The database orders uuids by their bytes, so it is asked.</summary>
    private static async Task<bool> IsAfterAsync(Work work, PointKey key, Baseline baseline, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "select ($1::timestamptz, $2::uuid, $3::int) > ($4::timestamptz, $5::uuid, $6::int)",
            key.At,
            key.SourceId,
            key.SourceVersion,
            baseline.Until.At,
            baseline.Until.SourceId,
            baseline.Until.SourceVersion
        );
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<(PointKey Key, ChartProgress Progress)?> LastBeforeAsync(
        Work work,
        Guid chartId,
        PointKey key,
        Baseline baseline,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            $"""
            select at, source_id, source_version, value, ordinal, ewma from quality.control_point
            where chart_id = $1 and ordinal is not null
              and (at, source_id, source_version) < ($2, $3, $4) and (at, source_id, source_version) > ($5, $6, $7)
            order by at desc, source_id desc, source_version desc limit {ChartProgress.Remembered}
            """,
            chartId,
            key.At,
            key.SourceId,
            key.SourceVersion,
            baseline.Until.At,
            baseline.Until.SourceId,
            baseline.Until.SourceVersion
        );
        var last = new List<double>();
        (PointKey Key, int Ordinal, double Ewma)? newest = null;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            newest ??= (KeyOf(reader), reader.GetInt32(4), reader.GetDouble(5));
            last.Insert(0, reader.GetDouble(3));
        }

        return newest is { } n ? (n.Key, new ChartProgress(n.Ordinal, n.Ewma, last)) : null;
    }

    private static async Task<List<ChartRow>> AfterAsync(Work work, Guid chartId, PointKey start, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select at, source_id, source_version, value from quality.control_point
            where chart_id = $1 and (at, source_id, source_version) > ($2, $3, $4) order by at, source_id, source_version
            """,
            chartId,
            start.At,
            start.SourceId,
            start.SourceVersion
        );
        var rows = new List<ChartRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new(KeyOf(reader), reader.GetDouble(3)));
        }

        return rows;
    }

    private static async Task WriteAsync(
        Work work,
        Guid chartId,
        List<ChartRow> rows,
        IReadOnlyList<JudgedValue> judged,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            update quality.control_point p set ordinal = u.ordinal, ewma = u.ewma
            from unnest($2, $3, $4, $5) as u (source_id, source_version, ordinal, ewma)
            where p.chart_id = $1 and p.source_id = u.source_id and p.source_version = u.source_version
            """,
            chartId,
            rows.Select(r => r.Key.SourceId).ToArray(),
            rows.Select(r => r.Key.SourceVersion).ToArray(),
            judged.Select(j => j.Ordinal).ToArray(),
            judged.Select(j => j.Ewma).ToArray()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static PointKey KeyOf(NpgsqlDataReader reader) =>
        new(reader.GetFieldValue<DateTimeOffset>(0), reader.GetGuid(1), reader.GetInt32(2));
}
