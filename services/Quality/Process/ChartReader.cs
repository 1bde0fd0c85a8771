using System.Security.Claims;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Process;

internal sealed record ChartItem(
    Guid ChartId,
    string Measure,
    string NameZh,
    string NameEn,
    string Unit,
    int Decimals,
    string CentreCode,
    string Subject,
    long Points,
    DateTimeOffset? LastAt,
    double? LastValue,
    double? Centre,
    double? Lower,
    double? Upper,
    bool Signed,
    int StandingSignals,
    Guid? NonconformityId
);

internal sealed record SignalView(string Rule, int Side, bool Standing, string TextZh, string TextEn, Guid NonconformityId);

/// <param name="Phase">baseline: the limits are reckoned from it; excluded: left out of them by name; before; watched: held against them.</param>
internal sealed record PointView(
    DateTimeOffset At,
    double Value,
    double? Range,
    double? Ewma,
    double? EwmaLower,
    double? EwmaUpper,
    string Phase,
    Guid SourceId,
    int SourceVersion,
    string Reference,
    IReadOnlyList<SignalView> Signals
);

internal sealed record BaselineView(
    int Number,
    DateTimeOffset From,
    DateTimeOffset Until,
    int Points,
    int Excluded,
    double Centre,
    double Sigma,
    double MeanRange,
    double Lower,
    double Upper,
    double UpperRange,
    string? SignedName,
    DateTimeOffset? SignedAt,
    string? Reason,
    string? Sha256
);

internal sealed record ChartView(
    Guid ChartId,
    int Version,
    Measure Measure,
    string CentreCode,
    string Subject,
    string State,
    long PointCount,
    BaselineView? Baseline,
    IReadOnlyList<BaselineView> Baselines,
    IReadOnlyList<PointView> Points
);

/// <summary>Reads charts, each within what the caller may see.</summary>
internal sealed class ChartReader(NpgsqlDataSource database, Measures measures, IOptions<SupervisionSettings> supervision)
{
    public const int MostPoints = 1_000;

    public async Task<IReadOnlyList<ChartItem>> ListAsync(
        ClaimsPrincipal caller,
        string? measure,
        string? centre,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select c.chart_id, c.measure, c.centre_code, c.subject, p.points, l.at, l.value, b.centre, b.sigma, b.signed_by is not null,
                   s.signals, n.nonconformity_id
            from quality.control_chart c
            left join quality.control_baseline b on b.chart_id = c.chart_id and b.number = c.baseline
            cross join lateral (select count(*) as points from quality.control_point p where p.chart_id = c.chart_id) as p
            left join lateral (
                select at, value from quality.control_point p where p.chart_id = c.chart_id
                order by at desc, source_id desc, source_version desc limit 1) as l on true
            left join quality.nonconformity n on n.source = 'signal' and n.source_id = c.chart_id and n.state <> 'closed'
            cross join lateral (
                select count(*)::int as signals from quality.control_signal s
                where s.nonconformity_id = n.nonconformity_id and s.standing) as s
            where (@measure is null or c.measure = @measure) and (@centre is null or c.centre_code = @centre) and {Sight.Centre.Replace(
                "centre_code",
                "c.centre_code",
                StringComparison.Ordinal
            )}
            order by s.signals > 0 desc, c.baseline is null, c.measure, c.centre_code, c.subject limit 1000
            """
        );
        Sight.Of(caller, supervision.Value).Guard(command);
        command.Parameters.Add(new NpgsqlParameter<string?>("measure", measure));
        command.Parameters.Add(new NpgsqlParameter<string?>("centre", centre));
        var items = new List<ChartItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var of = measures[reader.GetString(1)];
            double? mean = reader.IsDBNull(7) ? null : reader.GetDouble(7);
            var sigma = reader.IsDBNull(8) ? 0 : reader.GetDouble(8);
            items.Add(
                new ChartItem(
                    reader.GetGuid(0),
                    of.Id,
                    of.NameZh,
                    of.NameEn,
                    of.Unit,
                    of.Decimals,
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt64(4),
                    reader.MomentAt(5),
                    reader.IsDBNull(6) ? null : reader.GetDouble(6),
                    mean,
                    mean - (3 * sigma),
                    mean + (3 * sigma),
                    !reader.IsDBNull(9) && reader.GetBoolean(9),
                    reader.GetInt32(10),
                    reader.IsDBNull(11) ? null : reader.GetGuid(11)
                )
            );
        }

        return items;
    }

    /// <summary>The chart with its newest points, oldest in front.</summary>
    public async Task<ChartView> ReadAsync(ClaimsPrincipal caller, Guid chartId, int points, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One state of the chart, limits and points alike.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var (measure, centre, subject, number, count) = await HeadAsync(connection, caller, chartId, cancellationToken);
        var (baselines, excluded) = await BaselinesAsync(connection, chartId, cancellationToken);
        var current = baselines.FirstOrDefault(b => b.Number == number);
        var rows = await RowsAsync(connection, chartId, points, cancellationToken);
        var signals = await SignalsAsync(connection, chartId, rows, measure, subject, cancellationToken);
        var state =
            current is not null ? "watched"
            : count < measure.BaselinePoints ? "learning"
            : "flat";
        var views = new List<PointView>();
        for (var i = rows.Count > points ? 1 : 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var half = current is not null && row.Ordinal is { } ordinal ? measure.Ewma.HalfWidth(current.Sigma, ordinal) : (double?)null;
            var phase =
                current is null ? "baseline"
                : row.Ordinal is not null ? "watched"
                : row.Key.At < current.From ? "before"
                : excluded.GetValueOrDefault(current.Number)?.Contains((row.Key.SourceId, row.Key.SourceVersion)) == true ? "excluded"
                : "baseline";
            views.Add(
                new PointView(
                    row.Key.At,
                    row.Value,
                    i > 0 ? Math.Abs(row.Value - rows[i - 1].Value) : null,
                    row.Ewma,
                    current?.Centre - half,
                    current?.Centre + half,
                    phase,
                    row.Key.SourceId,
                    row.Key.SourceVersion,
                    row.Reference,
                    signals.GetValueOrDefault((row.Key.SourceId, row.Key.SourceVersion)) ?? []
                )
            );
        }

        return new ChartView(chartId, BaselineDesk.VersionOf(number), measure, centre, subject, state, count, current, baselines, views);
    }

    private sealed record Row(PointKey Key, double Value, string Reference, int? Ordinal, double? Ewma);

    private async Task<(Measure Measure, string Centre, string Subject, int? Baseline, long Count)> HeadAsync(
        NpgsqlConnection connection,
        ClaimsPrincipal caller,
        Guid chartId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            select measure, centre_code, subject, baseline, (select count(*) from quality.control_point p where p.chart_id = c.chart_id)
            from quality.control_chart c where chart_id = @id and {Sight.Centre}
            """,
            connection
        );
        command.Parameters.AddWithValue("id", chartId);
        Sight.Of(caller, supervision.Value).Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (
                measures[reader.GetString(0)],
                reader.GetString(1),
                reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetInt32(3),
                reader.GetInt64(4)
            )
            : throw QualityFaults.ChartNotFound.Exception("chartId");
    }

    private static async Task<(IReadOnlyList<BaselineView> Baselines, Dictionary<int, HashSet<(Guid, int)>> Excluded)> BaselinesAsync(
        NpgsqlConnection connection,
        Guid chartId,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select number, from_at, until_at, points, excluded, centre, sigma, mean_range, upper_range, signed_name, signed_at, reason, sha256
            from quality.control_baseline where chart_id = $1 order by number desc
            """,
            connection
        );
        command.Parameters.Add(new() { Value = chartId });
        var views = new List<BaselineView>();
        var left = new Dictionary<int, HashSet<(Guid, int)>>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var excluded = StoredJson.Read<ExcludedPoint[]>(reader.GetString(4));
            left[reader.GetInt32(0)] = [.. excluded.Select(e => (e.SourceId, e.SourceVersion))];
            var limits = new ControlLimits(reader.GetDouble(5), reader.GetDouble(7), reader.GetDouble(6), reader.GetDouble(8));
            views.Add(
                new BaselineView(
                    reader.GetInt32(0),
                    reader.GetFieldValue<DateTimeOffset>(1),
                    reader.GetFieldValue<DateTimeOffset>(2),
                    reader.GetInt32(3),
                    excluded.Length,
                    limits.Centre,
                    limits.Sigma,
                    limits.MeanRange,
                    limits.Lower,
                    limits.Upper,
                    limits.UpperRange,
                    reader.TextAt(9),
                    reader.MomentAt(10),
                    reader.TextAt(11),
                    reader.IsDBNull(12) ? null : Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(12))
                )
            );
        }

        return (views, left);
    }

    /// <summary>The newest, and one more for the first one's range.</summary>
    private static async Task<List<Row>> RowsAsync(
        NpgsqlConnection connection,
        Guid chartId,
        int points,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select at, source_id, source_version, value, reference, ordinal, ewma from quality.control_point where chart_id = $1
            order by at desc, source_id desc, source_version desc limit $2
            """,
            connection
        );
        command.Parameters.Add(new() { Value = chartId });
        command.Parameters.Add(new() { Value = points + 1 });
        var rows = new List<Row>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(
                new Row(
                    ChartKeeper.KeyOf(reader),
                    reader.GetDouble(3),
                    reader.GetString(4),
                    reader.IsDBNull(5) ? null : reader.GetInt32(5),
                    reader.IsDBNull(6) ? null : reader.GetDouble(6)
                )
            );
        }

        rows.Reverse();
        return rows;
    }

    private static async Task<Dictionary<(Guid, int), List<SignalView>>> SignalsAsync(
        NpgsqlConnection connection,
        Guid chartId,
        List<Row> rows,
        Measure measure,
        string subject,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            select source_id, source_version, rule, side, value, standing, nonconformity_id from quality.control_signal
            where chart_id = $1 and at >= $2 order by at, rule
            """,
            connection
        );
        command.Parameters.Add(new() { Value = chartId });
        command.Parameters.Add(new() { Value = rows.Count > 0 ? rows[0].Key.At : DateTimeOffset.UnixEpoch });
        var signals = new Dictionary<(Guid, int), List<SignalView>>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = (reader.GetGuid(0), reader.GetInt32(1));
            var (rule, side, value) = (reader.GetString(2), reader.GetInt32(3), reader.GetDouble(4));
            var view = new SignalView(
                rule,
                side,
                reader.GetBoolean(5),
                SignalWords.Zh(measure, subject, rule, side, value),
                SignalWords.En(measure, subject, rule, side, value),
                reader.GetGuid(6)
            );
            if (signals.TryGetValue(key, out var views))
            {
                views.Add(view);
            }
            else
            {
                signals[key] = [view];
            }
        }

        return signals;
    }
}
