using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Pharmacy.Reservation;

/// <summary>A prescription that wants its grams set aside.</summary>
/// <param name="Told">Events that this service has told of it so far.</param>
/// <param name="TraceParent">The trace that its approval came with.</param>
/// <param name="Missing">What was missing when it was last tried; empty when it was not.</param>
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
    IReadOnlyList<string> Missing
)
{
    /// <summary>What a line takes over all doses.</summary>
    public Weight Demand(PrescriptionLine line) => line.PerDose * Doses;
}

/// <summary>Whose a prescription is: every event about it carries this on.</summary>
public sealed record Owner(string InstitutionCode, string RegionCode, string HisNumber, int Revision)
{
    public static Owner Of(PrescriptionEvent e) => new(e.InstitutionCode, e.RegionCode, e.HisNumber, e.Revision);
}
