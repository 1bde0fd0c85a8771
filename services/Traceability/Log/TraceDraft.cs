using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>An event on its way into the log: hashed, not yet recorded.</summary>
public sealed class TraceDraft
{
    /// <param name="e">A complete event with its own <c>@context</c>; eventID and recordTime are set here and not looked at.</param>
    public TraceDraft(JsonObject e, EventScope scope, string capturedBy)
    {
        (Event, Scope, CapturedBy) = (e, scope, capturedBy);
        var element = JsonSerializer.SerializeToElement(e);
        Hash = EventHash.Compute(element, JsonLdContext.Empty);
        IsErrorDeclaration = element.TryGetProperty("errorDeclaration", out _);
        EventTime = element.GetProperty("eventTime").GetDateTimeOffset();
        BizStep = element.TryGetProperty("bizStep", out var step) ? step.GetString() ?? "" : "";
        Items = EventItems.Of(element);
    }

    public JsonObject Event { get; }

    public EventScope Scope { get; }

    /// <summary>统一社会信用代码 of the capturing party, <c>client:…</c>, or <see cref="Platform"/>.</summary>
    public string CapturedBy { get; }

    public byte[] Hash { get; }

    public bool IsErrorDeclaration { get; }

    public DateTimeOffset EventTime { get; }

    /// <summary>As written: a bare word of the CBV or a URI; empty when there is none.</summary>
    public string BizStep { get; }

    public IReadOnlyList<EventItem> Items { get; }

    /// <summary>W3C trace that the event belongs to.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Captured by the platform itself, from its services' events.</summary>
    public const string Platform = "platform";

    /// <summary>The stored text: canonical JSON of the event with its id and record time.</summary>
    public string Body(DateTimeOffset recordedAt)
    {
        var whole = (JsonObject)Event.DeepClone();
        whole["eventID"] = EventHash.Text(Hash);
        whole["recordTime"] = Leaf.Time(recordedAt);
        return CanonicalJson.Of(JsonSerializer.SerializeToElement(whole));
    }
}
