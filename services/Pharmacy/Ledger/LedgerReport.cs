namespace TcmBrain.Pharmacy.Ledger;

/// <summary>The ledger recomputed, all from one snapshot.</summary>
/// <param name="Totals">Milligrams by account over all lots, as the balances have them.</param>
/// <param name="BrokenLots">At most twenty lots of which an invariant does not hold.</param>
public sealed record LedgerReport(
    IReadOnlyList<LedgerCheck> Checks,
    long Lots,
    long Entries,
    IReadOnlyDictionary<string, long> Totals,
    IReadOnlyList<BrokenLot> BrokenLots
)
{
    public bool Ok => Checks.All(c => c.Ok);
}

/// <param name="Finding">What does not fit, with the figures, in milligrams.</param>
public sealed record BrokenLot(Guid LotId, string CentreCode, string Piece, string LotNumber, string Finding);
