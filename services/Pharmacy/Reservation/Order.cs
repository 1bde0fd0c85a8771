using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Routing;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>Why a centre is chosen now.</summary>
public static class RoutingCause
{
    public const string Approved = "approved";

    /// <summary>It was short, and stock or centres changed.</summary>
    public const string Short = "short";

    /// <summary>A lot set aside for it was called back, rejected or expired.</summary>
    public const string LotSpoilt = "lot-spoilt";

    /// <summary>Its centre closed.</summary>
    public const string CentreClosed = "centre-closed";
}

/// <summary>A prescription that wants its grams set aside.</summary>
/// <param name="Told">Events that this service has told of it so far.</param>
/// <param name="TraceParent">The trace that its approval came with.</param>
/// <param name="Missing">What was missing when it was last tried; empty when it was not.</param>
/// <param name="NeededBy">When the patient comes to fetch it; null when it is brought.</param>
/// <param name="Reroutes">How often it had to be sent elsewhere.</param>
/// <param name="Cause">see <see cref="RoutingCause"/></param>
public sealed record Order(
    Guid Id,
    Owner Owner,
    int Told,
    string? TraceParent,
    IReadOnlyList<PrescriptionLine> Lines,
    int Doses,
    string DeliveryRegionCode,
    bool Urgent,
    DateTimeOffset ApprovedAt,
    IReadOnlyList<string> Missing,
    bool Decoct = true,
    DateTimeOffset? NeededBy = null,
    int Reroutes = 0,
    string Cause = RoutingCause.Approved
)
{
    public DateTimeOffset DueBy(RoutingRules rules) => rules.DueBy(ApprovedAt, Urgent, NeededBy);

    /// <summary>What a line takes over all doses.</summary>
    public Weight Demand(PrescriptionLine line) => line.PerDose * Doses;
}

/// <summary>Whose a prescription is: every event about it carries this on.</summary>
public sealed record Owner(string InstitutionCode, string RegionCode, string HisNumber, int Revision)
{
    public static Owner Of(PrescriptionEvent e) => new(e.InstitutionCode, e.RegionCode, e.HisNumber, e.Revision);
}
