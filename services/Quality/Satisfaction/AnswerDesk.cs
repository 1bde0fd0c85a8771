using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using TcmBrain.Contracts;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Satisfaction;

public sealed record GivenAnswer(IReadOnlyDictionary<string, int> Answers, string? Comment, DateTimeOffset AnsweredAt);

/// <param name="State">open, changeable, answered (no longer changeable), waiting (not yet delivered) or over</param>
/// <param name="Until">until when it can be answered or changed; null when it cannot</param>
public sealed record Sheet(string State, DateTimeOffset? Until, GivenAnswer? Answer);

/// <summary>Takes what patients answer: one answer a prescription, after it was handed over, changeable for a short time.</summary>
internal sealed class AnswerDesk(
    NpgsqlDataSource database,
    Questionnaire questionnaire,
    IOptions<SatisfactionSettings> settings,
    TimeProvider time
)
{
    private sealed record Found(
        Guid Prescription,
        string Institution,
        string Region,
        string Centre,
        DateTimeOffset? DeliveredAt,
        GivenAnswer? Answer,
        int Changes
    );

    /// <summary>A code of another form, and one that nobody has, answer alike: QUA-0711.</summary>
    public async Task<Sheet> ReadAsync(string code, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return SheetOf(await FindAsync(connection, null, code, cancellationToken));
    }

    public async Task<Sheet> AnswerAsync(
        string code,
        IReadOnlyDictionary<string, int>? answers,
        string? comment,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var found = await FindAsync(connection, transaction, code, cancellationToken);
        var (kept, words) = questionnaire.Check(answers, comment);
        var now = time.GetUtcNow();
        var same =
            found.Answer is { } before
            && before.Comment == words
            && before.Answers.OrderBy(a => a.Key, StringComparer.Ordinal).SequenceEqual(kept);
        if (same)
        {
            return SheetOf(found);
        }

        switch (SheetOf(found).State)
        {
            case "waiting":
                throw QualityFaults.NotYetDelivered.Exception("code");
            case "answered" when found.Changes >= settings.Value.Changes:
                throw QualityFaults.ChangedTooOften.Exception("code");
            case "answered" or "over":
                throw QualityFaults.AnsweringOver.Exception("code");
        }

        await using var command = new NpgsqlCommand(
            """
            insert into quality.satisfaction as s
                (prescription_id, institution_code, region_code, centre_code, day, questionnaire, answers, comment, comment_state, answered_at,
                 changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8::text, case when $8::text is not null then 'waiting' end, $9, $9)
            on conflict (prescription_id) do update set
                questionnaire = excluded.questionnaire, answers = excluded.answers, comment = excluded.comment,
                comment_state = case when excluded.comment is not distinct from s.comment then s.comment_state else excluded.comment_state end,
                changed_at = excluded.changed_at, changes = s.changes + 1
            """,
            connection,
            transaction
        );
        command.Parameters.Add(new NpgsqlParameter { Value = found.Prescription });
        command.Parameters.Add(new NpgsqlParameter { Value = found.Institution });
        command.Parameters.Add(new NpgsqlParameter { Value = found.Region });
        command.Parameters.Add(new NpgsqlParameter { Value = found.Centre });
        command.Parameters.Add(new NpgsqlParameter { Value = RegionTime.DayOf(now) });
        command.Parameters.Add(new NpgsqlParameter { Value = questionnaire.Edition });
        command.Parameters.Add(
            new NpgsqlParameter { Value = JsonSerializer.Serialize(kept, StoredJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb }
        );
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)words ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return SheetOf(
            found with
            {
                Answer = new GivenAnswer(kept, words, found.Answer?.AnsweredAt ?? now),
                Changes = found.Answer is null ? 0 : found.Changes + 1,
            }
        );
    }

    private Sheet SheetOf(Found found)
    {
        var now = time.GetUtcNow();
        if (found.Answer is { } given)
        {
            var until = given.AnsweredAt.AddHours(settings.Value.ChangeHours);
            return now < until && found.Changes < settings.Value.Changes
                ? new Sheet("changeable", until, given)
                : new Sheet("answered", null, given);
        }

        var last = found.DeliveredAt?.AddDays(settings.Value.AnswerDays);
        return last is null ? new Sheet("waiting", null, null)
            : now < last ? new Sheet("open", last, null)
            : new Sheet("over", null, null);
    }

    private static async Task<Found> FindAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        string code,
        CancellationToken cancellationToken
    )
    {
        if (!PublicCodes.IsWellFormed(code))
        {
            throw QualityFaults.CodeNotFound.Exception("code");
        }

        await using var command = new NpgsqlCommand(
            $"""
            select f.prescription_id, f.institution_code, f.region_code, coalesce(f.centre_code, c.centre_code), f.delivered_at, s.answers::text,
                   s.comment, s.answered_at, coalesce(s.changes, 0)
            from quality.public_code c join quality.fact f using (prescription_id)
            left join quality.satisfaction s using (prescription_id)
            where c.code_sha256 = $1 {(transaction is null ? "" : "for update of f")}
            """,
            connection,
            transaction
        );
        command.Parameters.Add(new NpgsqlParameter { Value = PublicCodes.HashOf(code) });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new Found(
                row.GetGuid(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.MomentAt(4),
                row.TextAt(5) is { } answers
                    ? new GivenAnswer(
                        StoredJson.Read<Dictionary<string, int>>(answers),
                        row.TextAt(6),
                        row.GetFieldValue<DateTimeOffset>(7)
                    )
                    : null,
                row.GetInt32(8)
            )
            : throw QualityFaults.CodeNotFound.Exception("code");
    }
}
