using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Process;

internal sealed record ExcludedPoint(Guid SourceId, int SourceVersion);

/// <param name="From">The first moment of the window whose points count.</param>
/// <param name="Until">The last.</param>
/// <param name="Excluded">Points with a known cause that do not count.</param>
internal sealed record BaselineRequest(DateTimeOffset? From, DateTimeOffset? Until, IReadOnlyList<ExcludedPoint>? Excluded, string? Reason);

/// <summary>
/// Signs new limits for a chart (重新设定基线): reckoned from a window of its own points, by a named person, with a reason. From then on points
/// after the window are held against them; the signature's text names all that counted and the hash of the signature before.
/// </summary>
internal sealed class BaselineDesk(EventExchange exchange, ChartKeeper keeper, IOptions<SupervisionSettings> supervision, TimeProvider time)
{
    /// <summary>Fewer say too little of the spread.</summary>
    public const int LeastPoints = 20;
    private const int MostPoints = 2_000;

    private sealed record SignedValue(DateTimeOffset At, Guid SourceId, int SourceVersion, double Value, bool Excluded);

    private sealed record SignedBaseline(
        Guid ChartId,
        int Number,
        string? Previous,
        double Centre,
        double MeanRange,
        double Sigma,
        double UpperRange,
        string SignedBy,
        string SignedName,
        DateTimeOffset SignedAt,
        string Reason,
        IReadOnlyList<SignedValue> Values
    );

    /// <param name="version">of the chart's limits, that the person looked at</param>
    /// <returns>The number of the baseline.</returns>
    public async Task<int> SignAsync(
        Guid chartId,
        int version,
        BaselineRequest request,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var reason = Words.Required(request.Reason, "reason", 500);
        if (request.From is not { } from || request.Until is not { } until || until <= from)
        {
            throw QualityFaults.BaselineWindow.Exception("until");
        }

        await using var work = await exchange.BeginAsync(cancellationToken);
        await RequireSightAsync(work, chartId, caller, cancellationToken);
        var chart = await ChartKeeper.LockAsync(work, chartId, wait: true, cancellationToken);
        if (VersionOf(chart!.Baseline) != version)
        {
            throw QualityFaults.Stale.Exception();
        }

        var values = await ValuesAsync(work, chartId, from, until, request.Excluded ?? [], cancellationToken);
        var counting = values.Where(v => !v.Excluded).Select(v => v.Value).ToList();
        if (counting.Count < LeastPoints || values.Count > MostPoints)
        {
            throw QualityFaults.BaselinePoints.Exception("from", LeastPoints, MostPoints, counting.Count);
        }

        var limits = ControlLimits.Of(counting, ControlConstants.Exact) ?? throw QualityFaults.BaselineFlat.Exception("from");
        var baseline = new Baseline(
            (chart.Baseline ?? 0) + 1,
            values[0].At,
            new PointKey(values[^1].At, values[^1].SourceId, values[^1].SourceVersion),
            counting.Count,
            limits
        );
        await SaveAsync(work, chart, baseline, values, reason, caller, cancellationToken);
        await BaselineStore.HoldAsync(work, chartId, baseline, cancellationToken);
        await keeper.JudgeAsync(work, chartId, all: true, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return baseline.Number;
    }

    public static int VersionOf(int? baseline) => (baseline ?? -1) + 1;

    private async Task RequireSightAsync(Work work, Guid chartId, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        await using var command = new Npgsql.NpgsqlCommand(
            $"select 1 from quality.control_chart where chart_id = @id and {Sight.Centre}",
            work.Connection,
            work.Transaction
        );
        command.Parameters.AddWithValue("id", chartId);
        Sight.Of(caller, supervision.Value).Guard(command);
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            throw QualityFaults.ChartNotFound.Exception("chartId");
        }
    }

    private static async Task<List<SignedValue>> ValuesAsync(
        Work work,
        Guid chartId,
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyList<ExcludedPoint> excluded,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            $"""
            select at, source_id, source_version, value from quality.control_point where chart_id = $1 and at >= $2 and at <= $3
            order by at, source_id, source_version limit {MostPoints + 1}
            """,
            chartId,
            from.ToUniversalTime(),
            until.ToUniversalTime()
        );
        var left = excluded.Select(e => (e.SourceId, e.SourceVersion)).ToHashSet();
        var values = new List<SignedValue>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = ChartKeeper.KeyOf(reader);
            values.Add(new(key.At, key.SourceId, key.SourceVersion, reader.GetDouble(3), left.Contains((key.SourceId, key.SourceVersion))));
        }

        return values;
    }

    private async Task SaveAsync(
        Work work,
        Chart chart,
        Baseline baseline,
        List<SignedValue> values,
        string reason,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var reading = work.Command(
            "select sha256 from quality.control_baseline where chart_id = $1 and number = $2",
            chart.ChartId,
            baseline.Number - 1
        );
        var previous = await reading.ExecuteScalarAsync(cancellationToken) as byte[];
        var now = time.GetUtcNow();
        var limits = baseline.Limits;
        var content = JsonSerializer.Serialize(
            new SignedBaseline(
                chart.ChartId,
                baseline.Number,
                previous is null ? null : Convert.ToHexStringLower(previous),
                limits.Centre,
                limits.MeanRange,
                limits.Sigma,
                limits.UpperRange,
                caller.Subject(),
                caller.DisplayName(),
                now,
                reason,
                values
            ),
            StoredJson.Options
        );
        var excluded = values.Where(v => v.Excluded).Select(v => new ExcludedPoint(v.SourceId, v.SourceVersion));
        await using var command = work.Command(
            """
            insert into quality.control_baseline
                (chart_id, number, from_at, until_at, until_source, until_version, points, excluded, centre, mean_range, sigma, upper_range,
                 signed_by, signed_name, signed_at, reason, content, sha256)
            values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            """,
            chart.ChartId,
            baseline.Number,
            baseline.From,
            baseline.Until.At,
            baseline.Until.SourceId,
            baseline.Until.SourceVersion,
            baseline.Points,
            JsonSerializer.Serialize(excluded, StoredJson.Options),
            limits.Centre,
            limits.MeanRange,
            limits.Sigma,
            limits.UpperRange,
            caller.Subject(),
            caller.DisplayName(),
            now,
            reason,
            content,
            SHA256.HashData(Encoding.UTF8.GetBytes(content))
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
