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
        Cell cell;
        await using (var work = await exchange.BeginAsync(cancellationToken))
        {
            standing =
                await LifecycleStore.LockAsync(work, institutionCode, key.HisNumber, key.Revision, cancellationToken)
                ?? throw PrescriptionsFaults.NotFound.Exception("key");
            cell = LifecycleTable.Of(standing.State, LifecycleAction.Cancel);
            if (cell.Kind == CellKind.Move)
            {
                await Endings.CancelAsync(work, standing, actor, reason, time.GetUtcNow(), cancellationToken);
                await work.CommitAsync(cancellationToken);
                return Answer(CancelOutcome.Cancelled, State.Cancelled);
            }
        }

        if (cell.Kind == CellKind.Answer)
        {
            return Answer(OutcomeOf(cell.Answer), standing.State);
        }

        // The lock is not held while the pharmacy is asked.
        var outcome = await pharmacy.WithdrawAsync(standing, actor, reason, WithdrawalCause.Cancel, cancellationToken);
        await using (var work = await exchange.BeginAsync(cancellationToken))
        {
            standing = (await LifecycleStore.LockAsync(work, standing.Id, cancellationToken))!;
            if (outcome == WithdrawOutcome.TooLate)
            {
                return Answer(CancelOutcome.TooLate, standing.State < State.Dispensing ? State.Dispensing : standing.State);
            }

            // It may have been ended meanwhile: by the pharmacy's event, or by another call that came to the same end.
            switch (LifecycleTable.Of(standing.State, LifecycleAction.Cancel))
            {
                case { Changes: true }:
                    await Endings.CancelAsync(work, standing, actor, reason, time.GetUtcNow(), cancellationToken);
                    await work.CommitAsync(cancellationToken);
                    return Answer(CancelOutcome.Cancelled, State.Cancelled);
                case var _ when standing.State == State.Cancelled:
                    return Answer(CancelOutcome.Cancelled, State.Cancelled);
                case var ended:
                    return Answer(OutcomeOf(ended.Answer), standing.State);
            }
        }
    }

    private static CancelOutcome OutcomeOf(string answer) =>
        answer switch
        {
            LifecycleTable.AlreadyCancelled => CancelOutcome.AlreadyCancelled,
            LifecycleTable.AlreadyEnded => CancelOutcome.AlreadyEnded,
            _ => CancelOutcome.TooLate,
        };

    private static CancelReply Answer(CancelOutcome outcome, State state) => new() { Outcome = outcome, State = state };
}
