namespace TcmBrain.Pharmacy.Ledger;

/// <summary>Grams of a lot that leave one account and arrive in another: both sides at once, so that neither can be forgotten.</summary>
/// <param name="LineNumber">The prescription's line that they are for; 0 when for none.</param>
public readonly record struct Entry(Guid LotId, int LineNumber, Account From, Account To, long Milligrams);

/// <summary>A happening that moves grams (库存变动). Actor is a user, client or service name, never a patient.</summary>
public sealed record Movement(
    MovementKind Kind,
    Guid? PrescriptionId,
    string Actor,
    DateTimeOffset OccurredAt,
    IReadOnlyList<Entry> Entries
)
{
    /// <summary>The acceptance, stocktake, transfer, loss or return that it belongs to.</summary>
    public Guid? DocumentId { get; init; }

    /// <summary>Why, where somebody has to say so; else empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who signed beside the actor, where two have to.</summary>
    public string? SecondActor { get; init; }
}

public enum MovementKind
{
    /// <summary>验收入库: supplier → quarantine.</summary>
    Receipt,

    /// <summary>放行: quarantine → available.</summary>
    Release,

    /// <summary>召回: available → quarantine.</summary>
    Recall,

    /// <summary>判为不合格: available → quarantine.</summary>
    Rejection,

    /// <summary>预留: available → reserved.</summary>
    Reservation,

    /// <summary>退回货位: reserved → available, or → quarantine when the lot is no longer good.</summary>
    PutBack,

    /// <summary>调剂: reserved → dispensed, with the difference to what was weighed from or to available.</summary>
    Dispensing,

    /// <summary>盘点: found → available, or available and quarantine → lost.</summary>
    Stocktake,

    /// <summary>调拨发出: available → in transit.</summary>
    TransferOut,

    /// <summary>调拨到达, at the sender: in transit → transfer-out, the difference → lost.</summary>
    TransferArrival,

    /// <summary>调拨入库, at the receiver: transfer-in → quarantine.</summary>
    TransferIn,

    /// <summary>报损: available or quarantine → lost.</summary>
    Loss,

    /// <summary>退回供应商: quarantine → returned.</summary>
    Return,

    /// <summary>退回饮片: dispensed → lost; what was handed out is destroyed, never put back.</summary>
    GoodsBack,

    /// <summary>复核退回: dispensed → reserved, so that a line can be weighed anew.</summary>
    SendBack,
}
