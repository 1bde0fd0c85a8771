namespace TcmBrain.Pharmacy.Ledger;

/// <summary>
/// Where grams of a lot stand (账户). Every gram comes from <see cref="Supplier"/>, which alone may go below zero, and is at any time in
/// exactly one of the others.
/// </summary>
public enum Account
{
    Supplier,
    Quarantine,
    Available,
    Reserved,
    Dispensed,
    Lost,
    Returned,
}
