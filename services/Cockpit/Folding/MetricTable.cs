using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>The table itself: a row a type of event, with all that is counted of it.</summary>
public static partial class Metrics
{
    private static IEnumerable<(string Type, Row Row)> Table() =>
        [
            // Prescriptions
            .. On<PrescriptionReceived>(
                (Received, One),
                ("fee-fen", f => f.Amount),
                ("doses", f => f.Quantity),
                ("lines", f => f.Items),
                ("urgent", f => f.Flag ? 1 : 0)
            ),
            .. On<PrescriptionAudited>(
                ("audited", One),
                ("findings", f => f.Items),
                (Intercepted, f => f.Detail is "double_sign" or "resolve" or "block" ? 1 : 0),
                ("blocked", f => f.Detail == "block" ? 1 : 0)
            ),
            .. On<PrescriptionApproved>(("approved", One), ("approved-by-pharmacist", f => f.Detail == "pharmacist" ? 1 : 0)),
            .. Each<PrescriptionRejected>("rejected"),
            .. Each<PrescriptionCancelled>("cancelled"),
            .. Each<PrescriptionSuperseded>("superseded"),
            .. Each<PrescriptionExpired>("expired"),
            .. Each<PrescriptionReturned>("returned"),
            .. Each<PrescriptionCompleted>("completed"),
            // Pharmacy
            .. Each<PrescriptionRouted>("routed"),
            .. On<StockReserved>(("reserved", One), ("reserved-milligrams", f => f.Amount)),
            .. Each<ReservationBroken>("reservations-broken"),
            .. Each<StockShort>("short"),
            .. Each<PrescriptionWithdrawn>("withdrawn"),
            .. Each<DispensingStarted>("dispensing-started"),
            .. On<PrescriptionDispensed>((Dispensed, One), ("dispensed-milligrams", f => f.Amount)),
            .. On<PrescriptionChecked>(("checked", One), ("decocted-here", f => f.Flag ? 1 : 0), (TraceDue, One)),
            // Decoction and delivery
            .. Each<DecoctionStarted>("decoction-started"),
            .. On<StepCompleted>(("steps", One), ("step-seconds", f => f.Amount)),
            .. Each<DeviationDetected>("deviations"),
            .. Each<DecoctionScrapped>("scrapped"),
            .. On<DecoctionCompleted>((Decocted, One), ("bags", f => f.Quantity), (TraceDue, One)),
            // Leaving, a parcel is packed and departs; reaching the patient, it arrives and is handed over.
            .. On<ParcelShipped>(("shipped", One), (TraceDue, _ => 2)),
            .. Each<ParcelArrived>("at-counter"),
            .. Each<ParcelUndelivered>("delivery-failed"),
            .. On<ParcelDelivered>((Delivered, One), (TraceDue, _ => 2)),
            .. Each<ParcelReturned>("parcels-returned"),
            .. Each<ColdChainBroken>("cold-chain-broken"),
            // Quality
            .. On<ReviewCompleted>(("reviewed", One), ("irrational", f => f.Flag ? 0 : 1)),
            .. On<LotAccepted>(("lots-accepted", One), ("lots-accepted-milligrams", f => f.Amount)),
            .. Each<LotReleased>("lots-released"),
            .. Each<LotRejected>("lots-rejected"),
            .. Each<RecallIssued>("recalls"),
            .. Each<RecallOrdered>("recalls-ordered"),
            .. Each<NonconformityOpened>("nonconformities"),
            .. Each<NonconformityEscalated>("nonconformities-escalated"),
            .. Each<NonconformityClosed>("nonconformities-closed"),
            .. Each<ControlSignalRaised>("control-signals"),
            .. Each<SupervisionAlertRaised>("supervision-alerts"),
            // Trace
            .. On<TraceCaptured>((Traced, One), (TraceThere, f => f.Flag ? 1 : 0)),
            .. On<TraceBatchCaptured>((Traced, f => f.Quantity)),
            .. Each<TreeHeadSigned>("heads-signed"),
        ];
}
