using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TcmBrain.Contracts;
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
        (Event?)JsonSerializer.Deserialize(json, type, Options) ?? throw new JsonException($"An event of type {type.Name} is null.");

    /// <summary>Why this is not one JSON object, or null. Does not read it: what goes on as it is need not be understood.</summary>
    internal static string? FaultOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return "not a JSON object";
            }

            while (reader.Read()) { }

            return null;
        }
        catch (JsonException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Reads a stored event, or says why this version of the contracts cannot.</summary>
    internal static bool TryRead(string typeName, ReadOnlySpan<byte> json, out Event e, out string reason)
    {
        e = null!;
        reason = "";
        if (Topology.EventType(typeName) is not { } type)
        {
            reason = $"unknown event type {typeName}";
            return false;
        }

        try
        {
            e = Read(json, type);
            return true;
        }
        catch (JsonException fault)
        {
            reason = fault.Message;
            return false;
        }
    }
}
