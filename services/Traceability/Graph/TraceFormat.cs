using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Graph;

/// <summary>
/// Tells a trace in the form of identifiers that the caller asked for (header GS1-EPC-Format): things, steps, places, and the same in the events. Without
/// the header things are Digital Links, by which nodes and edges meet, and events stand as they were logged, which is what their proofs are of.
/// </summary>
internal sealed class TraceFormat(EpcFormatting formatting, EpcFormat? format)
{
    /// <exception cref="FaultException">The header is none of the four words.</exception>
    public static TraceFormat Of(HttpContext context, EpcFormatting formatting)
    {
        var word = context.Request.Headers[EpcFormatting.Header].ToString();
        EpcFormat? format = word.Length == 0 ? null : EpcFormatting.Parse(word);
        if (format is { } asked)
        {
            context.Response.Headers[EpcFormatting.Header] = EpcFormatting.Word(asked);
        }

        return new TraceFormat(formatting, format);
    }

    /// <summary>As captured: nodes and edges have one form only, whatever forms the events that they are of were captured in.</summary>
    private bool Keeps => format is null or EpcFormat.AsCaptured;

    public string Id(string id) => Keeps ? id : formatting.Identifier(id, format!.Value);

    public TraceNode Of(TraceNode node) => Keeps ? node : node with { Id = Id(node.Id) };

    public TraceEdge Of(TraceEdge edge) => Keeps ? edge : edge with { Source = Id(edge.Source), Target = Id(edge.Target) };

    public TraceEvent Of(TraceEvent told) => Keeps ? told : told with { Event = Of(told.Event) };

    public TraceGraph Of(TraceGraph trace) =>
        Keeps
            ? trace
            : trace with
            {
                Id = Id(trace.Id),
                Nodes = [.. trace.Nodes.Select(Of)],
                Edges = [.. trace.Edges.Select(Of)],
                Events = [.. trace.Events.Select(Of)],
            };

    public ItemState Of(ItemState item) =>
        Keeps
            ? item
            : item with
            {
                Id = Id(item.Id),
                Containers = [.. item.Containers.Select(Id)],
                Place = item.Place is { } place
                    ? place with
                    {
                        Location = place.Location is { } location ? Id(location) : null,
                        ReadPoint = place.ReadPoint is { } point ? Id(point) : null,
                    }
                    : null,
            };

    private JsonElement Of(JsonElement e)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            foreach (var field in e.EnumerateObject())
            {
                formatting.Write(field, format!.Value, writer);
            }

            writer.WriteEndObject();
        }

        using var told = JsonDocument.Parse(text.GetBuffer().AsMemory(0, (int)text.Length));
        return told.RootElement.Clone();
    }
}
