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

    /// <summary>Minutes that the recipe aims at for this step; null for packing and in older events.</summary>
    public int? TargetMinutes { get; init; }

    /// <summary>Mean of the vessel's readings within a boil, in hundredths of a degree Celsius; null when there were none.</summary>
    public int? MeanCenticelsius { get; init; }
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

    /// <summary>As in <see cref="ParcelEvent.PublicCode"/>.</summary>
    public string PublicCode { get; init; } = "";

    /// <summary>When the second person had checked the pieces: from here the room's time counts. Null in older events.</summary>
    public DateTimeOffset? CheckedAt { get; init; }
    public bool Urgent { get; init; }
}

/// <summary>The bags of a decoction were counted and some of them measured (分装核对).</summary>
public sealed record PackingChecked : PrescriptionEvent
{
    public required string CentreCode { get; init; }

    /// <summary>Where it was decocted last.</summary>
    public required string Vessel { get; init; }

    /// <summary>Of one bag, as the recipe asks.</summary>
    public required int AskedMillilitres { get; init; }

    /// <summary>Of each bag that was measured.</summary>
    public required int[] MeasuredMillilitres { get; init; }
    public required int Counted { get; init; }
    public required string CheckedBy { get; init; }
}

/// <summary>What every event of a parcel (包裹) carries.</summary>
public abstract record ParcelEvent : PrescriptionEvent
{
    public required Guid ParcelId { get; init; }

    /// <summary>GS1 serial shipping container code, 18 digits.</summary>
    public required string Sscc { get; init; }
    public required string CentreCode { get; init; }

    /// <summary>Name of the person who handed it on: the courier, or who stood at the counter.</summary>
    public required string Courier { get; init; }
    public required string[] BagSerials { get; init; }
    public required string DeliveryRegionCode { get; init; }

    /// <summary>
    /// What the patient's page is found by: 128 random bits that say nothing of anybody. Empty in what was told before pages were there.
    /// Not for records that anybody may read: whoever has it sees the page.
    /// </summary>
    public string PublicCode { get; init; } = "";
}

/// <summary>The parcel left the centre. Told again when it goes out anew after it was brought back.</summary>
public sealed record ParcelShipped : ParcelEvent
{
    /// <summary>Institution code of the courier's firm that has it now; empty in older events: the centre itself.</summary>
    public string FirmCode { get; init; } = "";

    /// <summary>Who of the firm may see the address; null: all of its couriers.</summary>
    public string? CourierId { get; init; }

    /// <summary>Until when the courier promised it; null: nothing was promised.</summary>
    public DateTimeOffset? ExpectedBy { get; init; }
}

/// <summary>The parcel lies at the counter where the patient fetches it (到达自提点).</summary>
public sealed record ParcelArrived : ParcelEvent
{
    /// <summary>Institution code of the counter.</summary>
    public required string CounterCode { get; init; }

    /// <summary>The end of the patient's window.</summary>
    public required DateTimeOffset Until { get; init; }
}

/// <summary>Nobody could be handed the parcel, or it is back at the centre, which decides what becomes of it (未送达).</summary>
public sealed record ParcelUndelivered : ParcelEvent
{
    /// <summary>absent, refused, wrong-address, unreachable, not-collected, damaged, recalled or other.</summary>
    public required string Reason { get; init; }

    /// <summary>How often it has been tried so far.</summary>
    public required int Attempt { get; init; }

    /// <summary>True: it is back at the centre. False: the courier still has it.</summary>
    public required bool Back { get; init; }
}

/// <summary>The parcel is in the patient's hands.</summary>
public sealed record ParcelDelivered : ParcelEvent
{
    /// <summary>self, family, proxy or desk; empty in older events.</summary>
    public string Receiver { get; init; } = "";
}

/// <summary>The parcel will never reach the patient: it ended at the centre and is destroyed, or is lost.</summary>
public sealed record ParcelReturned : ParcelEvent
{
    /// <summary>refused, undeliverable, not-collected, damaged, quality or lost.</summary>
    public required string Cause { get; init; }
}

/// <summary>What was cooled on its way was too warm or too cold (冷链超温).</summary>
public sealed record ColdChainBroken : ParcelEvent
{
    /// <summary>The first reading outside the limits, in hundredths of a degree Celsius.</summary>
    public required int Centicelsius { get; init; }
    public required DateTimeOffset MeasuredAt { get; init; }
}
