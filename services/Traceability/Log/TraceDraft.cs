using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>An event on its way into the log: hashed, not yet recorded. Needs its JSON no longer once it is made.</summary>
public sealed class TraceDraft
{
    private readonly string head;
    private readonly string tail;

    /// <param name="e">A complete event with its own <c>@context</c>; eventID and recordTime are set here and not looked at.</param>
    public TraceDraft(JsonObject e, EventScope scope, string capturedBy)
        : this(JsonSerializer.SerializeToElement(e), null, scope, capturedBy, keepEventId: false, ownContext: false) { }

    /// <param name="e">A complete event; its recordTime is not looked at.</param>
    /// <param name="context">The <c>@context</c> that the event is to stand alone with, JSON; null when it is in the event.</param>
    /// <param name="keepEventId">Whether an eventID that is not the event hash stays; else the hash is the id.</param>
    /// <param name="ownContext">Whether the event came with an <c>@context</c> of its own.</param>
    public TraceDraft(JsonElement e, string? context, EventScope scope, string capturedBy, bool keepEventId, bool ownContext)
    {
        (Event, Scope, CapturedBy, OwnContext) = (e, scope, capturedBy, ownContext);
        var prefixes = context is null ? JsonLdContext.Empty.With(e) : JsonLdContext.Of(context);
        Hash = EventHash.Compute(e, prefixes);
        JsonElement? declaration = e.TryGetProperty("errorDeclaration", out var declared) ? declared : null;
        IsErrorDeclaration = declaration is not null;
        EventTime = e.GetProperty("eventTime").GetDateTimeOffset();
        BizStep = e.TryGetProperty("bizStep", out var step) ? step.GetString() ?? "" : "";
        Items = EventItems.Of(e);
        Terms = EventTerms.Of(e, prefixes);
        var hashId = EventHash.Text(Hash);
        var given = keepEventId && e.TryGetProperty("eventID", out var id) ? id.GetString() : null;
        EventId = given is null || given == hashId ? null : given;
        Key = EventIdentity.Key(EventId ?? hashId, Hash, declaration);
        (head, tail) = Canonical(e, context, EventId ?? hashId);
    }

    public JsonElement Event { get; }

    public EventScope Scope { get; }

    /// <summary>统一社会信用代码 of the capturing party, <c>client:…</c>, or <see cref="Platform"/>.</summary>
    public string CapturedBy { get; }

    public byte[] Hash { get; }

    /// <summary>See <see cref="EventIdentity"/>.</summary>
    public byte[] Key { get; }

    /// <summary>The id that the capturing party gave; null when the event hash is the id.</summary>
    public string? EventId { get; }

    public bool IsErrorDeclaration { get; }

    public bool OwnContext { get; }

    public DateTimeOffset EventTime { get; }

    /// <summary>As written: a bare word of the CBV or a URI; empty when there is none.</summary>
    public string BizStep { get; }

    public IReadOnlyList<EventItem> Items { get; }

    public EventTerms Terms { get; }

    /// <summary>W3C trace that the event belongs to.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Captured by the platform itself, from its services' events.</summary>
    public const string Platform = "platform";

    /// <summary>The stored text: canonical JSON of the event with its id and record time.</summary>
    public string Body(DateTimeOffset recordedAt) => string.Concat(head, Leaf.Time(recordedAt), tail);

    /// <summary>The canonical text before and after the record time.</summary>
    private static (string Head, string Tail) Canonical(JsonElement e, string? context, string eventId)
    {
        var fields = CanonicalJson.Sorted(e);
        fields.RemoveAll(f => f.Name is "eventID" or "recordTime" || context is not null && f.Name == "@context");
        List<string> names = [.. fields.Select(f => f.Name), "eventID", "recordTime"];
        if (context is not null)
        {
            names.Add("@context");
        }

        names.Sort(string.CompareOrdinal);
        var values = fields.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
        var text = new StringBuilder(1024);
        var head = "";
        foreach (var name in names)
        {
            text.Append(text.Length == 0 && head.Length == 0 ? '{' : ',');
            CanonicalJson.Write(name, text);
            text.Append(':');
            switch (name)
            {
                case "eventID":
                    CanonicalJson.Write(eventId, text);
                    break;
                case "recordTime":
                    head = text.Append('"').ToString();
                    text.Clear().Append('"');
                    break;
                case "@context" when context is not null:
                    text.Append(context);
                    break;
                default:
                    CanonicalJson.Write(values[name], text);
                    break;
            }
        }

        return (head, text.Append('}').ToString());
    }
}
