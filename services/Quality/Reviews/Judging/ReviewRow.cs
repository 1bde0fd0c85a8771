using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Judging;

/// <summary>A review as somebody has its row locked.</summary>
internal sealed record ReviewRow(
    Guid PrescriptionId,
    string InstitutionCode,
    string Stage,
    int ReviewDays,
    int AnswerDays,
    string? Owner,
    string? OwnerName,
    DateTimeOffset? OwnerUntil,
    string? Answer,
    bool Unbiased
)
{
    /// <summary>Which round a verdict would be of; 0: none is wanted.</summary>
    public int Round =>
        Stage switch
        {
            "first" => 1,
            "second" => 2,
            "arbitration" => 3,
            _ => 0,
        };

    /// <summary>For a verdict: one's own institution's is found as well, so that the refusal can say why.</summary>
    public static Task<ReviewRow> LockAsync(Work work, Guid prescriptionId, ReviewSight sight, CancellationToken cancellationToken) =>
        LockAsync(work, prescriptionId, sight, $"(v.institution_code = @institution or {ReviewSight.Where})", cancellationToken);

    /// <summary>For an answer: the institution's own and nobody else's.</summary>
    public static Task<ReviewRow> LockOwnAsync(Work work, Guid prescriptionId, ReviewSight sight, CancellationToken cancellationToken) =>
        LockAsync(work, prescriptionId, sight, $"v.institution_code = @institution and {ReviewSight.Where}", cancellationToken);

    private static async Task<ReviewRow> LockAsync(
        Work work,
        Guid prescriptionId,
        ReviewSight sight,
        string seen,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            select v.institution_code, v.stage, v.review_days, v.answer_days, v.owner, v.owner_name, v.owner_until, v.answer,
                   {ReviewSight.Unbiased}
            from quality.review v join quality.prescription p using (prescription_id)
            where v.prescription_id = @id and {seen} for update of v
            """,
            work.Connection,
            work.Transaction
        );
        command.Parameters.AddWithValue("id", prescriptionId);
        sight.Guard(command);
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        return await r.ReadAsync(cancellationToken)
            ? new ReviewRow(
                prescriptionId,
                r.GetString(0),
                r.GetString(1),
                r.GetInt32(2),
                r.GetInt32(3),
                r.TextAt(4),
                r.TextAt(5),
                r.MomentAt(6),
                r.TextAt(7),
                r.GetBoolean(8)
            )
            : throw QualityFaults.ReviewNotFound.Exception("prescriptionId");
    }

    public bool HeldByOther(Person person, DateTimeOffset now) => Owner is not null && Owner != person.Subject && OwnerUntil > now;
}

/// <summary>What a review's row and its history go through; the row is locked by the caller.</summary>
internal static class ReviewSteps
{
    public static async Task MoveAsync(
        Work work,
        Guid prescriptionId,
        string stage,
        DateTimeOffset due,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            update quality.review set stage = $2, due_at = $3, overdue_at = null, owner = null, owner_name = null, owner_until = null,
                assigned = false, version = version + 1
            where prescription_id = $1
            """,
            prescriptionId,
            stage,
            due
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The end: the verdict of this round stands, and is told once.</summary>
    public static async Task ConcludeAsync(
        Work work,
        Guid prescriptionId,
        int round,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            with verdict as (select rational, codes, reviewer_name from quality.review_verdict where prescription_id = $1 and round = $2),
            concluded as (
                update quality.review set stage = 'concluded', overdue_at = null, owner = null, owner_name = null, owner_until = null,
                    assigned = false, version = version + 1, final_rational = verdict.rational, final_codes = verdict.codes, concluded_at = $3
                from verdict where prescription_id = $1),
            counted as (
                update quality.prescription set told = told + 1 where prescription_id = $1
                returning told, traceparent, institution_code, region_code, his_number, revision)
            select rational, codes, reviewer_name, told, traceparent, institution_code, region_code, his_number, revision
            from verdict, counted
            """,
            prescriptionId,
            round,
            now
        );
        ReviewCompleted told;
        string? trace;
        await using (var r = await command.ExecuteReaderAsync(cancellationToken))
        {
            await r.ReadAsync(cancellationToken);
            trace = r.TextAt(4);
            told = new ReviewCompleted
            {
                AggregateId = prescriptionId,
                Version = r.GetInt32(3),
                OccurredAt = now,
                InstitutionCode = r.GetString(5),
                RegionCode = r.GetString(6),
                HisNumber = r.GetString(7),
                Revision = r.GetInt32(8),
                Rational = r.GetBoolean(0),
                Codes = r.GetFieldValue<string[]>(1),
                Reviewer = r.GetString(2),
            };
        }

        work.Publish(told, trace);
    }

    public static async Task RememberAsync(
        Work work,
        Guid prescriptionId,
        string act,
        Person person,
        string text,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            insert into quality.review_history (prescription_id, number, act, actor, actor_name, actor_code, text, happened_at)
            select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7 from quality.review_history where prescription_id = $1
            """,
            prescriptionId,
            act,
            person.Subject,
            person.Name,
            person.InstitutionCode,
            text,
            now
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
