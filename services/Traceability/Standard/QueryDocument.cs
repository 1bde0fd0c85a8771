using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Standard;

/// <param name="OwnContext">Whether it was captured with an <c>@context</c> of its own.</param>
public readonly record struct ToldEvent(JsonElement Event, bool OwnContext);

/// <summary>
/// EPCISQueryDocument. Events come as they were captured: one that stood in a document stands under the answer's <c>@context</c> again, which
/// declares what those documents declared; where two declare one prefix differently, the event keeps its own.
/// </summary>
public sealed class QueryDocument(EpcFormatting formatting, TimeProvider time)
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <param name="id">The document's own id; null for none.</param>
    public ReadOnlyMemory<byte> Write(
        string queryName,
        IReadOnlyList<ToldEvent> events,
        EpcFormat format,
        string? subscriptionId = null,
        string? id = null
    )
    {
        var shared = new SharedContext();
        var under = events.Select(e => !e.OwnContext && (!e.Event.TryGetProperty("@context", out var c) || shared.Take(c))).ToList();
        var text = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(text, Options);
        writer.WriteStartObject();
        writer.WritePropertyName("@context");
        shared.Write(writer);
        if (id is not null)
        {
            writer.WriteString("id", id);
        }

        writer.WriteString("type", "EPCISQueryDocument");
        writer.WriteString("schemaVersion", "2.0");
        writer.WriteString("creationDate", Leaf.Time(time.GetUtcNow()));
        writer.WriteStartObject("epcisBody");
        writer.WriteStartObject("queryResults");
        writer.WriteString("queryName", queryName);
        if (subscriptionId is not null)
        {
            writer.WriteString("subscriptionID", subscriptionId);
        }

        writer.WriteStartObject("resultsBody");
        writer.WriteStartArray("eventList");
        for (var i = 0; i < events.Count; i++)
        {
            WriteEvent(events[i].Event, format, withContext: !under[i], writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return text.WrittenMemory;
    }

    /// <summary>One event that stands alone.</summary>
    public ReadOnlyMemory<byte> WriteAlone(JsonElement e, EpcFormat format)
    {
        var text = new ArrayBufferWriter<byte>(2048);
        using var writer = new Utf8JsonWriter(text, Options);
        WriteEvent(e, format, withContext: true, writer);
        writer.Flush();
        return text.WrittenMemory;
    }

    private void WriteEvent(JsonElement e, EpcFormat format, bool withContext, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var field in e.EnumerateObject())
        {
            if (withContext || field.Name != "@context")
            {
                formatting.Write(field, format, writer);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>What the contexts of several documents declare together.</summary>
    private sealed class SharedContext
    {
        private readonly List<string> addresses = [JsonLdContext.Epcis];
        private readonly SortedDictionary<string, (string Canonical, JsonElement Value)> terms = new(StringComparer.Ordinal);

        /// <summary>False, and nothing taken, when it contradicts what was taken before.</summary>
        public bool Take(JsonElement context)
        {
            var parts = context.ValueKind == JsonValueKind.Array ? [.. context.EnumerateArray()] : new List<JsonElement> { context };
            var declared = parts.Where(p => p.ValueKind == JsonValueKind.Object).SelectMany(p => p.EnumerateObject()).ToList();
            var canonical = declared.ConvertAll(d => CanonicalJson.Of(d.Value));
            for (var i = 0; i < declared.Count; i++)
            {
                if (terms.TryGetValue(declared[i].Name, out var other) && other.Canonical != canonical[i])
                {
                    return false;
                }
            }

            for (var i = 0; i < declared.Count; i++)
            {
                terms[declared[i].Name] = (canonical[i], declared[i].Value);
            }

            foreach (var address in parts.Where(p => p.ValueKind == JsonValueKind.String).Select(p => p.GetString()!))
            {
                if (!addresses.Contains(address))
                {
                    addresses.Add(address);
                }
            }

            return true;
        }

        public void Write(Utf8JsonWriter writer)
        {
            writer.WriteStartArray();
            addresses.ForEach(writer.WriteStringValue);
            if (terms.Count > 0)
            {
                writer.WriteStartObject();
                foreach (var (name, (_, value)) in terms)
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    }
}
