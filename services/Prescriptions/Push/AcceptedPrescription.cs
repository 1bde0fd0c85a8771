using Google.Protobuf.WellKnownTypes;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange.Outbox;

namespace TcmBrain.Prescriptions.Push;

/// <summary>A prescription ready to be stored, with the events that tell of it.</summary>
internal sealed class AcceptedPrescription
{
    public required Guid Id { get; init; }
    public required string InstitutionCode { get; init; }
    public required string RegionCode { get; init; }
    public required string HisNumber { get; init; }
    public required int Revision { get; init; }
    public required byte[] ContentSha256 { get; init; }
    public required byte[] Document { get; init; }
    public required byte[] Identity { get; init; }
    public required AuditOutcome Audit { get; init; }
    public required State State { get; init; }
    public required bool Urgent { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public required DateTimeOffset ValidUntil { get; init; }

    /// <summary>The end of the patient's pick-up window; null: it is delivered.</summary>
    public required DateTimeOffset? CollectUntil { get; init; }

    /// <summary>When the first state times out; null: it is an end.</summary>
    public required DateTimeOffset? DueAt { get; init; }
    public required string? TraceParent { get; init; }

    /// <summary>Written out already: many are accepted at once, while those that store them take turns.</summary>
    public required IReadOnlyList<OutboxRow> Events { get; init; }

    public (string Institution, string HisNumber, int Revision) Key => (InstitutionCode, HisNumber, Revision);

    public PushReply Reply() =>
        new()
        {
            PrescriptionId = Id.ToString(),
            HisNumber = HisNumber,
            Revision = Revision,
            State = State,
            Audit = Audit,
            ContentSha256 = Convert.ToHexStringLower(ContentSha256),
            ReceivedAt = Timestamp.FromDateTimeOffset(ReceivedAt),
        };
}
