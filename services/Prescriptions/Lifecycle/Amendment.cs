using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Pharmacy.V1;
using TcmBrain.Contracts.Prescriptions;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Prescriptions.Push;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>
/// Puts a new revision in the place of the newest one (改方). As in a cancellation the pharmacy has the word once it is approved. The end of the
/// former and the beginning of the new one are one transaction; cut short before it, a repeated call finishes it.
/// </summary>
internal sealed class Amendment(EventExchange exchange, Acceptance acceptance, PharmacyClient pharmacy, TimeProvider time)
{
    /// <exception cref="FaultException">
    /// The new revision is not accepted as in a push, nothing stands under the number, the revision does not follow the newest, other content
    /// stands under it, or the pharmacy cannot be asked.
    /// </exception>
    public async Task<AmendReply> AmendAsync(
        string institutionCode,
        string regionCode,
        Prescription? prescription,
        string actor,
        string reason,
        CancellationToken cancellationToken
    )
    {
        // The form may no longer hold for what was amended long ago; the answer to a repetition comes first.
        if (prescription is { HisNumber.Length: > 0 and <= 64 } && !prescription.HisNumber.Any(char.IsControl))
        {
            await using var looking = await exchange.BeginAsync(cancellationToken);
            if (await RepeatedAsync(looking, institutionCode, prescription, cancellationToken) is { } repeated)
            {
                return repeated;
            }
        }

        var accepted = await acceptance.AcceptAsync(institutionCode, regionCode, prescription, cancellationToken);
        var asked = false;
        while (true)
        {
            Standing former;
            await using (var work = await exchange.BeginAsync(cancellationToken))
            {
                former =
                    await LifecycleStore.LockAsync(work, institutionCode, accepted.HisNumber, revision: 0, cancellationToken)
                    ?? throw PrescriptionsFaults.NotFound.Exception("prescription.his_number");
                if (former.Revision == accepted.Revision && accepted.Revision > 1)
                {
                    // Another call of the same amendment was quicker.
                    return await StoredAsync(work, accepted.Key, accepted.ContentSha256, cancellationToken)
                        ?? throw PrescriptionsFaults.NotFound.Exception("prescription.his_number");
                }

                if (former.Revision + 1 != accepted.Revision)
                {
                    throw PrescriptionsFaults.RevisionOrder.Exception("prescription.revision", former.Revision + 1);
                }

                var cell = LifecycleTable.Of(former.State, LifecycleAction.Amend);
                switch (cell.Kind)
                {
                    case CellKind.Refuse:
                        throw PrescriptionsFaults.RevisionOrder.Exception("prescription.revision", former.Revision + 1);
                    case CellKind.Answer:
                        return new AmendReply { Outcome = OutcomeOf(cell.Answer), FormerState = former.State };
                    case CellKind.Move:
                    case CellKind.AskPharmacy when asked:
                        return await CarryOutAsync(work, former, accepted, cell.To, actor, reason, cancellationToken);
                }
            }

            // The lock is not held while the pharmacy is asked.
            if (await pharmacy.WithdrawAsync(former, actor, reason, WithdrawalCause.Amend, cancellationToken) == WithdrawOutcome.TooLate)
            {
                var state = former.State < State.Dispensing ? State.Dispensing : former.State;
                return new AmendReply { Outcome = AmendOutcome.TooLate, FormerState = state };
            }

            asked = true;
        }
    }

    private async Task<AmendReply> CarryOutAsync(
        Work work,
        Standing former,
        AcceptedPrescription accepted,
        State formerEnds,
        string actor,
        string reason,
        CancellationToken cancellationToken
    )
    {
        if (formerEnds == State.Superseded)
        {
            await Endings.SupersedeAsync(work, former, accepted.Id, actor, reason, time.GetUtcNow(), cancellationToken);
        }

        await PushStore.InsertAsync(work, [accepted], laidOut: null, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return new AmendReply
        {
            Outcome = AmendOutcome.Amended,
            Accepted = accepted.Reply(),
            FormerState = formerEnds,
        };
    }

    private static Task<AmendReply?> RepeatedAsync(
        Work work,
        string institutionCode,
        Prescription prescription,
        CancellationToken cancellationToken
    ) =>
        prescription.Revision < 2
            ? throw PrescriptionsFaults.RevisionOrder.Exception("prescription.revision", 2)
            : StoredAsync(
                work,
                (institutionCode, prescription.HisNumber, prescription.Revision),
                System.Security.Cryptography.SHA256.HashData(CanonicalForm.Of(prescription)),
                cancellationToken
            );

    /// <summary>The answer to an amendment that stands; null when nothing stands under its key.</summary>
    /// <exception cref="FaultException">Other content does.</exception>
    private static async Task<AmendReply?> StoredAsync(
        Work work,
        (string Institution, string HisNumber, int Revision) key,
        byte[] contentSha256,
        CancellationToken cancellationToken
    )
    {
        var found = await PushStore.FindAsync(work.Connection, [key], cancellationToken);
        if (!found.TryGetValue(key, out var stored))
        {
            return null;
        }

        stored.Demand(contentSha256);
        // Without a lock: it has ended, or the new one would not stand.
        var former = await LifecycleStore.StateAsync(work, key.Institution, key.HisNumber, key.Revision - 1, cancellationToken);
        return new AmendReply
        {
            Outcome = AmendOutcome.Amended,
            Accepted = stored.Reply,
            FormerState = former,
        };
    }

    private static AmendOutcome OutcomeOf(string answer) =>
        answer == LifecycleTable.AlreadyEnded ? AmendOutcome.AlreadyEnded : AmendOutcome.TooLate;
}
