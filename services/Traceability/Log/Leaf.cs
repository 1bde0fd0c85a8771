using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
        string.Concat(
            string.Concat("{\"capturedBy\":", Quoted(capturedBy), ",\"errorDeclaration\":", errorDeclaration ? "true" : "false"),
            string.Concat(",\"event\":\"", EventHash.Text(eventHash), "\",\"eventSha256\":\"", Sha256(body)),
            string.Concat("\",\"recordTime\":\"", Time(recordedAt), "\",\"scopeSha256\":\""),
            string.Concat(Convert.ToHexStringLower(scope.Digest()), "\"}")
        );

    /// <summary>Of <see cref="Text"/>.</summary>
    public static byte[] Hash(
        ReadOnlySpan<byte> eventHash,
        bool errorDeclaration,
        string body,
        string capturedBy,
        DateTimeOffset recordedAt,
        EventScope scope
    ) => Hash(Text(eventHash, errorDeclaration, body, capturedBy, recordedAt, scope));

    public static byte[] Hash(string text) => Merkle.LeafHash(Encoding.UTF8.GetBytes(text));

    /// <summary>UTC with milliseconds, the precision that record times are kept with.</summary>
    public static string Time(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        CanonicalJson.Write(text, quoted);
        return quoted.ToString();
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
