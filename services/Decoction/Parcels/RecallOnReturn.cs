using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Decoction.Parcels;

/// <summary>
/// The prescription has ended while its parcel was still under way (not collected in time, taken back by the pharmacist): whoever has it
/// brings it back, and the centre destroys it. One that has ended itself is left alone.
/// </summary>
internal sealed class RecallOnReturn : IHandle<PrescriptionReturned>
{
    public async Task HandleAsync(PrescriptionReturned e, Work work, CancellationToken cancellationToken)
    {
        await using var command = work.Command(
            "update decoction.parcel set recalled_reason = $2 where prescription_id = $1 and ended_at is null and recalled_reason is null",
            e.AggregateId,
            e.Cause
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
