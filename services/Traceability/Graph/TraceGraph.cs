using System.Text.Json;

namespace TcmBrain.Traceability.Graph;

/// <param name="Id">Canonical Digital Link, or the URI as it was written.</param>
/// <param name="Kind"><c>lot</c>, <c>instance</c>, <c>container</c>, <c>class</c>, <c>other</c>; <c>transformation</c> for a step.</param>
/// <param name="Level">Transformations from the start: negative towards the fields, positive towards the patients.</param>
/// <param name="Amount">
/// Towards the fields: how much of this went into the start. Towards the patients: how much of the start is in this. Null when the events do
/// not say enough.
/// </param>
/// <param name="BizStep">Of a step: what was done, of its last event.</param>
public sealed record TraceNode(string Id, string Kind, int Level, TraceAmount? Amount, string? BizStep = null);

/// <param name="Unit">UN/ECE Rec 20: KGM, LTR, H87, …</param>
public sealed record TraceAmount(decimal Value, string Unit)
{
    internal static TraceAmount? Of(Amount? amount) =>
        amount is { } known ? new TraceAmount(decimal.Round(known.Base.Value, 9) / 1.000000000000000000000m, known.Base.Unit) : null;
}

/// <param name="Kind">
/// <c>input</c> (thing to step), <c>output</c> (step to thing), <c>contained</c> (thing to container), <c>transaction</c> (thing to transaction).
/// </param>
/// <param name="Quantity">As the event says it, in <paramref name="Unit"/>.</param>
/// <param name="From">Instant from which it holds.</param>
/// <param name="Until">For what was contained: when it was taken out.</param>
public sealed record TraceEdge(
    string Source,
    string Target,
    string Kind,
    decimal? Quantity,
    string? Unit,
    DateTimeOffset From,
    DateTimeOffset? Until,
    IReadOnlyList<long> Events
);

/// <param name="Own">The event is the caller's own; of others' the commercial fields are left out.</param>
/// <param name="Redacted">Fields that were left out; with any, the event is not what its hash is of.</param>
/// <param name="Event">The EPCIS 2.0 event.</param>
public sealed record TraceEvent(
    string EventHash,
    long LeafIndex,
    bool ErrorDeclaration,
    string CapturedBy,
    DateTimeOffset RecordedAt,
    bool Own,
    IReadOnlyList<string> Redacted,
    JsonElement Event
);

/// <param name="Complete">False: the trace is larger than was asked for; ask for more nodes, or for a stream.</param>
/// <param name="Withheld">There is more that is not the caller's to see.</param>
/// <param name="Position">Events in the log when the trace was made.</param>
public sealed record TraceGraph(
    string Id,
    string Direction,
    int Depth,
    bool Complete,
    bool Withheld,
    long Position,
    IReadOnlyList<TraceNode> Nodes,
    IReadOnlyList<TraceEdge> Edges,
    IReadOnlyList<TraceEvent> Events
);
