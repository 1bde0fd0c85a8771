using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>Follows what pharmacy and decoction room tell, in whatever order it comes.</summary>
internal sealed class FollowFacts
    : IHandle<PrescriptionRouted>,
        IHandle<StockReserved>,
        IHandle<StockShort>,
        IHandle<PrescriptionWithdrawn>,
        IHandle<DispensingStarted>,
        IHandle<PrescriptionDispensed>,
        IHandle<PrescriptionChecked>,
        IHandle<DecoctionStarted>,
        IHandle<StepCompleted>,
        IHandle<DecoctionCompleted>,
        IHandle<ParcelShipped>,
        IHandle<ParcelDelivered>
{
    public Task HandleAsync(PrescriptionRouted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, State.Routed, e.CentreName, e.ReasonZh, ct);

    public Task HandleAsync(StockReserved e, Work work, CancellationToken ct) => FollowAsync(work, e, State.Reserved, e.CentreCode, "", ct);

    /// <summary>It stays where it is and says why.</summary>
    public Task HandleAsync(StockShort e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, State.Approved, "system", "缺货: " + string.Join("、", e.MissingPieces), ct);

    public Task HandleAsync(DispensingStarted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, State.Dispensing, e.Dispenser, "", ct);

    public Task HandleAsync(PrescriptionDispensed e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, State.Dispensing, e.Dispenser, "全部称量完成", ct);

    public Task HandleAsync(PrescriptionChecked e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, State.Checked, e.Checker, "", ct);

    public Task HandleAsync(DecoctionStarted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, State.Soaking, e.Operator, e.Vessel, ct);

    public Task HandleAsync(StepCompleted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, e.Step == "packing" ? State.Packed : State.Decocting, e.Operator, e.Step, ct);

    public Task HandleAsync(DecoctionCompleted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, State.Packed, e.Operator, $"{e.BagSerials.Length} 袋", ct);

    public Task HandleAsync(ParcelShipped e, Work work, CancellationToken ct) => FollowAsync(work, e, State.Shipped, e.Courier, e.Sscc, ct);

    public async Task HandleAsync(ParcelDelivered e, Work work, CancellationToken ct)
    {
        if (await FollowAsync(work, e, State.Delivered, e.Courier, e.Sscc, ct) is { State: State.Delivered } delivered)
        {
            var completed = await LifecycleStore.AdvanceAsync(work, delivered, State.Completed, "system", "", e.OccurredAt, ct);
            await LifecycleStore.TellAsync(
                work,
                completed,
                s => new PrescriptionCompleted
                {
                    AggregateId = s.Id,
                    Version = s.Version,
                    OccurredAt = e.OccurredAt,
                    InstitutionCode = s.InstitutionCode,
                    RegionCode = s.RegionCode,
                    HisNumber = s.HisNumber,
                    Revision = s.Revision,
                },
                ct
            );
        }
    }

    /// <summary>The pharmacy's word closes a cancellation whose own transaction did not get through.</summary>
    public async Task HandleAsync(PrescriptionWithdrawn e, Work work, CancellationToken ct)
    {
        if (await LifecycleStore.LockAsync(work, e.AggregateId, ct) is { } standing && standing.State != State.Cancelled)
        {
            await Cancellation.CarryOutAsync(work, standing, e.RequestedBy, e.Reason, e.OccurredAt, ct);
        }
    }

    private static async Task<Standing?> FollowAsync(
        Work work,
        PrescriptionEvent e,
        State next,
        string actor,
        string reason,
        CancellationToken ct
    ) =>
        await LifecycleStore.LockAsync(work, e.AggregateId, ct) is { } standing
            ? await LifecycleStore.AdvanceAsync(work, standing, next, actor, reason, e.OccurredAt, ct)
            : null;
}
