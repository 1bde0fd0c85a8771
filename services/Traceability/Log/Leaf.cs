using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Log;

/// <summary>Whose an event is, and so who may see it. All null: only the capturing party's and the platform's.</summary>
public sealed record EventScope(Guid? PrescriptionId, string? InstitutionCode, string? CentreCode, string? RegionCode)
{
    public static readonly EventScope None = new(null, null, null, null);

    /// <summary>SHA-256 over the four values, so that the log binds them without saying them.</summary>
    public byte[] Digest() =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{PrescriptionId?.ToString("D")}\n{InstitutionCode}\n{CentreCode}\n{RegionCode}\n"));
}

/// <summary>
/// What the log says of one captured event. Not the event hash alone: that leaves out the error declaration, so a forged or
/// removed declaration would go unseen. Binds the whole stored event, who captured it, when, and whose it is; says nothing personal.
/// </summary>
public static class Leaf
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The leaf's text: canonical JSON (keys in order, no blanks).</summary>
    /// <param name="body">The event exactly as stored and served.</param>
    public static string Text(
        ReadOnlySpan<byte> eventHash,
        bool errorDeclaration,
        string body,
        string capturedBy,
        DateTimeOffset recordedAt,
        EventScope scope
    ) =>
        CanonicalJson.Of(
            JsonSerializer.SerializeToElement(
                new Content(
                    capturedBy,
                    errorDeclaration,
                    EventHash.Text(eventHash),
                    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))),
                    Time(recordedAt),
                    Convert.ToHexStringLower(scope.Digest())
                ),
                Options
            )
        );

    public static byte[] Hash(string text) => Merkle.LeafHash(Encoding.UTF8.GetBytes(text));

    /// <summary>UTC with milliseconds, the precision that record times are kept with.</summary>
    public static string Time(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed record Content(
        [property: JsonPropertyName("capturedBy")] string CapturedBy,
        [property: JsonPropertyName("errorDeclaration")] bool ErrorDeclaration,
        [property: JsonPropertyName("event")] string Event,
        [property: JsonPropertyName("eventSha256")] string EventSha256,
        [property: JsonPropertyName("recordTime")] string RecordTime,
        [property: JsonPropertyName("scopeSha256")] string ScopeSha256
    );
}
