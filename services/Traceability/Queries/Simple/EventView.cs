using System.Text.Json;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>An event as the parameters of a query look at it: values by their place, in canonical form.</summary>
internal sealed class EventView(JsonElement e)
{
    private JsonLdContext? context;

    public JsonElement Event => e;

    public JsonLdContext Context => context ??= JsonLdContext.Empty.With(e);

    public string? Text(string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public DateTimeOffset? Time(string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time)
            ? time
            : null;

    public string? Term(string name, TermKind kind) => Text(name) is { } text ? Terms.Canonical(kind, text, Context) : null;

    /// <summary>The id of a readPoint or bizLocation.</summary>
    public string? Place(string name) =>
        e.TryGetProperty(name, out var place)
        && place.ValueKind == JsonValueKind.Object
        && place.TryGetProperty("id", out var id)
        && id.ValueKind == JsonValueKind.String
            ? DigitalLink.CanonicalOrSame(id.GetString()!)
            : null;

    /// <summary>The items of lists of the event, each once.</summary>
    public IEnumerable<JsonElement> Items(params IEnumerable<string> lists) =>
        lists
            .Select(name => e.TryGetProperty(name, out var list) ? list : default)
            .SelectMany(list =>
                list.ValueKind switch
                {
                    JsonValueKind.Array => list.EnumerateArray(),
                    JsonValueKind.Undefined => Enumerable.Empty<JsonElement>(),
                    _ => [list],
                }
            );

    public IEnumerable<JsonElement> SensorElements => Items("sensorElementList").Where(s => s.ValueKind == JsonValueKind.Object);

    public IEnumerable<JsonElement> SensorMetadata =>
        SensorElements
            .Select(s => s.TryGetProperty("sensorMetadata", out var metadata) ? metadata : default)
            .Where(m => m.ValueKind == JsonValueKind.Object);

    public IEnumerable<JsonElement> SensorReports =>
        SensorElements
            .Where(s => s.TryGetProperty("sensorReport", out var reports) && reports.ValueKind == JsonValueKind.Array)
            .SelectMany(s => s.GetProperty("sensorReport").EnumerateArray())
            .Where(r => r.ValueKind == JsonValueKind.Object);

    public JsonElement? ErrorDeclaration => Object("errorDeclaration");

    public JsonElement? Object(string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;
}
