namespace TcmBrain.Pharmacy.Stock;

/// <summary>What quality control said of a lot (质控结论).</summary>
public enum Verdict
{
    Released,
    Rejected,
    Recalled,
}

/// <summary>How a lot stands, and the version of the verdict that it stands by.</summary>
/// <param name="Status">quarantine, available, frozen or rejected.</param>
public readonly record struct LotStanding(string Status, int Version)
{
    public const string Quarantine = "quarantine";
    public const string Available = "available";
    public const string Frozen = "frozen";
    public const string Rejected = "rejected";

    /// <summary>The version of a part that stands by what was said of the lot that it is part of: nothing said of itself makes it good again.</summary>
    public const int ByItsRoot = int.MaxValue;

    /// <summary>Of a part (调拨而来) when the lot that it is part of is called back or rejected; a release of that says nothing of the part.</summary>
    public LotStanding AfterRoot(Verdict verdict) =>
        verdict switch
        {
            Verdict.Rejected => new(Rejected, ByItsRoot),
            Verdict.Recalled when Status != Rejected => new(Frozen, ByItsRoot),
            _ => this,
        };

    /// <summary>
    /// Verdicts may come in any order: an older one changes nothing. A rejected lot may never be used, whatever is said before or after.
    /// </summary>
    public LotStanding After(Verdict verdict, int version) =>
        Status == Rejected ? this
        : verdict == Verdict.Rejected ? new(Rejected, Math.Max(Version, version))
        : version <= Version ? this
        : new(verdict == Verdict.Released ? Available : Frozen, version);
}
