namespace TcmBrain.Contracts.Events;

/// <summary>The pieces are in the water: a vessel is taken and soaking begins.</summary>
public sealed record DecoctionStarted : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required string Vessel { get; init; }
    public required string Operator { get; init; }
}

/// <summary>One step of the decoction is done.</summary>
public sealed record StepCompleted : PrescriptionEvent
{
    public required string CentreCode { get; init; }

    /// <summary>soaking, first-boil, second-boil, packing.</summary>
    public required string Step { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset FinishedAt { get; init; }
    public required string Vessel { get; init; }
    public required string Operator { get; init; }
}

/// <summary>Something was not as the recipe demands.</summary>
public sealed record DeviationDetected : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required string Step { get; init; }
    public required string RuleId { get; init; }
    public required string TextZh { get; init; }
    public required string TextEn { get; init; }
}

/// <summary>
/// The decoction is ended and nobody may take it: a named person decided so after a deviation. The pieces are spent; the prescription ends.
/// </summary>
public sealed record DecoctionScrapped : PrescriptionEvent
{
    public required string CentreCode { get; init; }

    /// <summary>The step that it ended in; packing when it was packed already.</summary>
    public required string Step { get; init; }
    public required string Reason { get; init; }
    public required string DecidedBy { get; init; }
}

/// <summary>Decocted and packed into bags; each bag has its own serial.</summary>
public sealed record DecoctionCompleted : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required string Vessel { get; init; }
    public required string Operator { get; init; }
    public required string[] BagSerials { get; init; }
    public required int MillilitresPerBag { get; init; }
}

/// <summary>The parcel left the centre.</summary>
public sealed record ParcelShipped : PrescriptionEvent
{
    public required Guid ParcelId { get; init; }

    /// <summary>GS1 serial shipping container code, 18 digits.</summary>
    public required string Sscc { get; init; }
    public required string CentreCode { get; init; }
    public required string Courier { get; init; }
    public required string[] BagSerials { get; init; }
    public required string DeliveryRegionCode { get; init; }
}

/// <summary>The parcel is in the patient's hands.</summary>
public sealed record ParcelDelivered : PrescriptionEvent
{
    public required Guid ParcelId { get; init; }
    public required string Sscc { get; init; }
    public required string CentreCode { get; init; }
    public required string Courier { get; init; }
    public required string[] BagSerials { get; init; }
    public required string DeliveryRegionCode { get; init; }
}
