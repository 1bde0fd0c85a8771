using System.Text.Encodings.Web;
using System.Text.Json;

namespace TcmBrain.ServiceDefaults.Storage;

/// <summary>How parts of a row stand in their jsonb columns: Chinese as itself.</summary>
public static class StoredJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
