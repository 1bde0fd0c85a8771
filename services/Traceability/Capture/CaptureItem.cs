using System.Text.Json.Nodes;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Capture;

public enum CaptureErrorBehaviour
{
    /// <summary>All or nothing, the standard's default.</summary>
    Rollback,

    /// <summary>As many events as can be.</summary>
    Proceed,
}

public enum CaptureStatus
{
    Captured,

    /// <summary>The very event is in the log already.</summary>
    Known,

    /// <summary>Another event has its id.</summary>
    IdTaken,
}

/// <param name="LeafIndex">Of the event itself, or of the one that has its id.</param>
public readonly record struct CaptureResult(CaptureStatus Status, long LeafIndex);

/// <param name="Captured">Whether the events that are new were stored; false after a rollback.</param>
/// <param name="Results">One for each draft, in order.</param>
/// <param name="RecordedAt">Of what was stored.</param>
public sealed record CaptureOutcome(bool Captured, IReadOnlyList<CaptureResult> Results, DateTimeOffset RecordedAt);

/// <summary>A word of master data from a document's header.</summary>
/// <param name="Attributes">Attribute name to value, JSON.</param>
public sealed record MasterDataElement(string Vocabulary, string Element, string Attributes, string[] Children);

/// <summary>The job of a document, but for what comes of its events.</summary>
/// <param name="Errors">Refused events, as RFC 9457 problems.</param>
public sealed record CaptureJobDraft(Guid Id, CaptureErrorBehaviour Behaviour, DateTimeOffset CreatedAt, JsonArray Errors);

/// <summary>What one request wants captured.</summary>
/// <param name="Owner">As <see cref="TraceDraft.CapturedBy"/>.</param>
/// <param name="Places">Where each draft stood in the request (JSON pointer).</param>
/// <param name="Job">Null for a lone event, which is refused when it is known.</param>
public sealed record CaptureItem(
    string Owner,
    IReadOnlyList<TraceDraft> Drafts,
    IReadOnlyList<string> Places,
    IReadOnlyList<MasterDataElement> MasterData,
    CaptureJobDraft? Job
);
