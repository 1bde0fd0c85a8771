using System.Security.Claims;
using Microsoft.Extensions.Options;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Quality.Nonconformities;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Lots;

/// <param name="Tests">first results that are not on file yet; may be left out when all are</param>
/// <param name="Grade">等级; left out: as the rule gives it</param>
/// <param name="GradeReason">where it differs from the rule's</param>
internal sealed record ReleaseRequest(IReadOnlyList<LotTest>? Tests, string? Grade = null, string? GradeReason = null);

/// <summary>
/// What quality control decides about a lot, once: released, rejected, or called back. Asking for the state that it already has is
/// answered as if it had been done now, so a lost answer may be asked for again.
/// </summary>
internal sealed class LotDecision(
    EventExchange exchange,
    ResultBook results,
    LotLimits limits,
    TestNeeds needs,
    GradeRule grades,
    NonconformityBook book,
    SeverityRule severities,
    IOptions<SupervisionSettings> supervision,
    TimeProvider time
)
{
    /// <summary>
    /// On the results on file together with <paramref name="request"/>'s, which are entered as first results when they were not: every required test
    /// has to be there, and every result that counts has to pass.
    /// </summary>
    /// <returns>True when it was decided now.</returns>
    public async Task<bool> ReleaseAsync(Guid lotId, ReleaseRequest request, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var lot = await LockAsync(work, lotId, caller, cancellationToken);
        var known = await ResultBook.OfAsync(work, lotId, cancellationToken);
        if (request.Tests is { Count: > 0 } || known.Count == 0)
        {
            ReleaseRule.Check(lot.Piece, request.Tests, limits, lot.ProducedOn);
        }

        if (lot.State == Lot.Released)
        {
            return false;
        }

        Require(lot.State == Lot.Waiting, lot);
        if (lot.ExpiresOn < RegionTime.DayOf(time.GetUtcNow()))
        {
            throw QualityFaults.Expired.Exception("", lot.ExpiresOn.ToString("O", null));
        }

        await results.EnterNewAsync(work, lot, request.Tests ?? [], known, "", caller, cancellationToken);
        known = await ResultBook.OfAsync(work, lotId, cancellationToken);
        var own = limits.Of(lot.Piece, lot.ProducedOn);
        LotResults.Obstacles(known, own, needs).ThrowIfAny();
        var (grade, by, reason) = GradeOf(request, [.. LotResults.Effective(known).Values], own, caller);
        await DecideAsync(work, lot, Lot.Released, null, caller, cancellationToken);
        await using var graded = work.Command(
            "update quality.lot set grade = $2, graded_by = $3, grade_reason = $4 where lot_id = $1",
            lotId,
            grade,
            by,
            reason
        );
        await graded.ExecuteNonQueryAsync(cancellationToken);
        work.Publish(
            new LotReleased
            {
                AggregateId = lotId,
                Version = lot.Told + 1,
                OccurredAt = time.GetUtcNow(),
                CentreCode = lot.CentreCode,
                Piece = lot.Piece,
                LotNumber = lot.LotNumber,
                ReleasedBy = caller.DisplayName(),
                Grade = grade,
                GradedBy = by,
                GradeReason = reason,
            },
            lot.TraceParent
        );
        await work.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>As the rule gives it when nothing else is said; otherwise with the name of who said so, and why.</summary>
    private (string Grade, string By, string Reason) GradeOf(
        ReleaseRequest request,
        IReadOnlyCollection<LotResult> effective,
        IReadOnlyList<LotLimit> own,
        ClaimsPrincipal caller
    )
    {
        var rule = grades.Of(effective, own);
        var asked = request.Grade?.Trim();
        if (asked is null || asked == rule)
        {
            return (rule, "", "");
        }

        if (asked.Length > 20 || asked.Any(char.IsControl))
        {
            throw QualityFaults.TooLong.Exception("grade", 20);
        }

        return string.IsNullOrWhiteSpace(request.GradeReason)
            ? throw QualityFaults.GradeReason.Exception("gradeReason", rule)
            : (asked, caller.DisplayName(), Words.Required(request.GradeReason, "gradeReason", 500));
    }

    /// <inheritdoc cref="ReleaseAsync"/>
    public async Task<bool> RejectAsync(Guid lotId, string? reason, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var why = Reason(reason);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var lot = await LockAsync(work, lotId, caller, cancellationToken);
        if (lot.State == Lot.Rejected)
        {
            return false;
        }

        Require(lot.State == Lot.Waiting, lot);
        await DecideAsync(work, lot, Lot.Rejected, why, caller, cancellationToken);
        await book.OpenAsync(work, Opening(lot, "lot-rejected", $"不合格:{why}", $"rejected: {why}", caller), cancellationToken);
        work.Publish(
            new LotRejected
            {
                AggregateId = lotId,
                Version = lot.Told + 1,
                OccurredAt = time.GetUtcNow(),
                CentreCode = lot.CentreCode,
                Piece = lot.Piece,
                LotNumber = lot.LotNumber,
                RejectedBy = caller.DisplayName(),
                Reason = why,
            },
            lot.TraceParent
        );
        await work.CommitAsync(cancellationToken);
        return true;
    }

    /// <inheritdoc cref="ReleaseAsync"/>
    public async Task<bool> RecallAsync(Guid lotId, string? reason, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var why = Reason(reason);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var lot = await LockAsync(work, lotId, caller, cancellationToken);
        if (lot.State == Lot.Recalled)
        {
            return false;
        }

        if (lot.State != Lot.Released)
        {
            throw QualityFaults.NotReleased.Exception("", lot.State);
        }

        await DecideAsync(work, lot, Lot.Recalled, why, caller, cancellationToken);
        await book.OpenAsync(work, Opening(lot, "recall", $"召回:{why}", $"called back: {why}", caller), cancellationToken);
        work.Publish(
            new RecallIssued
            {
                AggregateId = lotId,
                Version = lot.Told + 1,
                OccurredAt = time.GetUtcNow(),
                CentreCode = lot.CentreCode,
                Piece = lot.Piece,
                LotNumber = lot.LotNumber,
                IssuedBy = caller.DisplayName(),
                Reason = why,
            },
            lot.TraceParent
        );
        await work.CommitAsync(cancellationToken);
        return true;
    }

    private static void Require(bool waiting, Lot lot)
    {
        if (!waiting)
        {
            throw QualityFaults.AlreadyDecided.Exception("", lot.State);
        }
    }

    private static string Reason(string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? throw QualityFaults.Missing.Exception("reason")
        : reason.Length > 500 ? throw QualityFaults.TooLong.Exception("reason", 500)
        : reason.Trim();

    private Opening Opening(Lot lot, string source, string zh, string en, ClaimsPrincipal caller) =>
        new(
            source,
            lot.CentreCode,
            source,
            lot.Piece,
            severities.Of(source, source),
            $"{lot.Piece} 批号 {lot.LotNumber} {zh}",
            $"{lot.Piece} lot {lot.LotNumber} {en}",
            time.GetUtcNow()
        )
        {
            SourceId = lot.LotId,
            By = caller.Subject(),
            ByName = caller.DisplayName(),
        };

    public async Task<Lot> LockAsync(Work work, Guid lotId, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        await using var command = new Npgsql.NpgsqlCommand(
            $"""
            select centre_code, piece, lot_number, expires_on, state, told, traceparent, produced_on
            from quality.lot where lot_id = @id and {Sight.Centre} for update
            """,
            work.Connection,
            work.Transaction
        );
        command.Parameters.AddWithValue("id", lotId);
        Sight.Of(caller, supervision.Value).Guard(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Lot(
                lotId,
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetFieldValue<DateOnly>(3),
                reader.GetString(4),
                reader.GetInt32(5),
                reader.TextAt(6),
                reader.GetFieldValue<DateOnly>(7)
            )
            : throw QualityFaults.LotNotFound.Exception("lotId");
    }

    private async Task DecideAsync(
        Work work,
        Lot lot,
        string state,
        string? reason,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var update = work.Command(
            """
            update quality.lot set state = $2, told = told + 1, decided_at = $3, decided_by = $4, decided_name = $5, reason = $6
            where lot_id = $1
            """,
            lot.LotId,
            state,
            time.GetUtcNow(),
            caller.Subject(),
            caller.DisplayName(),
            reason
        );
        await update.ExecuteNonQueryAsync(cancellationToken);
    }
}
