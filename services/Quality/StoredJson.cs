using System.Text.Encodings.Web;
using System.Text.Json;

namespace TcmBrain.Quality;

/// <summary>How findings and lines stand in their jsonb columns.</summary>
internal static class StoredJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
