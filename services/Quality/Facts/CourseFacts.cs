using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Quality.Facts;

/// <summary>Decocted: the first time counts.</summary>
internal sealed class FactOfDecoction : IHandle<DecoctionCompleted>
{
    public async Task HandleAsync(DecoctionCompleted e, Work work, CancellationToken cancellationToken)
    {
        await FactRow.EnsureAsync(work, e, cancellationToken);
        await using var command = work.Command(
            "update quality.fact set decocted_at = least(decocted_at, $2) where prescription_id = $1",
            e.AggregateId,
            e.OccurredAt.ToUniversalTime()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        await PublicCodes.KeepAsync(work, e, e.PublicCode, e.CentreCode, cancellationToken);
    }
}

internal sealed class FactOfDeviation : IHandle<DeviationDetected>
{
    public async Task HandleAsync(DeviationDetected e, Work work, CancellationToken cancellationToken)
    {
        await FactRow.EnsureAsync(work, e, cancellationToken);
        await using var command = work.Command(
            """
            with fresh as (
                insert into quality.fact_deviation (prescription_id, version) values ($1, $2) on conflict do nothing returning 1)
            update quality.fact set deviations = deviations + 1 where prescription_id = $1 and exists (select from fresh)
            """,
            e.AggregateId,
            e.Version
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

internal sealed class FactOfShipping : IHandle<ParcelShipped>
{
    public async Task HandleAsync(ParcelShipped e, Work work, CancellationToken cancellationToken)
    {
        await FactRow.EnsureAsync(work, e, cancellationToken);
        await PublicCodes.KeepAsync(work, e, e.PublicCode, e.CentreCode, cancellationToken);
    }
}

internal sealed class FactOfDelivery : IHandle<ParcelDelivered>
{
    public async Task HandleAsync(ParcelDelivered e, Work work, CancellationToken cancellationToken)
    {
        await FactRow.EnsureAsync(work, e, cancellationToken);
        await using var command = work.Command(
            "update quality.fact set delivered_at = least(delivered_at, $2) where prescription_id = $1",
            e.AggregateId,
            e.OccurredAt.ToUniversalTime()
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
        await PublicCodes.KeepAsync(work, e, e.PublicCode, e.CentreCode, cancellationToken);
    }
}

/// <summary>That it ended otherwise than in the patient's hands. What ended it first stands.</summary>
internal sealed class FactOfEnd
    : IHandle<PrescriptionRejected>,
        IHandle<PrescriptionCancelled>,
        IHandle<PrescriptionExpired>,
        IHandle<PrescriptionReturned>,
        IHandle<PrescriptionSuperseded>
{
    public Task HandleAsync(PrescriptionRejected e, Work work, CancellationToken cancellationToken) =>
        EndAsync(work, e, "rejected", "", cancellationToken);

    public Task HandleAsync(PrescriptionCancelled e, Work work, CancellationToken cancellationToken) =>
        EndAsync(work, e, "cancelled", "", cancellationToken);

    public Task HandleAsync(PrescriptionExpired e, Work work, CancellationToken cancellationToken) =>
        EndAsync(work, e, "expired", "", cancellationToken);

    public Task HandleAsync(PrescriptionReturned e, Work work, CancellationToken cancellationToken) =>
        EndAsync(work, e, "returned", e.Cause, cancellationToken);

    public Task HandleAsync(PrescriptionSuperseded e, Work work, CancellationToken cancellationToken) =>
        EndAsync(work, e, "superseded", "", cancellationToken);

    private static async Task EndAsync(Work work, PrescriptionEvent e, string how, string because, CancellationToken cancellationToken)
    {
        await FactRow.EnsureAsync(work, e, cancellationToken);
        await using var command = work.Command(
            "update quality.fact set ended = $2, ended_because = $3 where prescription_id = $1 and ended is null",
            e.AggregateId,
            how,
            because
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>That the trace holds something of it.</summary>
internal sealed class FactOfTrace : IHandle<TraceCaptured>
{
    public async Task HandleAsync(TraceCaptured e, Work work, CancellationToken cancellationToken)
    {
        if (e.PrescriptionId is { } prescription)
        {
            await using var command = work.Command(
                "insert into quality.fact_traced (prescription_id) values ($1) on conflict do nothing",
                prescription
            );
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
