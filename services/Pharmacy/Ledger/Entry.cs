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
);

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
}
