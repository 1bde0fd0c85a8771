using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;

namespace TcmBrain.Quality.Facts;

internal static class FactsFeature
{
    /// <summary>What supervision, evaluation, satisfaction and reports count.</summary>
    public static ExchangeBuilder KeepFacts(this ExchangeBuilder exchange) =>
        exchange
            .Handle<InstitutionRegistered, NoteInstitution>()
            .Handle<InstitutionChanged, NoteInstitution>()
            .Handle<RegionChanged, NoteRegion>()
            .Handle<PractitionerRegistered, NotePractitioner>()
            .Handle<PractitionerChanged, NotePractitioner>()
            .Handle<PractitionerSuspended, NotePractitioner>()
            .Handle<PractitionerReinstated, NotePractitioner>()
            .Handle<PrescriptionReceived, FactOfReceipt>()
            .Handle<PrescriptionAudited, FactOfAudit>()
            .Handle<PrescriptionApproved, FactOfApproval>()
            .Handle<PrescriptionRouted, FactOfRouting>()
            .Handle<PrescriptionChecked, FactOfCheck>()
            .Handle<DecoctionCompleted, FactOfDecoction>()
            .Handle<DeviationDetected, FactOfDeviation>()
            .Handle<ParcelShipped, FactOfShipping>()
            .Handle<ParcelDelivered, FactOfDelivery>()
            .Handle<PrescriptionRejected, FactOfEnd>()
            .Handle<PrescriptionCancelled, FactOfEnd>()
            .Handle<PrescriptionExpired, FactOfEnd>()
            .Handle<PrescriptionReturned, FactOfEnd>()
            .Handle<PrescriptionSuperseded, FactOfEnd>()
            .Handle<TraceCaptured, FactOfTrace>();
}
