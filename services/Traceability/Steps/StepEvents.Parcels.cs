using System.Text.Json.Nodes;
using TcmBrain.Contracts.Events;
using TcmBrain.Traceability.Identifiers;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Steps;

/// <summary>From the centre's packing bench to the patient, or back.</summary>
public sealed partial class StepEvents
{
    /// <summary>包装: the parcel's content. Without decoction that is the pack itself.</summary>
    public TraceDraft Packed(ParcelShipped e)
    {
        var aggregation = Base("AggregationEvent", e.OccurredAt, "packing", "in_progress");
        aggregation["parentID"] = DigitalLink.Sscc(e.Sscc);
        aggregation["childEPCs"] = Content(e.AggregateId, e.BagSerials);
        aggregation["action"] = "ADD";
        aggregation["readPoint"] = Id(numbers.Point(e.CentreCode, "pack"));
        aggregation["bizLocation"] = Id(numbers.Site(e.CentreCode));
        aggregation["bizTransactionList"] = Rx(e);
        return Draft(aggregation, ScopeOf(e, e.CentreCode));
    }

    /// <summary>配送: it left the centre.</summary>
    public TraceDraft Departed(ParcelShipped e)
    {
        var observed = Observed(e, e.Sscc, "departing");
        observed["readPoint"] = Id(numbers.Point(e.CentreCode, "dock"));
        observed["sourceList"] = Party("source", "possessing_party", numbers.Party(e.CentreCode));
        observed["destinationList"] = Party("destination", "location", numbers.Region(e.DeliveryRegionCode));
        return Draft(observed, ScopeOf(e, e.CentreCode));
    }

    /// <summary>到达. The place is the county: where a patient lives is never in the trace.</summary>
    public TraceDraft Arrived(ParcelDelivered e)
    {
        var observed = Observed(e, e.Sscc, "arriving");
        observed["readPoint"] = Id(numbers.Region(e.DeliveryRegionCode));
        observed["destinationList"] = Party("destination", "location", numbers.Region(e.DeliveryRegionCode));
        return Draft(observed, ScopeOf(e, e.CentreCode));
    }

    /// <summary>患者签收: the things leave the trace.</summary>
    public TraceDraft HandedOver(ParcelDelivered e)
    {
        var handed = Base("ObjectEvent", e.OccurredAt, "dispensing", "dispensed");
        handed["epcList"] = Content(e.AggregateId, e.BagSerials);
        handed["action"] = "DELETE";
        handed["readPoint"] = Id(numbers.Region(e.DeliveryRegionCode));
        handed["bizTransactionList"] = Rx(e);
        return Draft(handed, ScopeOf(e, e.CentreCode));
    }

    /// <summary>到达自提点: it lies at the counter where the patient fetches it.</summary>
    public TraceDraft AtCounter(ParcelArrived e)
    {
        var observed = Observed(e, e.Sscc, "arriving");
        observed["readPoint"] = Id(numbers.Point(e.CounterCode, "counter"));
        observed["bizLocation"] = Id(numbers.Site(e.CounterCode));
        return Draft(observed, ScopeOf(e, e.CentreCode));
    }

    /// <summary>未送达: still with the courier, or back at the centre, which decides what becomes of it. Each attempt is an event.</summary>
    public TraceDraft Undelivered(ParcelUndelivered e)
    {
        var observed = Observed(e, e.Sscc, e.Back ? "receiving" : "transporting");
        observed["disposition"] = e.Back ? "returned" : "in_transit";
        observed["readPoint"] = Id(e.Back ? numbers.Point(e.CentreCode, "dock") : numbers.Region(e.DeliveryRegionCode));
        if (e.Back)
        {
            observed["bizLocation"] = Id(numbers.Site(e.CentreCode));
        }

        observed["tcm:reason"] = e.Reason;
        observed["tcm:attempt"] = e.Attempt;
        return Draft(observed, ScopeOf(e, e.CentreCode));
    }

    /// <summary>
    /// 退回处置: the parcel's things were destroyed at the centre and leave the trace. What is lost was not seen to end: where it is is not known,
    /// and the trace says no more.
    /// </summary>
    public TraceDraft Returned(ParcelReturned e)
    {
        JsonObject ended;
        if (e.Cause == "lost")
        {
            ended = Observed(e, e.Sscc, "transporting");
            ended["disposition"] = "unknown";
        }
        else
        {
            ended = Base("ObjectEvent", e.OccurredAt, "destroying", "destroyed");
            ended["epcList"] = Content(e.AggregateId, e.BagSerials);
            ended["action"] = "DELETE";
            ended["readPoint"] = Id(numbers.Point(e.CentreCode, "dock"));
            ended["bizLocation"] = Id(numbers.Site(e.CentreCode));
            ended["bizTransactionList"] = Rx(e);
        }

        ended["tcm:reason"] = e.Cause;
        return Draft(ended, ScopeOf(e, e.CentreCode));
    }
}
