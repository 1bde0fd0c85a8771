using TcmBrain.Exchange;
using TcmBrain.Quality.Reviews.Judging;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Reviews.Feedback;

/// <param name="Answer">accepted or disputed.</param>
/// <param name="Reason">Needed for a dispute.</param>
public sealed record AnswerRequest(string? Answer, string? Reason);

/// <summary>
/// The institution's answer to an irrational verdict (反馈与申辩): it accepts, and the verdict stands; it disputes with a reason, and somebody
/// else judges again; it says nothing until the date, and the verdict stands.
/// </summary>
internal sealed class AnswerDesk(EventExchange exchange, TimeProvider time)
{
    public const string Accepted = "accepted";
    public const string Disputed = "disputed";
    private const int LongestReason = 1_000;

    /// <summary>The same answer may be given again and changes nothing.</summary>
    /// <returns>The stage that the review is in now, and whether the answer was recorded now.</returns>
    public async Task<(string Stage, bool Recorded)> AnswerAsync(
        Guid prescriptionId,
        AnswerRequest request,
        ReviewSight sight,
        CancellationToken cancellationToken
    )
    {
        var faults = new FaultList();
        faults.Require(request.Answer is Accepted or Disputed, QualityFaults.NotAChoice, "answer", request.Answer ?? "");
        faults.Require(request.Answer != Disputed || !string.IsNullOrWhiteSpace(request.Reason), QualityFaults.Missing, "reason");
        faults.Require((request.Reason?.Length ?? 0) <= LongestReason, QualityFaults.TooLong, "reason", LongestReason);
        faults.ThrowIfAny();
        var now = time.GetUtcNow();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var row = await ReviewRow.LockOwnAsync(work, prescriptionId, sight, cancellationToken);
        if (row.Answer == request.Answer)
        {
            return (row.Stage, false);
        }

        if (row.Stage != "answering")
        {
            throw QualityFaults.WrongReviewStage.Exception("prescriptionId", row.Stage);
        }

        await RecordAsync(work, prescriptionId, request.Answer!, cancellationToken);
        await ReviewSteps.RememberAsync(
            work,
            prescriptionId,
            request.Answer!,
            sight.Person,
            request.Reason?.Trim() ?? "",
            now,
            cancellationToken
        );
        if (request.Answer == Accepted)
        {
            await ReviewSteps.ConcludeAsync(work, prescriptionId, 1, now, cancellationToken);
        }
        else
        {
            await ReviewSteps.MoveAsync(work, prescriptionId, "second", now.AddDays(row.ReviewDays), cancellationToken);
        }

        await work.CommitAsync(cancellationToken);
        return (request.Answer == Accepted ? "concluded" : "second", true);
    }

    public static async Task RecordAsync(Work work, Guid prescriptionId, string answer, CancellationToken cancellationToken)
    {
        await using var command = work.Command("update quality.review set answer = $2 where prescription_id = $1", prescriptionId, answer);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
