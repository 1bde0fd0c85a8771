using Npgsql;
using NpgsqlTypes;
using TcmBrain.Exchange.Storage;
using TcmBrain.Prescriptions.AuditAdvice;

namespace TcmBrain.Prescriptions.CdsHooks;

/// <summary>Cards given and what was done about them.</summary>
internal sealed class CdsStore(NpgsqlDataSource database)
{
    public async Task AddCardsAsync(
        string service,
        Guid hookInstance,
        string institutionCode,
        string regionCode,
        string release,
        IReadOnlyList<IssuedCard> cards,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        if (cards.Count == 0)
        {
            return;
        }

        const string sql = """
            insert into prescriptions.cds_cards (id, service, hook_instance, institution_code, region_code, rule_id, severity, release, issued_at)
            select id, $4, $5, $6, $7, rule_id, severity, $8, $9 from unnest($1, $2, $3) as c (id, rule_id, severity)
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(ColumnArray.Of(cards, NpgsqlDbType.Uuid, x => x.Card.Uuid));
        command.Parameters.Add(ColumnArray.Of(cards, NpgsqlDbType.Text, x => x.RuleId));
        command.Parameters.Add(ColumnArray.Of(cards, NpgsqlDbType.Text, x => SeverityWords.Of(x.Severity)));
        foreach (var value in new object[] { service, hookInstance, institutionCode, regionCode, release, at.UtcDateTime })
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Of these cards, those that this service gave this institution.</summary>
    public async Task<HashSet<Guid>> KnownAsync(string service, string institutionCode, Guid[] cards, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select id from prescriptions.cds_cards where id = any($1) and institution_code = $2 and service = $3"
        );
        command.Parameters.Add(new() { Value = cards });
        command.Parameters.Add(new() { Value = institutionCode });
        command.Parameters.Add(new() { Value = service });
        var known = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(reader.GetGuid(0));
        }

        return known;
    }

    /// <summary>Idempotent: what was told first of a card stands.</summary>
    public async Task AddFeedbackAsync(
        IReadOnlyList<CdsFeedback> feedback,
        string by,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        const string sql = """
            insert into prescriptions.cds_feedback (card_id, outcome, reason_code, reason_system, comment, happened_at, told_by, told_at)
            select card_id, outcome, reason_code, reason_system, comment, happened_at, $7, $8
            from unnest($1, $2, $3, $4, $5, $6) as f (card_id, outcome, reason_code, reason_system, comment, happened_at)
            on conflict (card_id) do nothing
            """;
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(ColumnArray.Of(feedback, NpgsqlDbType.Uuid, x => x.Card));
        command.Parameters.Add(ColumnArray.Of(feedback, NpgsqlDbType.Text, x => x.Outcome));
        command.Parameters.Add(ColumnArray.Of(feedback, NpgsqlDbType.Text, x => x.OverrideReason?.Reason?.Code));
        command.Parameters.Add(ColumnArray.Of(feedback, NpgsqlDbType.Text, x => x.OverrideReason?.Reason?.System));
        command.Parameters.Add(ColumnArray.Of(feedback, NpgsqlDbType.Text, x => x.OverrideReason?.UserComment));
        command.Parameters.Add(ColumnArray.Of(feedback, NpgsqlDbType.TimestampTz, x => (x.OutcomeTimestamp ?? at).UtcDateTime));
        command.Parameters.Add(new() { Value = by });
        command.Parameters.Add(new() { Value = at.UtcDateTime });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>How many cards older than this went.</summary>
    public async Task<long> TidyAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select prescriptions.tidy_cds_cards($1)");
        command.Parameters.Add(new() { Value = before.UtcDateTime });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>Cards are kept for ninety days.</summary>
internal sealed partial class CdsTidy(CdsStore store, TimeProvider time, ILogger<CdsTidy> logger) : BackgroundService
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromHours(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await store.TidyAsync(time.GetUtcNow() - Kept, stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogLater(e.Message);
            }
            catch (OperationCanceledException) { }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old cards are put away later: {Reason}")]
    private partial void LogLater(string reason);
}
