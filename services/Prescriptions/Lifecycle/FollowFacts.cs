using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Prescriptions.Lifecycle;

/// <summary>Follows what pharmacy and decoction room tell, in whatever order it comes.</summary>
internal sealed class FollowFacts(Deadlines deadlines, TimeProvider time)
    : IHandle<PrescriptionRouted>,
        IHandle<StockReserved>,
        IHandle<ReservationBroken>,
        IHandle<StockShort>,
        IHandle<PrescriptionWithdrawn>,
        IHandle<DispensingStarted>,
        IHandle<PrescriptionDispensed>,
        IHandle<PrescriptionChecked>,
        IHandle<DecoctionStarted>,
        IHandle<StepCompleted>,
        IHandle<DecoctionCompleted>,
        IHandle<DecoctionScrapped>,
        IHandle<ParcelShipped>,
        IHandle<ParcelArrived>,
        IHandle<ParcelUndelivered>,
        IHandle<ParcelDelivered>,
        IHandle<ParcelReturned>
{
    /// <summary>How long an amendment that was cut short may take to be tried again before the withdrawn prescription is closed.</summary>
    private static readonly TimeSpan AmendmentPatience = TimeSpan.FromMinutes(10);

    public Task HandleAsync(PrescriptionRouted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.Route, e.CentreName, e.ReasonZh, ct);

    public Task HandleAsync(StockReserved e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.Reserve, e.CentreCode, "", ct);

    /// <summary>It stays where it is: the hospital hears why it takes longer, and what follows is told anew.</summary>
    public async Task HandleAsync(ReservationBroken e, Work work, CancellationToken ct)
    {
        await FollowAsync(work, e, LifecycleAction.BreakReservation, e.CentreCode, "预留中断: " + WordOf(e.Cause), ct);
        // What is weighed has no end of its time; what is broken off waits for stock again, and not for ever.
        if (e.WeighingBegun && await LifecycleStore.LockAsync(work, e.AggregateId, ct) is { State: State.Dispensing } standing)
        {
            await LifecycleStore.PutOffAsync(work, standing, standing.ValidUntil, ct);
        }
    }

    /// <summary>It stays where it is and says why.</summary>
    public Task HandleAsync(StockShort e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.RunShort, "system", "缺货: " + string.Join("、", e.MissingPieces), ct);

    public Task HandleAsync(DispensingStarted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.StartDispensing, e.Dispenser, "", ct);

    public Task HandleAsync(PrescriptionDispensed e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.FinishDispensing, e.Dispenser, "全部称量完成", ct);

    public Task HandleAsync(PrescriptionChecked e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.Check, e.Checker, "", ct);

    public Task HandleAsync(DecoctionStarted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.StartDecoction, e.Operator, e.Vessel, ct);

    public Task HandleAsync(StepCompleted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, e.Step == "packing" ? LifecycleAction.CompletePacking : LifecycleAction.CompleteStep, e.Operator, e.Step, ct);

    public Task HandleAsync(DecoctionCompleted e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.CompleteDecoction, e.Operator, $"{e.BagSerials.Length} 袋", ct);

    /// <summary>The hospital learns of it as of any return, and prescribes anew.</summary>
    public async Task HandleAsync(DecoctionScrapped e, Work work, CancellationToken ct)
    {
        if (await LifecycleStore.LockAsync(work, e.AggregateId, ct) is not { } standing)
        {
            return;
        }

        if (LifecycleTable.Of(standing.State, LifecycleAction.Scrap).Kind == CellKind.Move)
        {
            await Endings.ReturnAsync(work, standing, e.DecidedBy, "scrapped", e.Reason, e.OccurredAt, ct);
        }
        else
        {
            await LifecycleStore.NoteAsync(work, standing, State.Returned, e.DecidedBy, e.Reason, e.OccurredAt, ct);
        }
    }

    public Task HandleAsync(ParcelShipped e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.Ship, e.Courier, e.Sscc, ct);

    public Task HandleAsync(ParcelArrived e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.Arrive, e.Courier, "到达自提点 " + e.Sscc, ct);

    public Task HandleAsync(ParcelUndelivered e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.Miss, e.Courier, $"{(e.Back ? "退回中心" : "未妥投")}: {e.Reason}", ct);

    public Task HandleAsync(ParcelDelivered e, Work work, CancellationToken ct) =>
        FollowAsync(work, e, LifecycleAction.Deliver, e.Courier, e.Sscc, ct);

    private static string WordOf(string cause) =>
        cause switch
        {
            "frozen" => "批次被召回",
            "rejected" => "批次判为不合格",
            "expired" => "批次过期",
            "missing" => "盘点缺失",
            "centre-closed" => "药房停业",
            _ => cause,
        };

    /// <summary>What the centre ended, or was lost, is returned: it never reached the patient.</summary>
    public async Task HandleAsync(ParcelReturned e, Work work, CancellationToken ct)
    {
        if (await LifecycleStore.LockAsync(work, e.AggregateId, ct) is not { } standing)
        {
            return;
        }

        var reason = e.Cause == "lost" ? "包裹遗失 " + e.Sscc : "包裹退回 " + e.Sscc;
        if (LifecycleTable.Of(standing.State, LifecycleAction.GiveUp).Kind == CellKind.Move)
        {
            await Endings.ReturnAsync(work, standing, e.Courier, e.Cause, reason, e.OccurredAt, ct);
        }
        else
        {
            await LifecycleStore.NoteAsync(work, standing, State.Returned, e.Courier, reason, e.OccurredAt, ct);
        }
    }

    /// <summary>The pharmacy's word closes a cancellation whose own transaction did not get through, and what ran out.</summary>
    public async Task HandleAsync(PrescriptionWithdrawn e, Work work, CancellationToken ct)
    {
        if (await LifecycleStore.LockAsync(work, e.AggregateId, ct) is not { } standing)
        {
            return;
        }

        var action = e.Cause switch
        {
            WithdrawalCause.Amend => LifecycleAction.WithdrawForAmend,
            WithdrawalCause.Expiry => LifecycleAction.WithdrawForExpiry,
            _ => LifecycleAction.WithdrawForCancel,
        };
        switch (LifecycleTable.Of(standing.State, action))
        {
            case { Kind: CellKind.Move, To: State.Cancelled }:
                await Endings.CancelAsync(work, standing, e.RequestedBy, e.Reason, e.OccurredAt, ct);
                break;
            case { Kind: CellKind.Move, To: State.Expired }:
                await Endings.ExpireAsync(work, standing, e.Reason, e.OccurredAt, ct);
                break;
            case { Answer: LifecycleTable.AwaitsAmendment }:
                // The amendment is being stored, or was cut short: then the hospital tries again, or the time-out closes it.
                await LifecycleStore.PutOffAsync(work, standing, time.GetUtcNow() + AmendmentPatience, ct);
                break;
        }
    }

    private async Task FollowAsync(
        Work work,
        PrescriptionEvent e,
        LifecycleAction action,
        string actor,
        string reason,
        CancellationToken ct
    )
    {
        if (await LifecycleStore.LockAsync(work, e.AggregateId, ct) is not { } standing)
        {
            return;
        }

        var told = LifecycleTable.FactOf(action);
        if (LifecycleTable.Of(standing.State, action).Kind != CellKind.Move)
        {
            await LifecycleStore.NoteAsync(work, standing, told, actor, reason, e.OccurredAt, ct);
            return;
        }

        var due = deadlines.Of(told, standing.ValidUntil, standing.CollectUntil, time.GetUtcNow());
        var moved = await LifecycleStore.MoveAsync(work, standing, told, due, actor, reason, e.OccurredAt, ct);
        if (told == State.Delivered)
        {
            await Endings.CompleteAsync(work, moved, e.OccurredAt, ct);
        }
    }
}
