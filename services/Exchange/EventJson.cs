using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Exchange;

/// <summary>How events are written, in the outbox and on the wire: camelCase, UTF-8, Chinese as itself.</summary>
public static class EventJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static byte[] Write(Event e) => JsonSerializer.SerializeToUtf8Bytes(e, e.GetType(), Options);

    public static Event Read(ReadOnlySpan<byte> json, Type type) =>
        (Event?)JsonSerializer.Deserialize(json, type, Options)
        ?? throw new JsonException($"An event of type {type.Name} is null.");
}
