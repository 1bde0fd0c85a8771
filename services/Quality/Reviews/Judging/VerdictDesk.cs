using System.Globalization;
using System.Text.Json;
using TcmBrain.Contracts;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Judging;

/// <summary>
/// Verdicts (点评结论) and what follows from them. Rational: concluded. Irrational: the institution is asked; it accepts, or disputes, then a
/// second reviewer judges; where the two differ the arbiter (the regulator of the region) decides. Every verdict is kept.
/// </summary>
internal sealed class VerdictDesk(EventExchange exchange, ReviewReading reading, ReviewCodes codes, TimeProvider time)
{
    /// <summary>The same reviewer may repeat the same verdict; anything else is refused.</summary>
    /// <returns>The verdict, the stage that the review is in now, and whether it was recorded now.</returns>
    public async Task<(Verdict Verdict, string Stage, bool Recorded)> GiveAsync(
        Guid prescriptionId,
        VerdictRequest request,
        bool arbiter,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var row = await ReviewRow.LockAsync(work, prescriptionId, sight, cancellationToken);
        if (row.InstitutionCode == sight.Person.InstitutionCode)
        {
            throw QualityFaults.OwnInstitution.Exception("prescriptionId");
        }

        var suggested = await reading.SuggestedAsync(work.Connection, prescriptionId, cancellationToken);
        var verdict = VerdictRule.Check(request, suggested, codes);
        var round = request.Round!.Value;
        if (round != row.Round && await BeforeAsync(work, prescriptionId, round, cancellationToken) is { } before)
        {
            return before.Reviewer == sight.Person.Subject && Same(before.Verdict, verdict)
                ? (verdict, row.Stage, false)
                : throw QualityFaults.AlreadyReviewed.Exception("prescriptionId", before.ReviewerName);
        }

        if (round != row.Round)
        {
            throw QualityFaults.WrongReviewStage.Exception("round", row.Stage);
        }

        Allow(row, sight.Person, arbiter, now);
        await using (
            var insert = work.Command(
                """
                insert into quality.review_verdict (prescription_id, round, rational, codes, decisions, suggested, comment, reviewer, reviewer_name,
                    reviewer_code, given_at)
                values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8, $9, $10, $11)
                """,
                prescriptionId,
                round,
                verdict.Rational,
                verdict.Codes,
                JsonSerializer.Serialize(verdict.Decisions, StoredJson.Options),
                JsonSerializer.Serialize(suggested, StoredJson.Options),
                verdict.Comment,
                sight.Person.Subject,
                sight.Person.Name,
                sight.Person.InstitutionCode,
                now
            )
        )
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await ReviewSteps.RememberAsync(
            work,
            prescriptionId,
            "verdict-" + round.ToString(CultureInfo.InvariantCulture),
            sight.Person,
            string.Join(' ', verdict.Codes),
            now,
            cancellationToken
        );
        var stage = await FollowAsync(work, row, verdict, now, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return (verdict, stage, true);
    }

    private static async Task<string> FollowAsync(
        Work work,
        ReviewRow row,
        Verdict verdict,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (row.Round == 1 && !verdict.Rational)
        {
            await ReviewSteps.MoveAsync(work, row.PrescriptionId, "answering", now.AddDays(row.AnswerDays), cancellationToken);
            return "answering";
        }

        if (row.Round == 2)
        {
            var first = await BeforeAsync(work, row.PrescriptionId, 1, cancellationToken);
            if (first!.Value.Verdict.Rational != verdict.Rational || !first.Value.Verdict.Codes.SequenceEqual(verdict.Codes))
            {
                await ReviewSteps.MoveAsync(work, row.PrescriptionId, "arbitration", now.AddDays(row.ReviewDays), cancellationToken);
                return "arbitration";
            }
        }

        await ReviewSteps.ConcludeAsync(work, row.PrescriptionId, row.Round, now, cancellationToken);
        return "concluded";
    }

    /// <summary>Whether this person may judge it now.</summary>
    /// <exception cref="FaultException">It may not: why.</exception>
    public static void Allow(ReviewRow row, Person person, bool arbiter, DateTimeOffset now)
    {
        if (row.InstitutionCode == person.InstitutionCode)
        {
            throw QualityFaults.OwnInstitution.Exception("prescriptionId");
        }

        if (row.Round == 0 || row.Round == 3 != arbiter)
        {
            throw QualityFaults.WrongReviewStage.Exception("prescriptionId", row.Stage);
        }

        if (!row.Unbiased)
        {
            throw row.Round > 1
                ? QualityFaults.SecondPersonNeeded.Exception("prescriptionId")
                : QualityFaults.Conflict.Exception("prescriptionId");
        }

        if (row.HeldByOther(person, now))
        {
            throw QualityFaults.ReviewHeld.Exception(
                "prescriptionId",
                row.OwnerName ?? "",
                row.OwnerUntil!.Value.ToOffset(RegionTime.Offset).ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)
            );
        }
    }

    private static bool Same(Verdict before, Verdict now) =>
        before.Rational == now.Rational && before.Decisions.SequenceEqual(now.Decisions) && before.Comment == now.Comment;

    private static async Task<(Verdict Verdict, string Reviewer, string ReviewerName)?> BeforeAsync(
        Work work,
        Guid prescriptionId,
        int round,
        CancellationToken cancellationToken
    )
    {
        await using var command = work.Command(
            """
            select rational, codes, decisions, comment, reviewer, reviewer_name from quality.review_verdict
            where prescription_id = $1 and round = $2
            """,
            prescriptionId,
            round
        );
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        return await r.ReadAsync(cancellationToken)
            ? (
                new Verdict(r.GetBoolean(0), r.GetFieldValue<string[]>(1), StoredJson.Read<CodeDecision[]>(r.GetString(2)), r.GetString(3)),
                r.GetString(4),
                r.GetString(5)
            )
            : null;
    }
}
