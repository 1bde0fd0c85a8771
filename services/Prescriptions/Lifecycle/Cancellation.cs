using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>
/// Withdraws a prescription (撤销). Before approval this service decides; afterwards the pharmacy does, in its own transaction, for it alone
/// knows whether somebody is weighing. Should this service die between the pharmacy's word and its own commit, the event
/// <see cref="PrescriptionWithdrawn"/> brings the cancellation to its end.
/// </summary>
internal sealed class Cancellation(EventExchange exchange, PharmacyClient pharmacy, TimeProvider time)
{
    /// <exception cref="ServiceDefaults.Faults.FaultException">Not found, or the pharmacy cannot be asked.</exception>
    public async Task<CancelReply> CancelAsync(
        string institutionCode,
        PrescriptionKey key,
        string actor,
        string reason,
        CancellationToken cancellationToken
    )
    {
        Standing standing;
        await using (var work = await exchange.BeginAsync(cancellationToken))
        {
            standing =
                await LifecycleStore.LockAsync(work, institutionCode, key.HisNumber, key.Revision, cancellationToken)
                ?? throw PrescriptionsFaults.NotFound.Exception("key");
            if (LifecycleTable.IsOursAlone(standing.State))
            {
                await CarryOutAsync(work, standing, actor, reason, time.GetUtcNow(), cancellationToken);
                await work.CommitAsync(cancellationToken);
                return Answer(CancelOutcome.Cancelled, State.Cancelled);
            }
        }

        if (standing.State == State.Cancelled)
        {
            return Answer(CancelOutcome.AlreadyCancelled, standing.State);
        }

        if (LifecycleTable.IsEnded(standing.State) && standing.State != State.Completed)
        {
            return Answer(CancelOutcome.AlreadyEnded, standing.State);
        }

        if (!LifecycleTable.MayStillBeCancelled(standing.State))
        {
            return Answer(CancelOutcome.TooLate, standing.State);
        }

        // The lock is not held while the pharmacy is asked.
        var outcome = await pharmacy.WithdrawAsync(standing, actor, reason, cancellationToken);
        await using (var work = await exchange.BeginAsync(cancellationToken))
        {
            standing = (await LifecycleStore.LockAsync(work, standing.Id, cancellationToken))!;
            if (outcome == WithdrawOutcome.TooLate)
            {
                return Answer(CancelOutcome.TooLate, standing.State < State.Dispensing ? State.Dispensing : standing.State);
            }

            if (standing.State == State.Cancelled)
            {
                return Answer(CancelOutcome.Cancelled, State.Cancelled);
            }

            await CarryOutAsync(work, standing, actor, reason, time.GetUtcNow(), cancellationToken);
            await work.CommitAsync(cancellationToken);
            return Answer(CancelOutcome.Cancelled, State.Cancelled);
        }
    }

    public static async Task CarryOutAsync(
        Work work,
        Standing standing,
        string actor,
        string reason,
        DateTimeOffset at,
        CancellationToken cancellationToken
    )
    {
        var reached = standing.State;
        if (!LifecycleTable.Advances(reached, State.Cancelled))
        {
            return;
        }

        var cancelled = await LifecycleStore.AdvanceAsync(work, standing, State.Cancelled, actor, reason, at, cancellationToken);
        await LifecycleStore.TellAsync(
            work,
            cancelled,
            s => new PrescriptionCancelled
            {
                AggregateId = s.Id,
                Version = s.Version,
                OccurredAt = at,
                InstitutionCode = s.InstitutionCode,
                RegionCode = s.RegionCode,
                HisNumber = s.HisNumber,
                Revision = s.Revision,
                CancelledBy = actor,
                Reason = reason,
                StateReached = reached.ToString(),
            },
            cancellationToken
        );
    }

    private static CancelReply Answer(CancelOutcome outcome, State state) => new() { Outcome = outcome, State = state };
}
