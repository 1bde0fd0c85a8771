using System.Collections.Frozen;
using System.Text;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Contracts;

/// <summary>
/// The single table of who tells what and who listens to what (拓扑). Setup declares it on the broker before any service
/// starts; services refuse to publish or handle what is not in it; the documentation is generated from it.
/// </summary>
public static class Topology
{
    /// <summary>A service with what it publishes and what its one queue receives.</summary>
    public sealed record Service(string Name, Type[] Publishes, Type[] ListensTo)
    {
        /// <summary>The durable quorum queue; rejected messages go to <see cref="ErrorQueue"/>.</summary>
        public string Queue => Name;

        public string ErrorQueue => Name + "_error";
    }

    private static readonly Type[] Institutions =
    [
        typeof(InstitutionRegistered),
        typeof(InstitutionChanged),
        typeof(InstitutionSuspended),
        typeof(InstitutionReinstated),
        typeof(PractitionerRegistered),
        typeof(PractitionerChanged),
        typeof(PractitionerSuspended),
        typeof(PractitionerReinstated),
        typeof(ConsortiumChanged),
        typeof(RegionChanged),
        typeof(SignatureKeyRegistered),
        typeof(SignatureKeyRevoked),
    ];

    private static readonly Type[] Prescriptions =
    [
        typeof(PrescriptionReceived),
        typeof(PrescriptionAudited),
        typeof(PrescriptionApproved),
        typeof(PrescriptionRejected),
        typeof(PrescriptionCancelled),
        typeof(PrescriptionSuperseded),
        typeof(WithdrawalRequested),
        typeof(PrescriptionExpired),
        typeof(PrescriptionReturned),
        typeof(PrescriptionCompleted),
        typeof(CataloguePublished),
    ];

    private static readonly Type[] Pharmacy =
    [
        typeof(LotAccepted),
        typeof(PrescriptionRouted),
        typeof(StockReserved),
        typeof(ReservationBroken),
        typeof(StockShort),
        typeof(PrescriptionWithdrawn),
        typeof(DispensingStarted),
        typeof(PrescriptionDispensed),
        typeof(PrescriptionChecked),
    ];

    private static readonly Type[] Decoction =
    [
        typeof(DecoctionStarted),
        typeof(StepCompleted),
        typeof(DeviationDetected),
        typeof(DecoctionScrapped),
        typeof(DecoctionCompleted),
        typeof(PackingChecked),
        typeof(ParcelShipped),
        typeof(ParcelArrived),
        typeof(ParcelUndelivered),
        typeof(ParcelDelivered),
        typeof(ParcelReturned),
        typeof(ColdChainBroken),
    ];

    private static readonly Type[] Quality =
    [
        typeof(ReviewCompleted),
        typeof(LotReleased),
        typeof(LotRejected),
        typeof(RecallIssued),
        typeof(NonconformityOpened),
        typeof(SupervisionAlertRaised),
        typeof(NonconformityEscalated),
        typeof(NonconformityClosed),
        typeof(ControlSignalRaised),
    ];

    private static readonly Type[] Traceability =
    [
        typeof(TraceCaptured),
        typeof(TraceBatchCaptured),
        typeof(TreeHeadSigned),
        typeof(RecallOrdered),
    ];

    public static readonly Service[] Services =
    [
        new("institutions", Institutions, []),
        new(
            "prescriptions",
            Prescriptions,
            [
                typeof(InstitutionRegistered),
                typeof(InstitutionChanged),
                typeof(InstitutionSuspended),
                typeof(InstitutionReinstated),
                typeof(PractitionerRegistered),
                typeof(PractitionerChanged),
                typeof(PractitionerSuspended),
                typeof(PractitionerReinstated),
                typeof(SignatureKeyRegistered),
                typeof(SignatureKeyRevoked),
                typeof(PrescriptionRouted),
                typeof(StockReserved),
                typeof(ReservationBroken),
                typeof(StockShort),
                typeof(PrescriptionWithdrawn),
                typeof(DispensingStarted),
                typeof(PrescriptionDispensed),
                typeof(PrescriptionChecked),
                typeof(DecoctionStarted),
                typeof(StepCompleted),
                typeof(DecoctionCompleted),
                typeof(DecoctionScrapped),
                typeof(ParcelShipped),
                typeof(ParcelArrived),
                typeof(ParcelUndelivered),
                typeof(ParcelDelivered),
                typeof(ParcelReturned),
            ]
        ),
        new(
            "pharmacy",
            Pharmacy,
            [
                typeof(InstitutionRegistered),
                typeof(InstitutionChanged),
                typeof(InstitutionSuspended),
                typeof(InstitutionReinstated),
                typeof(ConsortiumChanged),
                typeof(PrescriptionApproved),
                typeof(PrescriptionCancelled),
                typeof(WithdrawalRequested),
                typeof(LotReleased),
                typeof(LotRejected),
                typeof(RecallIssued),
                typeof(DecoctionCompleted),
                typeof(DecoctionScrapped),
                typeof(ParcelDelivered),
                typeof(CataloguePublished),
            ]
        ),
        new(
            "decoction",
            Decoction,
            [
                typeof(InstitutionRegistered),
                typeof(InstitutionChanged),
                typeof(PrescriptionChecked),
                typeof(PrescriptionReturned),
                typeof(CataloguePublished),
            ]
        ),
        new(
            "quality",
            Quality,
            [
                typeof(PrescriptionReceived),
                typeof(PrescriptionAudited),
                typeof(PrescriptionApproved),
                typeof(LotAccepted),
                typeof(PrescriptionChecked),
                typeof(StepCompleted),
                typeof(DecoctionCompleted),
                typeof(PackingChecked),
                typeof(DeviationDetected),
                typeof(RecallOrdered),
                typeof(CataloguePublished),
                typeof(InstitutionRegistered),
                typeof(InstitutionChanged),
                typeof(PractitionerRegistered),
                typeof(PractitionerChanged),
                typeof(PractitionerSuspended),
                typeof(PractitionerReinstated),
                typeof(PrescriptionRejected),
                typeof(PrescriptionCancelled),
                typeof(PrescriptionExpired),
                typeof(PrescriptionReturned),
                typeof(PrescriptionSuperseded),
                typeof(PrescriptionRouted),
                typeof(ParcelShipped),
                typeof(ParcelDelivered),
                typeof(TraceCaptured),
                typeof(RegionChanged),
            ]
        ),
        new(
            "traceability",
            Traceability,
            [
                typeof(LotAccepted),
                typeof(LotReleased),
                typeof(LotRejected),
                typeof(RecallIssued),
                typeof(PrescriptionChecked),
                typeof(StepCompleted),
                typeof(DecoctionCompleted),
                typeof(ParcelShipped),
                typeof(ParcelArrived),
                typeof(ParcelUndelivered),
                typeof(ParcelDelivered),
                typeof(ParcelReturned),
            ]
        ),
        new("cockpit", [], [.. Institutions, .. Prescriptions, .. Pharmacy, .. Decoction, .. Quality, .. Traceability]),
    ];

    private static readonly FrozenDictionary<string, Service> ByName = Services.ToFrozenDictionary(s => s.Name);

    private static readonly FrozenDictionary<string, Type> TypesByName = Services
        .SelectMany(s => s.Publishes)
        .ToFrozenDictionary(t => t.Name);

    /// <summary>Every event type there is, each published by exactly one service.</summary>
    public static IReadOnlyCollection<Type> EventTypes => TypesByName.Values;

    /// <exception cref="KeyNotFoundException">No such service.</exception>
    public static Service Of(string service) => ByName[service];

    /// <summary>The record of an event's stored name; null when this version of the contracts no longer knows it.</summary>
    public static Type? EventType(string name) => TypesByName.GetValueOrDefault(name);

    public static IEnumerable<Service> ListenersOf(Type eventType) => Services.Where(s => s.ListensTo.Contains(eventType));

    public static Service PublisherOf(Type eventType) => Services.Single(s => s.Publishes.Contains(eventType));

    /// <summary>Name of the broker's fan-out exchange of an event: <c>prescription-received</c>.</summary>
    public static string ExchangeName(Type eventType)
    {
        var name = new StringBuilder(eventType.Name.Length + 4);
        foreach (var c in eventType.Name)
        {
            if (char.IsUpper(c) && name.Length > 0)
            {
                name.Append('-');
            }

            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }
}
