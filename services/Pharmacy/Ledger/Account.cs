namespace TcmBrain.Pharmacy.Ledger;

/// <summary>
/// Where grams of a lot stand (账户). They come from <see cref="Supplier"/>, <see cref="TransferIn"/> or <see cref="Found"/>, which alone may
/// go below zero, and are at any time in exactly one of the others.
/// </summary>
public enum Account
{
    Supplier,
    Quarantine,
    Available,
    Reserved,
    Dispensed,
    Lost,

    /// <summary>退回供应商.</summary>
    Returned,

    /// <summary>盘盈: counted, though the books did not have it.</summary>
    Found,

    /// <summary>调入: another centre's lot, of which this one is a part.</summary>
    TransferIn,

    /// <summary>调拨在途: has left its centre and not arrived; the sender answers for it.</summary>
    InTransit,

    /// <summary>调出: has arrived at the other centre.</summary>
    TransferOut,
}
