using TcmBrain.Contracts.Events;

namespace TcmBrain.Decoction.Parcels;

/// <summary>A parcel with what events tell of its prescription, locked for the transaction that changes it.</summary>
internal sealed class ParcelRow
{
    public required Guid PrescriptionId { get; init; }
    public required Guid ParcelId { get; init; }
    public required string Sscc { get; init; }
    public required string InstitutionCode { get; init; }
    public required string RegionCode { get; init; }
    public required string HisNumber { get; init; }
    public required int Revision { get; init; }
    public required string CentreCode { get; init; }
    public required string DeliveryRegionCode { get; init; }
    public required string PublicCode { get; init; }
    public required string? TraceParent { get; init; }
    public required bool Decoct { get; init; }
    public required PickUp? PickUp { get; init; }
    public required DateTimeOffset ReadyAt { get; init; }
    public required string[] BagSerials { get; init; }
    public required string JobState { get; set; }
    public required int Told { get; set; }
    public required string State { get; set; }
    public required string? Holder { get; set; }
    public required string? CourierId { get; set; }
    public required string? CourierName { get; set; }
    public required DateTimeOffset? ExpectedBy { get; set; }
    public required int Attempts { get; set; }
    public required bool ColdChain { get; set; }
    public required DateTimeOffset? ShippedAt { get; set; }
    public required DateTimeOffset? DeliveredAt { get; set; }
    public required string? RecalledReason { get; init; }
    public required string? Outcome { get; set; }
    public required DateTimeOffset? EndedAt { get; set; }

    /// <summary>When it came into its present state.</summary>
    public required DateTimeOffset Since { get; set; }

    public int NextVersion() => ++Told;
}

/// <summary>Something that somebody says has happened to a parcel.</summary>
internal sealed record ParcelReport
{
    public required ParcelAction Action { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>By what it is known again.</summary>
    public required string Key { get; init; }
    public required Reporter By { get; init; }
    public string? Reason { get; init; }

    /// <summary>Who takes it; null: the reporter's own house.</summary>
    public string? FirmCode { get; init; }
    public string? CourierId { get; init; }
    public string? CourierName { get; init; }
    public DateTimeOffset? ExpectedBy { get; init; }
    public bool ColdChain { get; init; }
    public Receipt? Receipt { get; init; }

    /// <summary>What ended it, of a discarded one.</summary>
    public string? Cause { get; init; }
}

/// <summary>Who speaks.</summary>
internal readonly record struct Reporter(string Subject, string Name, string InstitutionCode);

/// <summary>Proof of delivery (签收凭证): no name in the clear, for that stays with the prescription.</summary>
/// <param name="Relation">self, family, proxy or desk</param>
/// <param name="Name">of another than the patient, masked: 李**</param>
/// <param name="PhotoSha256">of a photo that the courier keeps</param>
/// <param name="Identified">code, document or seen</param>
internal sealed record Receipt(string Relation, string? Name, string? PhotoSha256, string Identified);
