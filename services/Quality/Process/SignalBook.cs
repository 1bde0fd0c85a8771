using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Quality.Nonconformities;

namespace TcmBrain.Quality.Process;

internal sealed record FoundSignal(PointKey Key, double Value, ChartSignal Signal);

/// <summary>
/// Keeps what the charts say, each signal with the nonconformity that deals with it: the chart's open one, or a new one. A signal that a late
/// measurement undoes stays on file as withdrawn, and so does its nonconformity, with an entry that says so.
/// </summary>
internal sealed class SignalBook(NonconformityBook book, SeverityRule severities, TimeProvider time)
{
    /// <param name="after">Everything after this point was judged anew; null: everything after the baseline.</param>
    public async Task SettleAsync(
        Work work,
        Chart chart,
        Measure measure,
        PointKey? after,
        IReadOnlyList<FoundSignal> found,
        CancellationToken cancellationToken
    )
    {
        await WithdrawAsync(work, chart, after, found, cancellationToken);
        var known = await KnownAsync(work, chart, found, cancellationToken);
        var fresh = found.Where(f => !known.Contains((f.Key.SourceId, f.Key.SourceVersion, f.Signal.Rule, f.Signal.Side))).ToList();
        if (fresh.Count == 0)
        {
            return;
        }

        var (id, version, severity) = await OpenOneAsync(work, chart, measure, fresh[0], cancellationToken);
        var told = await ToldAsync(work, id, cancellationToken);
        var count = chart.Told;
        foreach (var signal in fresh)
        {
            await KeepAsync(work, chart, signal, id, cancellationToken);
            if (!told.Add((signal.Signal.Rule, signal.Signal.Side)))
            {
                continue;
            }

            var (zh, en) = Words(measure, chart, signal);
            version++;
            await book.EnterAsync(
                work,
                id,
                version,
                "signal",
                Opening.System,
                Opening.SystemName,
                new
                {
                    chart.ChartId,
                    signal.Signal.Rule,
                    signal.Signal.Side,
                    signal.Key.At,
                    TextZh = zh,
                    TextEn = en,
                },
                cancellationToken
            );
            severity = Graver(severity, severities.Of("signal", signal.Signal.Rule));
            count++;
            work.Publish(
                new ControlSignalRaised
                {
                    AggregateId = chart.ChartId,
                    Version = count,
                    OccurredAt = time.GetUtcNow(),
                    CentreCode = chart.CentreCode,
                    Measure = chart.Measure,
                    Subject = chart.Subject,
                    Rule = signal.Signal.Rule,
                    Side = signal.Signal.Side,
                    MeasuredAt = signal.Key.At,
                    TextZh = zh,
                    TextEn = en,
                    NonconformityId = id,
                }
            );
        }

        await using var update = work.Command(
            """
            with chart as (update quality.control_chart set told = $4 where chart_id = $3)
            update quality.nonconformity set version = $2, severity = $5 where nonconformity_id = $1
            """,
            id,
            version,
            chart.ChartId,
            count,
            severity
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Graver(string one, string other) =>
        CapaRule.Severities.ToList().IndexOf(one) >= CapaRule.Severities.ToList().IndexOf(other) ? one : other;

    private static (string Zh, string En) Words(Measure measure, Chart chart, FoundSignal signal) =>
        (
            SignalWords.Zh(measure, chart.Subject, signal.Signal.Rule, signal.Signal.Side, signal.Value),
            SignalWords.En(measure, chart.Subject, signal.Signal.Rule, signal.Signal.Side, signal.Value)
        );

    private async Task<(Guid Id, int Version, string Severity)> OpenOneAsync(
        Work work,
        Chart chart,
        Measure measure,
        FoundSignal first,
        CancellationToken cancellationToken
    )
    {
        await using (
            var command = work.Command(
                """
                select nonconformity_id, version, severity from quality.nonconformity
                where source = 'signal' and source_id = $1 and state <> 'closed' for update
                """,
                chart.ChartId
            )
        )
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
            {
                return (reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2));
            }
        }

        var (zh, en) = Words(measure, chart, first);
        var severity = severities.Of("signal", first.Signal.Rule);
        var opening = new Opening("signal", chart.CentreCode, chart.Measure, chart.Subject, severity, zh, en, first.Key.At)
        {
            SourceId = chart.ChartId,
        };
        await book.OpenAsync(work, opening, cancellationToken);
        return (opening.Id, 1, severity);
    }

    private static async Task<HashSet<(string Rule, int Side)>> ToldAsync(Work work, Guid id, CancellationToken cancellationToken)
    {
        await using var command = work.Command("select distinct rule, side from quality.control_signal where nonconformity_id = $1", id);
        var told = new HashSet<(string, int)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            told.Add((reader.GetString(0), reader.GetInt32(1)));
        }

        return told;
    }

    /// <summary>Those of the found ones that are on file; what was withdrawn and is found again stands again.</summary>
    private static async Task<HashSet<(Guid, int, string, int)>> KnownAsync(
        Work work,
        Chart chart,
        IReadOnlyList<FoundSignal> found,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            update quality.control_signal s set standing = true
            from unnest($2, $3, $4, $5) as u (source_id, source_version, rule, side)
            where s.chart_id = $1 and s.source_id = u.source_id and s.source_version = u.source_version and s.rule = u.rule and s.side = u.side
            returning s.source_id, s.source_version, s.rule, s.side
            """,
            chart.ChartId,
            found.Select(f => f.Key.SourceId).ToArray(),
            found.Select(f => f.Key.SourceVersion).ToArray(),
            found.Select(f => f.Signal.Rule).ToArray(),
            found.Select(f => f.Signal.Side).ToArray()
        );
        var known = new HashSet<(Guid, int, string, int)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add((reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetInt32(3)));
        }

        return known;
    }

    private async Task WithdrawAsync(
        Work work,
        Chart chart,
        PointKey? after,
        IReadOnlyList<FoundSignal> found,
        CancellationToken cancellationToken
    )
    {
        var undone = new Dictionary<Guid, int>();
        await using (
            var command = work.Command(
                """
                update quality.control_signal s set standing = false
                where chart_id = $1 and standing and (at, source_id, source_version) > ($2, $3, $4)
                  and not exists (
                      select from unnest($5, $6, $7, $8) as u (source_id, source_version, rule, side)
                      where s.source_id = u.source_id and s.source_version = u.source_version and s.rule = u.rule and s.side = u.side)
                returning nonconformity_id
                """,
                chart.ChartId,
                after?.At ?? DateTimeOffset.MinValue,
                after?.SourceId ?? Guid.Empty,
                after?.SourceVersion ?? 0,
                found.Select(f => f.Key.SourceId).ToArray(),
                found.Select(f => f.Key.SourceVersion).ToArray(),
                found.Select(f => f.Signal.Rule).ToArray(),
                found.Select(f => f.Signal.Side).ToArray()
            )
        )
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                undone[reader.GetGuid(0)] = undone.GetValueOrDefault(reader.GetGuid(0)) + 1;
            }
        }

        foreach (var (id, count) in undone)
        {
            await using var update = work.Command(
                "update quality.nonconformity set version = version + 1 where nonconformity_id = $1 returning version",
                id
            );
            var version = (int)(await update.ExecuteScalarAsync(cancellationToken))!;
            await book.EnterAsync(
                work,
                id,
                version,
                "signal-withdrawn",
                Opening.System,
                Opening.SystemName,
                new { Count = count },
                cancellationToken
            );
        }
    }

    private async Task KeepAsync(Work work, Chart chart, FoundSignal signal, Guid nonconformity, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            insert into quality.control_signal (chart_id, source_id, source_version, rule, side, at, value, found_at, nonconformity_id)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            chart.ChartId,
            signal.Key.SourceId,
            signal.Key.SourceVersion,
            signal.Signal.Rule,
            signal.Signal.Side,
            signal.Key.At,
            signal.Value,
            time.GetUtcNow(),
            nonconformity
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
