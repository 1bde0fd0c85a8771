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
}

/// <summary>Which centre fills the prescription.</summary>
public sealed record PrescriptionRouted : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required string CentreName { get; init; }

    /// <summary>Why this one, in a sentence for people.</summary>
    public required string ReasonZh { get; init; }
    public required string ReasonEn { get; init; }
}

/// <summary>So much of one lot for one line, over all doses.</summary>
public sealed record LotAllocation(int LineNumber, string Piece, Guid LotId, string LotNumber, Weight Quantity);

/// <summary>Stock of every line is set aside (预留), all of it or nothing.</summary>
public sealed record StockReserved : PrescriptionEvent
{
    public required string CentreCode { get; init; }
    public required LotAllocation[] Allocations { get; init; }
}

/// <summary>
/// What was reserved was taken back, all of it, because a lot is no longer good (预留中断). The prescription is tried again at once; what
/// follows is <see cref="StockReserved"/> or <see cref="StockShort"/>.
/// </summary>
public sealed record ReservationBroken : PrescriptionEvent
{
    /// <summary>Where it had been reserved.</summary>
    public required string CentreCode { get; init; }

    /// <summary>True when a dispenser had taken it up: what lies on the tray goes back to the shelf.</summary>
    public required bool WeighingBegun { get; init; }

    /// <summary>frozen (called back), rejected, expired, missing (not found when it was counted).</summary>
    public required string Cause { get; init; }

    /// <summary>What was held of the lots concerned; not what was held of others.</summary>
    public required LotAllocation[] Broken { get; init; }
}

/// <summary>No centre has all of it. Tried again whenever a lot of a missing piece is released.</summary>
public sealed record StockShort : PrescriptionEvent
{
    public required string[] MissingPieces { get; init; }
}

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
public sealed record WeighedPortion(int LineNumber, string Piece, Guid LotId, string LotNumber, Weight Weighed, string Handling);

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
