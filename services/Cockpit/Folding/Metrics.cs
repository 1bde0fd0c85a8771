using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>What is counted (指标口径): from each fact, how much of what. Every counter is the sum of these and nothing else.</summary>
public static class Metrics
{
    /// <summary>Every event, of whatever type.</summary>
    public const string Events = "events";

    /// <summary>Prescriptions (and revisions of them) accepted.</summary>
    public const string Received = "received";

    /// <summary>Audits that did not let the prescription pass by itself: double signature, resolution or block.</summary>
    public const string Intercepted = "intercepted";
    public const string Dispensed = "dispensed";
    public const string Decocted = "decocted";
    public const string Delivered = "delivered";
    public const string Traced = "traced";

    /// <summary>Those that the day's curve is drawn from.</summary>
    public static readonly string[] Hourly = [Events, Received, Intercepted, "approved", Dispensed, Decocted, Delivered, Traced];

    public static void Count<TSink>(Fact fact, ref TSink sink)
        where TSink : IMetricSink, allows ref struct
    {
        sink.Add(Events, 1);
        switch (fact.Type)
        {
            case nameof(PrescriptionReceived):
                sink.Add(Received, 1);
                sink.Add("fee-fen", fact.Amount);
                sink.Add("doses", fact.Quantity);
                sink.Add("lines", fact.Items);
                sink.Add("urgent", fact.Flag ? 1 : 0);
                break;
            case nameof(PrescriptionAudited):
                sink.Add("audited", 1);
                sink.Add("findings", fact.Items);
                sink.Add(Intercepted, fact.Detail is "double_sign" or "resolve" or "block" ? 1 : 0);
                sink.Add("blocked", fact.Detail == "block" ? 1 : 0);
                break;
            case nameof(PrescriptionApproved):
                sink.Add("approved", 1);
                sink.Add("approved-by-pharmacist", fact.Detail == "pharmacist" ? 1 : 0);
                break;
            case nameof(PrescriptionRejected):
                sink.Add("rejected", 1);
                break;
            case nameof(PrescriptionCancelled):
                sink.Add("cancelled", 1);
                break;
            case nameof(PrescriptionSuperseded):
                sink.Add("superseded", 1);
                break;
            case nameof(PrescriptionExpired):
                sink.Add("expired", 1);
                break;
            case nameof(PrescriptionReturned):
                sink.Add("returned", 1);
                break;
            case nameof(PrescriptionCompleted):
                sink.Add("completed", 1);
                break;
            case nameof(PrescriptionRouted):
                sink.Add("routed", 1);
                break;
            case nameof(StockReserved):
                sink.Add("reserved", 1);
                sink.Add("reserved-milligrams", fact.Amount);
                break;
            case nameof(ReservationBroken):
                sink.Add("reservations-broken", 1);
                break;
            case nameof(StockShort):
                sink.Add("short", 1);
                break;
            case nameof(PrescriptionWithdrawn):
                sink.Add("withdrawn", 1);
                break;
            case nameof(DispensingStarted):
                sink.Add("dispensing-started", 1);
                break;
            case nameof(PrescriptionDispensed):
                sink.Add(Dispensed, 1);
                sink.Add("dispensed-milligrams", fact.Amount);
                break;
            case nameof(PrescriptionChecked):
                sink.Add("checked", 1);
                break;
            case nameof(DecoctionStarted):
                sink.Add("decoction-started", 1);
                break;
            case nameof(StepCompleted):
                sink.Add("steps", 1);
                sink.Add("step-seconds", fact.Amount);
                break;
            case nameof(DeviationDetected):
                sink.Add("deviations", 1);
                break;
            case nameof(DecoctionScrapped):
                sink.Add("scrapped", 1);
                break;
            case nameof(DecoctionCompleted):
                sink.Add(Decocted, 1);
                sink.Add("bags", fact.Quantity);
                break;
            case nameof(ParcelShipped):
                sink.Add("shipped", 1);
                break;
            case nameof(ParcelDelivered):
                sink.Add(Delivered, 1);
                break;
            case nameof(ReviewCompleted):
                sink.Add("reviewed", 1);
                sink.Add("irrational", fact.Flag ? 0 : 1);
                break;
            case nameof(LotAccepted):
                sink.Add("lots-accepted", 1);
                sink.Add("lots-accepted-milligrams", fact.Amount);
                break;
            case nameof(LotReleased):
                sink.Add("lots-released", 1);
                break;
            case nameof(LotRejected):
                sink.Add("lots-rejected", 1);
                break;
            case nameof(RecallIssued):
                sink.Add("recalls", 1);
                break;
            case nameof(RecallOrdered):
                sink.Add("recalls-ordered", 1);
                break;
            case nameof(NonconformityOpened):
                sink.Add("nonconformities", 1);
                break;
            case nameof(SupervisionAlertRaised):
                sink.Add("supervision-alerts", 1);
                break;
            case nameof(TraceCaptured):
                sink.Add(Traced, 1);
                break;
            case nameof(TraceBatchCaptured):
                sink.Add(Traced, fact.Quantity);
                break;
            case nameof(TreeHeadSigned):
                sink.Add("heads-signed", 1);
                break;
        }
    }
}

/// <summary>Takes the contributions of a fact; a contribution of 0 makes no row.</summary>
public interface IMetricSink
{
    void Add(string metric, long value);
}
