using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Quality.Nonconformities;

/// <summary>
/// Tells the next level of what is overdue (逾期升级), once a level and stage: first the centre's quality post, after that who supervises its region. To
/// whom is on file. Any number of replicas may run it.
/// </summary>
internal sealed partial class EscalationWatch(
    NpgsqlDataSource database,
    EventExchange exchange,
    NonconformityBook book,
    TimeProvider time,
    ILogger<EscalationWatch> logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <returns>How many were escalated.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var due = new List<Guid>();
        await using (
            var command = database.CreateCommand(
                "select nonconformity_id from quality.nonconformity where escalate_at < $1 and state <> 'closed' order by escalate_at limit 500"
            )
        )
        {
            command.Parameters.Add(new() { Value = time.GetUtcNow() });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                due.Add(reader.GetGuid(0));
            }
        }

        var escalated = 0;
        foreach (var id in due)
        {
            await using var work = await exchange.BeginAsync(cancellationToken);
            escalated += await EscalateAsync(work, id, cancellationToken) ? 1 : 0;
            await work.CommitAsync(cancellationToken);
        }

        return escalated;
    }

    private async Task<bool> EscalateAsync(Work work, Guid id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        string centre,
            severity,
            stage;
        int version,
            before;
        DateTimeOffset dueAt;
        await using (
            var command = work.Command(
                """
                select centre_code, severity, state, version, escalated, stage_due_at from quality.nonconformity
                where nonconformity_id = $1 and escalate_at < $2 and state <> 'closed' for update skip locked
                """,
                id,
                now
            )
        )
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return false;
            }

            (centre, severity, stage) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
            (version, before, dueAt) = (reader.GetInt32(3), reader.GetInt32(4), reader.GetFieldValue<DateTimeOffset>(5));
        }

        var (level, next) = CapaRule.Escalate(before, now, NonconformityBook.TermsOf(severity));
        var to = level == 1 ? "desk:" + centre : "region:" + centre.Substring(2, 6);
        await book.EnterAsync(
            work,
            id,
            version + 1,
            "escalated",
            Opening.System,
            Opening.SystemName,
            new
            {
                level,
                to,
                stage,
                dueAt,
            },
            cancellationToken
        );
        await using var update = work.Command(
            "update quality.nonconformity set version = $2, escalated = $3, escalate_at = $4 where nonconformity_id = $1",
            id,
            version + 1,
            level
        );
        update.Parameters.Add(new() { Value = (object?)next ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        await update.ExecuteNonQueryAsync(cancellationToken);
        work.Publish(
            new NonconformityEscalated
            {
                AggregateId = id,
                Version = version + 1,
                OccurredAt = now,
                CentreCode = centre,
                Stage = stage,
                Level = level,
                DueAt = dueAt,
            }
        );
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Away, or not yet migrated: what is overdue stays overdue.
                LogFailed(e);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is overdue could not be escalated; trying again")]
    private partial void LogFailed(Exception e);
}
