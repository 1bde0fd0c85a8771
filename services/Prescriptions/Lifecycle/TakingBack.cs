using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Prescriptions.Review;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>
/// 退药: a pharmacist of the prescribing institution records that finished medicine came back or never arrived. Allowed from Packed on;
/// it is never stock again.
/// </summary>
internal sealed class TakingBack(EventExchange exchange, TimeProvider time)
{
    private static readonly string[] Causes = ["quality", "undeliverable", "refused", "not-collected"];

    /// <summary>Idempotent: the first return stands.</summary>
    /// <exception cref="FaultException">Not found, no such cause, no reason, or nothing is finished yet.</exception>
    public async Task<State> ReturnAsync(Guid id, Reviewer reviewer, string cause, string reason, CancellationToken cancellationToken)
    {
        new FaultList()
            .Require(Causes.Contains(cause), PrescriptionsFaults.ReturnCause, "cause")
            .Require(reason.Trim().Length is > 0 and <= 512, PrescriptionsFaults.Missing, "reason")
            .ThrowIfAny();
        await using var work = await exchange.BeginAsync(cancellationToken);
        var standing = await LifecycleStore.LockAsync(work, id, cancellationToken);
        if (standing is null || standing.InstitutionCode != reviewer.InstitutionCode)
        {
            throw PrescriptionsFaults.NotFound.Exception("id");
        }

        switch (LifecycleTable.Of(standing.State, LifecycleAction.TakeBack).Kind)
        {
            case CellKind.Refuse:
                throw PrescriptionsFaults.NotFinished.Exception("id", standing.State);
            case CellKind.Move:
                // What the patient has had in hand comes back for its quality only.
                new FaultList()
                    .Require(
                        standing.State is not (State.Delivered or State.Completed) || cause == "quality",
                        PrescriptionsFaults.ReturnCause,
                        "cause"
                    )
                    .ThrowIfAny();
                await Endings.ReturnAsync(work, standing, reviewer.Name, cause, reason, time.GetUtcNow(), cancellationToken);
                await work.CommitAsync(cancellationToken);
                break;
        }

        return State.Returned;
    }
}
