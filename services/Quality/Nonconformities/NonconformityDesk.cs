using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Nonconformities;

/// <summary>A nonconformity as it is locked for an act.</summary>
internal sealed record Case(
    Guid Id,
    string CentreCode,
    string Severity,
    int Version,
    string Owner,
    DateTimeOffset DetectedAt,
    CapaFacts Facts,
    IReadOnlyList<CaseAction> Actions
)
{
    public string Stage => CapaRule.StageOf(Facts, NonconformityBook.TermsOf(Severity)).Stage;
}

internal sealed record CaseAction(Guid ActionId, string Owner, DateOnly DueOn, DateTimeOffset AddedAt, DateTimeOffset? DoneAt);

/// <summary>
/// Deals with nonconformities. Each act needs the version that the person looked at; the very act that brought it to the version after that, asked for again, is
/// answered as if it had been done now.
/// </summary>
internal sealed class NonconformityDesk(
    EventExchange exchange,
    NonconformityBook book,
    IOptions<SupervisionSettings> supervision,
    TimeProvider time
)
{
    /// <summary>What an act does: returns the facts after it; throws what refuses it.</summary>
    internal delegate Task<CapaFacts> Deed(Work work, Case found, DateTimeOffset now);

    /// <returns>The version that it came to.</returns>
    public async Task<int> ActAsync(
        Guid id,
        int version,
        string kind,
        object content,
        ClaimsPrincipal caller,
        Deed deed,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var found = await LockAsync(work, id, caller, cancellationToken);
        if (found.Version == version + 1 && await IsRepeatAsync(work, found, kind, content, caller, cancellationToken))
        {
            return found.Version;
        }

        if (found.Version != version)
        {
            throw QualityFaults.Stale.Exception();
        }

        if (found.Facts.ClosedAt is not null)
        {
            throw QualityFaults.CaseClosed.Exception();
        }

        var now = time.GetUtcNow();
        var facts = await deed(work, found, now);
        await book.EnterAsync(work, id, version + 1, kind, caller.Subject(), caller.DisplayName(), content, cancellationToken);
        await SettleAsync(work, found, facts, version + 1, caller, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return version + 1;
    }

    /// <summary>By hand; asked for again with the same id it is the same one.</summary>
    /// <returns>False when it was there.</returns>
    public async Task<bool> OpenAsync(Opening opening, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var opened = await book.OpenAsync(work, opening, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return opened;
    }

    private static async Task<bool> IsRepeatAsync(
        Work work,
        Case found,
        string kind,
        object content,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select 1 from quality.nonconformity_entry
            where nonconformity_id = $1 and number = $2 and kind = $3 and by = $4 and content = $5::jsonb
            """,
            found.Id,
            found.Version,
            kind,
            caller.Subject(),
            JsonSerializer.Serialize(content, StoredJson.Options)
        );
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private async Task<Case> LockAsync(Work work, Guid id, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select centre_code, severity, version, owner, detected_at, opened_at, contained_at, cause_at, ineffective_at, closed_at
            from quality.nonconformity where nonconformity_id = @id and {Sight.Centre} for update
            """,
            work.Connection,
            work.Transaction
        );
        command.Parameters.AddWithValue("id", id);
        Sight.Of(caller, supervision.Value).Guard(command);
        Case found;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                throw QualityFaults.CaseNotFound.Exception("nonconformityId");
            }

            found = new Case(
                id,
                reader.GetString(0),
                reader.GetString(1),
                reader.GetInt32(2),
                reader.GetString(3),
                reader.GetFieldValue<DateTimeOffset>(4),
                new CapaFacts(
                    reader.GetFieldValue<DateTimeOffset>(5),
                    reader.MomentAt(6),
                    reader.MomentAt(7),
                    reader.MomentAt(8),
                    [],
                    reader.MomentAt(9)
                ),
                []
            );
        }

        var actions = await ActionsAsync(work, id, cancellationToken);
        return found with
        {
            Actions = actions,
            Facts = found.Facts with { Actions = [.. actions.Select(a => new CapaAction(a.DueOn, a.AddedAt, a.DoneAt))] },
        };
    }

    private static async Task<IReadOnlyList<CaseAction>> ActionsAsync(Work work, Guid id, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            """
            select action_id, owner, due_on, added_at, done_at from quality.nonconformity_action where nonconformity_id = $1
            order by due_on, action_id
            """,
            id
        );
        var actions = new List<CaseAction>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            actions.Add(
                new(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetFieldValue<DateOnly>(2),
                    reader.GetFieldValue<DateTimeOffset>(3),
                    reader.MomentAt(4)
                )
            );
        }

        return actions;
    }

    /// <summary>A stage that was left is no longer overdue; a new one has its own time.</summary>
    private static async Task SettleAsync(
        Work work,
        Case before,
        CapaFacts facts,
        int version,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var reading = work.Command("select severity from quality.nonconformity where nonconformity_id = $1", before.Id);
        var severity = (string)(await reading.ExecuteScalarAsync(cancellationToken))!;
        var stage = CapaRule.StageOf(facts, NonconformityBook.TermsOf(severity));
        await using var update = work.Command(
            """
            update quality.nonconformity
            set version = $2, state = $3, contained_at = $4, cause_at = $5, ineffective_at = $6, closed_at = $7, check_from = $8,
                stage_due_at = $9,
                escalated = case when state = $3 and stage_due_at = $9 then escalated else 0 end,
                escalate_at = case when state = $3 and stage_due_at = $9 then escalate_at else $9 end
            where nonconformity_id = $1
            """,
            before.Id,
            version,
            stage.Stage
        );
        foreach (var moment in new[] { facts.ContainedAt, facts.CauseAt, facts.IneffectiveAt, facts.ClosedAt, stage.CheckFrom })
        {
            Add(moment);
        }

        Add(stage.DueAt);
        await update.ExecuteNonQueryAsync(cancellationToken);
        if (facts.ClosedAt is { } closed)
        {
            work.Publish(
                new NonconformityClosed
                {
                    AggregateId = before.Id,
                    Version = version,
                    OccurredAt = closed,
                    CentreCode = before.CentreCode,
                    ClosedBy = caller.DisplayName(),
                    Severity = severity,
                    OpenedAt = facts.OpenedAt,
                }
            );
        }

        void Add(DateTimeOffset? moment) =>
            update.Parameters.Add(
                new() { Value = (object?)moment?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz }
            );
    }
}
