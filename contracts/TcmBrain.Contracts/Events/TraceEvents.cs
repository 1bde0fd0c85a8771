namespace TcmBrain.Contracts.Events;

/// <summary>A trace event is in the log. Aggregate: the stored EPCIS event.</summary>
public sealed record TraceCaptured : Event
{
    /// <summary>CBV 2.0 event hash, <c>ni:///sha-256;…?ver=CBV2.0</c>.</summary>
    public required string EventHash { get; init; }
    public required string BizStep { get; init; }

    /// <summary>Position in the Merkle log, from 0.</summary>
    public required long LeafIndex { get; init; }

    /// <summary>The prescription the step belongs to, when there is one.</summary>
    public Guid? PrescriptionId { get; init; }
    public string? RegionCode { get; init; }

    /// <summary>Prescribing institution of that prescription; null in what was told before events had it.</summary>
    public string? InstitutionCode { get; init; }

    /// <summary>Where the step was taken; null when no centre did, or in what was told before events had it.</summary>
    public string? CentreCode { get; init; }
}

/// <summary>
/// Trace events that parties captured through the EPCIS interface are in the log: what was stored together and is of one region, counted.
/// Strangers bring thousands in a second; what they say is asked of the trace itself. Aggregate: the batch.
/// </summary>
public sealed record TraceBatchCaptured : Event
{
    public required int Count { get; init; }

    /// <summary>Position of the first of them in the Merkle log, from 0.</summary>
    public required long FirstLeafIndex { get; init; }
    public string? RegionCode { get; init; }
}

/// <summary>The log's head was signed. Aggregate: the log.</summary>
public sealed record TreeHeadSigned : Event
{
    public required long TreeSize { get; init; }
    public required string RootHashBase64 { get; init; }
}

/// <summary>
/// A recall (召回) reached this lot, itself called back or made of what was: it is to be frozen. Quality control answers with RecallIssued.
/// Aggregate: the lot.
/// </summary>
public sealed record RecallOrdered : Event
{
    public required Guid RecallId { get; init; }
    public required string CentreCode { get; init; }
    public required string Piece { get; init; }
    public required string LotNumber { get; init; }

    /// <summary>1 to 3, as in the 药品召回管理办法.</summary>
    public required int Level { get; init; }
    public required string Reason { get; init; }
    public required string OrderedBy { get; init; }
}
