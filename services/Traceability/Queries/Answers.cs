using System.Text.Json;

namespace TcmBrain.Traceability.Queries;

/// <param name="EventHash"><c>ni:///sha-256;…?ver=CBV2.0</c></param>
/// <param name="LeafIndex">Place in the log, from 0.</param>
/// <param name="RecordedAt">When the platform captured it, UTC.</param>
/// <param name="BizStep">CBV word or URI; empty when the event has none.</param>
/// <param name="Proof">Where its inclusion proof is.</param>
/// <param name="Event">The EPCIS 2.0 event.</param>
public sealed record TraceEntry(
    string EventHash,
    long LeafIndex,
    bool ErrorDeclaration,
    DateTimeOffset RecordedAt,
    string BizStep,
    string Proof,
    JsonElement Event
);

/// <param name="Items">The prescription's own steps in order.</param>
/// <param name="Lots">What is known of the lots it was made from, in order.</param>
public sealed record PrescriptionTrace(Guid PrescriptionId, IReadOnlyList<TraceEntry> Items, IReadOnlyList<TraceEntry> Lots);

/// <summary>All that is needed to check offline that an event is in the log. Hashes are base64.</summary>
/// <param name="Leaf">The leaf's text; its hash is SHA-256(0x00 || leaf), and <c>eventSha256</c> in it that of the event as served.</param>
/// <param name="Hashes">From the leaf's sibling upwards (RFC 6962, 2.1.1).</param>
/// <param name="Checkpoint">C2SP checkpoint, a signed note.</param>
/// <param name="VerifierKey">C2SP verifier key. Trust it only from elsewhere.</param>
/// <param name="TlogProof">The same in C2SP tlog-proof form, self-contained but for the key.</param>
/// <param name="Event">The event's text byte for byte as it was logged; null when the event is another party's.</param>
public sealed record InclusionProof(
    string EventHash,
    long LeafIndex,
    long TreeSize,
    string Leaf,
    string LeafHash,
    IReadOnlyList<string> Hashes,
    string Checkpoint,
    string VerifierKey,
    string TlogProof,
    string? Event
);

/// <summary>Something that the background auditor found changed behind the service's back.</summary>
/// <param name="Rule"><c>leaf</c>, <c>event-hash</c>, <c>gap</c>, <c>node</c>, <c>root</c>.</param>
public sealed record LogAlarm(string Rule, long LeafIndex, string Zh, string En, DateTimeOffset RaisedAt);

public sealed record AlarmList(IReadOnlyList<LogAlarm> Items);

/// <param name="Hashes">Base64 (RFC 6962, 2.1.2).</param>
public sealed record ConsistencyProof(long From, long To, IReadOnlyList<string> Hashes);
