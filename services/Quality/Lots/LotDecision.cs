using System.Security.Claims;
using Microsoft.Extensions.Options;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Lots;

/// <summary>
/// What quality control decides about a lot, once: released, rejected, or called back. Asking for the state that it already has is
/// answered as if it had been done now, so a lost answer may be asked for again.
/// </summary>
internal sealed class LotDecision(EventExchange exchange, LotLimits limits, IOptions<SupervisionSettings> supervision, TimeProvider time)
{
    /// <returns>True when it was decided now.</returns>
    public async Task<bool> ReleaseAsync(
        Guid lotId,
        IReadOnlyList<LotTest>? tests,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var lot = await LockAsync(work, lotId, caller, cancellationToken);
        var kept = ReleaseRule.Check(lot.Piece, tests, limits);
        if (lot.State == Lot.Released)
        {
            return false;
        }

        Require(lot.State == Lot.Waiting, lot);
        if (lot.ExpiresOn < RegionTime.DayOf(time.GetUtcNow()))
        {
            throw QualityFaults.Expired.Exception("", lot.ExpiresOn.ToString("O", null));
        }

        foreach (var (test, limit) in kept)
        {
            await using var insert = work.Command(
                """
                insert into quality.lot_test (lot_id, test, value, unit, limit_value, limit_source, limit_edition)
                values ($1, $2, $3, $4, $5, $6, $7)
                """,
                lotId,
                test.Test,
                test.Value,
                test.Unit,
                limit.Max,
                limit.Source,
                limit.Edition
            );
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await DecideAsync(work, lot, Lot.Released, null, caller, cancellationToken);
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
            },
            lot.TraceParent
        );
        await work.CommitAsync(cancellationToken);
        return true;
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

    private async Task<Lot> LockAsync(Work work, Guid lotId, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        await using var command = new Npgsql.NpgsqlCommand(
            $"""
            select centre_code, piece, lot_number, expires_on, state, told, traceparent
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
                reader.TextAt(6)
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
