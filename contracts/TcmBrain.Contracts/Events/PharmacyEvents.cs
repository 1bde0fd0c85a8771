namespace TcmBrain.Contracts.Events;

/// <summary>A lot (批) was accepted into quarantine. Aggregate: the lot.</summary>
public sealed record LotAccepted : Event
{
    public required string CentreCode { get; init; }
    public required string Piece { get; init; }

    /// <summary>The manufacturer's batch number, unique for the piece and supplier.</summary>
    public required string LotNumber { get; init; }
    public required string Supplier { get; init; }
    public required string Origin { get; init; }
    public required Weight Quantity { get; init; }
    public required DateOnly ProducedOn { get; init; }
    public required DateOnly ExpiresOn { get; init; }
    public required string AcceptedBy { get; init; }

    /// <summary>The maker's lot or box as scanned, a GS1 Digital Link or EPC URN: what the trace goes on to. Null when nothing was scanned.</summary>
    public string? SourceItem { get; init; }

    /// <summary>Of a lot from another centre: the lot that it is part of. Null for a supplier's delivery.</summary>
    public Guid? SourceLotId { get; init; }

    /// <summary>What the supplier's papers say it weighs, where it was weighed at acceptance; null: the papers were taken at their word.</summary>
    public Weight? Claimed { get; init; }
}

/// <summary>Which centre fills the prescription.</summary>
public sealed record PrescriptionRouted : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required string CentreName { get; init; }

    /// <summary>Why this one, in a sentence for people.</summary>
    public required string ReasonZh { get; init; }
    public required string ReasonEn { get; init; }

    /// <summary>When the patient has it, as promised at this choice (承诺时间). Null in what was told before promises were made.</summary>
    public DateTimeOffset? PromisedAt { get; init; }

    /// <summary>What it costs by the centre's catalogue of the day. Null when a piece has no price there.</summary>
    public FeeBreakdown? Fee { get; init; }

    /// <summary>How often it was sent elsewhere before: 0 for the first choice.</summary>
    public int Reroutes { get; init; }
}

/// <summary>One line's price by the day's catalogue, in fen. A line filled from lots of several grades stands once a grade.</summary>
public sealed record LineFee(int LineNumber, string Piece, string Grade, long Milligrams, long FenPerKilogram, long Fen);

/// <summary>What a prescription costs (费用明细), in fen: the pieces by the centre's catalogue of that day and the grade set aside, and its services.</summary>
/// <param name="PricedOn">The region's day whose prices count.</param>
public sealed record FeeBreakdown(
    DateOnly PricedOn,
    LineFee[] Lines,
    long PiecesFen,
    long DispensingFen,
    long DecoctionFen,
    long DeliveryFen,
    long TotalFen
);

/// <summary>So much of one lot for one line, over all doses.</summary>
public sealed record LotAllocation(int LineNumber, string Piece, Guid LotId, string LotNumber, Weight Quantity);

/// <summary>Stock of every line is set aside (预留), all of it or nothing.</summary>
public sealed record StockReserved : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required LotAllocation[] Allocations { get; init; }
}

/// <summary>
/// What was reserved was taken back, all of it, because a lot is no longer good or its centre closed (预留中断). The prescription is tried again at once; what
/// follows is <see cref="StockReserved"/> or <see cref="StockShort"/>.
/// </summary>
public sealed record ReservationBroken : PrescriptionEvent
{
    /// <summary>Where it had been reserved.</summary>
    public required string CentreCode { get; init; }

    /// <summary>True when a dispenser had taken it up: what lies on the tray goes back to the shelf.</summary>
    public required bool WeighingBegun { get; init; }

    /// <summary>frozen (called back), rejected, expired, missing (not found when it was counted); or centre-closed: then no lot is to blame.</summary>
    public required string Cause { get; init; }

    /// <summary>What was held of the lots concerned; not what was held of others.</summary>
    public required LotAllocation[] Broken { get; init; }
}

/// <summary>No centre has all of it. Tried again whenever a lot of a missing piece is released.</summary>
public sealed record StockShort : PrescriptionEvent
{
    public required string[] MissingPieces { get; init; }

    /// <summary>Every centre that could be asked, and what it lacks. The prescriber decides; nothing is substituted. Null in what was told earlier.</summary>
    public CentreShortage[]? Centres { get; init; }
}

/// <summary>What a centre lacks for a prescription, or why it may not take it.</summary>
/// <param name="Obstacle">Empty, or closed, closing, region, consortium: then stock alone would not help.</param>
public sealed record CentreShortage(string CentreCode, string CentreName, string[] MissingPieces, string Obstacle);

/// <summary>A hospital withdrew the prescription before dispensing began; what was reserved is available again.</summary>
public sealed record PrescriptionWithdrawn : PrescriptionEvent
{
    public required string Reason { get; init; }
    public required string RequestedBy { get; init; }

    /// <summary>See <see cref="WithdrawalCause"/>.</summary>
    public string Cause { get; init; } = WithdrawalCause.Cancel;
}

/// <summary>A dispenser has taken it up: from here on it can no longer be cancelled.</summary>
public sealed record DispensingStarted : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required string Dispenser { get; init; }
}

/// <summary>What was really weighed for a line from a lot, over all doses.</summary>
public sealed record WeighedPortion(int LineNumber, string Piece, Guid LotId, string LotNumber, Weight Weighed, string Handling)
{
    /// <summary>What should have been weighed of this lot, over all doses. Null in older events.</summary>
    public Weight? Asked { get; init; }

    /// <summary>The scale whose readings were taken; empty when entered by hand, on several scales, or in older events.</summary>
    public string Scale { get; init; } = "";
}

/// <summary>All lines are weighed (调剂).</summary>
public sealed record PrescriptionDispensed : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required string Dispenser { get; init; }
    public required WeighedPortion[] Portions { get; init; }
}

/// <summary>A second person checked every item (复核). Tells the decoction room all it needs.</summary>
public sealed record PrescriptionChecked : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required string Checker { get; init; }
    public required string Dispenser { get; init; }
    public required WeighedPortion[] Portions { get; init; }
    public required int Doses { get; init; }
    public required int DosesPerDay { get; init; }
    public required int PacksPerDose { get; init; }
    public required int MillilitresPerPack { get; init; }
    public required bool External { get; init; }
    public required bool Decoct { get; init; }
    public required bool Urgent { get; init; }
    public required string DeliveryRegionCode { get; init; }

    /// <summary>As approved; null: the courier brings it.</summary>
    public PickUp? PickUp { get; init; }

    /// <summary>As approved.</summary>
    public Taking? Taking { get; init; }
    public required string SyndromeName { get; init; }
}
