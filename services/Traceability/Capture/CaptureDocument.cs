using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Traceability.Capture;

/// <summary>The JSON of a capture. A name that stands twice in an object counts with its last value, as one official example has it.</summary>
internal static class CaptureDocument
{
    private const int Depth = 256;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Depth };

    private static readonly JsonDocumentOptions Lenient = new() { AllowDuplicateProperties = true, MaxDepth = Depth };

    /// <summary>And whether a name stood twice, which the trace profile does not take.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static async Task<(JsonDocument Document, bool Doubled)> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using var held = new MemoryStream();
        await body.CopyToAsync(held, cancellationToken);
        var bytes = held.GetBuffer().AsMemory(0, (int)held.Length);
        try
        {
            return (JsonDocument.Parse(bytes.ToArray(), Strict), false);
        }
        catch (JsonException)
        {
            using var doubled = JsonDocument.Parse(bytes, Lenient);
            var once = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(once, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                Write(doubled.RootElement, writer);
            }

            return (JsonDocument.Parse(once.WrittenMemory, Strict), true);
        }
    }

    /// <summary>Whether the request brings JSON.</summary>
    /// <exception cref="FaultException">It brings something else.</exception>
    public static void RequireJson(HttpRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim();
        if (
            !string.Equals(type, "application/json", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(type, "application/ld+json", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw GeneralFaults.UnsupportedMediaType.Exception();
        }
    }

    private static void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var last = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var property in value.EnumerateObject())
                {
                    last[property.Name] = property.Value;
                }

                writer.WriteStartObject();
                foreach (var (name, field) in last)
                {
                    writer.WritePropertyName(name);
                    Write(field, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, writer);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
