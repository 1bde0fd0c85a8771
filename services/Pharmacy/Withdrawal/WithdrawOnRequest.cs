using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Pharmacy.Reservation;

namespace TcmBrain.Pharmacy.Withdrawal;

/// <summary>
/// Stops what prescriptions wants stopped, when nobody waits for the answer: its validity ran out. Too late is no error: the prescription
/// goes on, and the pharmacy's own events tell so.
/// </summary>
public sealed class WithdrawOnRequest(TimeProvider time) : IHandle<WithdrawalRequested>
{
    public Task HandleAsync(WithdrawalRequested e, Work work, CancellationToken cancellationToken) =>
        Withdrawing.WithdrawAsync(
            work,
            new WithdrawOrder(e.AggregateId, Owner.Of(e), e.Reason, e.RequestedBy, e.Cause),
            tellAgain: true,
            time.GetUtcNow(),
            cancellationToken
        );
}
