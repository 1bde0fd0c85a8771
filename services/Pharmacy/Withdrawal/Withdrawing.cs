using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Pharmacy.Ledger;
using TcmBrain.Pharmacy.Reservation;
using TcmBrain.Pharmacy.Storage;

namespace TcmBrain.Pharmacy.Withdrawal;

/// <param name="By">Who asked for it, as the other service names them.</param>
/// <param name="Cause">See <see cref="WithdrawalCause"/>.</param>
internal sealed record WithdrawOrder(Guid PrescriptionId, Owner Owner, string Reason, string By, string Cause);

/// <summary>Stops a prescription before dispensing begins (撤回).</summary>
internal sealed class Withdrawing(EventExchange exchange, TimeProvider time)
{
    /// <summary>
    /// True when that revision is stopped, now or earlier; false when dispensing has begun. Idempotent. A prescription that never came
    /// here is remembered as withdrawn, so that a later approval of the same or an older revision reserves nothing.
    /// </summary>
    public async Task<bool> WithdrawAsync(WithdrawOrder order, CancellationToken cancellationToken)
    {
        await using var work = await exchange.BeginAsync(cancellationToken);
        var stopped = await WithdrawAsync(work, order, tellAgain: false, time.GetUtcNow(), cancellationToken);
        await work.CommitAsync(cancellationToken);
        return stopped;
    }

    /// <summary>The same within a work that somebody else commits.</summary>
    /// <param name="tellAgain">Tells of one that was stopped earlier once more: who asks by event waits for an event.</param>
    public static async Task<bool> WithdrawAsync(
        Work work,
        WithdrawOrder order,
        bool tellAgain,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        // Locks the row when there is one; makes it, as a tombstone, when there is none.
        await using var taking = work.Command(
            """
            insert into pharmacy.prescriptions as p (id, institution_code, region_code, his_number, revision, state)
            values ($1, $2, $3, $4, $5, 'withdrawn')
            on conflict (id) do update set revision = p.revision
            returning state, told, trace_parent, revision, withdrawn_at is not null
            """,
            order.PrescriptionId,
            order.Owner.InstitutionCode,
            order.Owner.RegionCode,
            order.Owner.HisNumber,
            order.Owner.Revision
        );
        var rows = await taking.ListAsync(
            r => (r.GetString(0), r.GetInt32(1), r.Text(2), r.GetInt32(3), r.GetBoolean(4)),
            cancellationToken
        );
        var (state, told, trace, revision, stopped) = rows[0];
        if (revision > order.Owner.Revision || revision == order.Owner.Revision && stopped)
        {
            if (tellAgain)
            {
                await using var counting = work.Command(
                    "update pharmacy.prescriptions set told = told + 1 where id = $1",
                    order.PrescriptionId
                );
                await counting.ExecuteNonQueryAsync(cancellationToken);
                Tell(work, order, told + 1, now, trace);
            }

            return true;
        }

        if (state is not ("short" or "reserved" or "withdrawn"))
        {
            return false;
        }

        await using var reading = work.Batch();
        ReservationDesk.Lock(reading, [], [], [order.PrescriptionId]);
        Holdings.Read(reading, [order.PrescriptionId]);
        List<Holding> holdings;
        await using (var reader = await reading.ExecuteReaderAsync(cancellationToken))
        {
            holdings = await Holdings.ReadAsync(reader, cancellationToken);
        }

        await using var writing = work.Batch();
        LedgerStore.Post(writing, Holdings.PutBack(holdings, order.By, now));
        Holdings.Delete(writing, [order.PrescriptionId]);
        writing
            .Add(
                """
                update pharmacy.prescriptions
                set state = 'withdrawn', revision = $5, told = told + 1, withdrawn_by = $2, withdrawn_reason = $3, withdrawn_at = $4
                where id = $1
                """
            )
            .With(order.PrescriptionId)
            .With(order.By)
            .With(order.Reason)
            .With(now.UtcDateTime)
            .With(order.Owner.Revision);
        await writing.ExecuteNonQueryAsync(cancellationToken);
        Tell(work, order, told + 1, now, trace);
        return true;
    }

    private static void Tell(Work work, WithdrawOrder order, int version, DateTimeOffset now, string? trace) =>
        work.Publish(
            new PrescriptionWithdrawn
            {
                AggregateId = order.PrescriptionId,
                Version = version,
                OccurredAt = now,
                InstitutionCode = order.Owner.InstitutionCode,
                RegionCode = order.Owner.RegionCode,
                HisNumber = order.Owner.HisNumber,
                Revision = order.Owner.Revision,
                Reason = order.Reason,
                RequestedBy = order.By,
                Cause = order.Cause,
            },
            trace
        );
}
