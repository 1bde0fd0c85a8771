using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Pharmacy.Routing;

/// <summary>Hears when a prescription is decocted, which frees the room, and when the patient has it, which keeps the promise or breaks it.</summary>
public sealed class PromiseKeeping : IHandle<DecoctionCompleted>, IHandle<ParcelDelivered>
{
    public Task HandleAsync(DecoctionCompleted e, Work work, CancellationToken cancellationToken) =>
        SetAsync(work, "update pharmacy.prescriptions set ready_at = $2 where id = $1 and ready_at is null", e, cancellationToken);

    /// <summary>The first delivery counts; one that is not decocted is ready by then at the latest.</summary>
    public Task HandleAsync(ParcelDelivered e, Work work, CancellationToken cancellationToken) =>
        SetAsync(
            work,
            """
            update pharmacy.prescriptions set delivered_at = $2, ready_at = coalesce(ready_at, $2)
            where id = $1 and delivered_at is null
            """,
            e,
            cancellationToken
        );

    private static async Task SetAsync(Work work, string sql, PrescriptionEvent e, CancellationToken cancellationToken)
    {
        await using var command = work.Command(sql, e.AggregateId, e.OccurredAt.UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
