namespace TcmBrain.Pharmacy.Centres;

/// <summary>How a centre stands to its consortium (医共体) when prescriptions are shared out.</summary>
public static class ConsortiumRule
{
    /// <summary>All institutions alike.</summary>
    public const string None = "none";

    /// <summary>Its own consortium's prescriptions rather than others'.</summary>
    public const string Prefer = "prefer";

    /// <summary>Its own consortium's prescriptions only.</summary>
    public const string Only = "only";

    public static readonly string[] All = [None, Prefer, Only];
}

/// <summary>What a centre can do and when, and what its services cost. Money in fen.</summary>
/// <param name="DispensingPerDay">prescriptions weighed and checked in a full day</param>
/// <param name="DecoctionPerDay">prescriptions decocted in a full day; 0: it does not decoct</param>
/// <param name="ServiceRegions">GB/T 2260 codes whose subtrees it delivers to; empty: everywhere</param>
/// <param name="Consortium">see <see cref="ConsortiumRule"/></param>
/// <param name="ClosesAt">From then on it takes no work (停业); null: it stays open.</param>
/// <param name="Version">0 while nobody has entered a profile; the ETag.</param>
public sealed record CentreProfile(
    int DispensingPerDay,
    int DecoctionPerDay,
    OpeningHours Hours,
    IReadOnlyList<string> ServiceRegions,
    string Consortium,
    long DispensingFen,
    long DecoctionFenPerDose,
    long DeliveryFen,
    DateTimeOffset? ClosesAt,
    string? ClosedReason,
    int Version
)
{
    /// <summary>What holds until the centre says otherwise: a mid-sized room, open all week, without fees.</summary>
    public static readonly CentreProfile Default = new(
        1_000,
        800,
        new OpeningHours(new TimeOnly(7, 30), new TimeOnly(20, 30), [], []),
        [],
        ConsortiumRule.Prefer,
        0,
        0,
        0,
        null,
        null,
        0
    );

    public bool IsClosed(DateTimeOffset now) => ClosesAt <= now;
}
