using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TcmBrain.Traceability.Events;

/// <summary>
/// What makes two captured events the same one: the eventID (EPCIS 2.0, 7.4.1). An error declaration repeats the id of the event that it
/// withdraws; it is the same only as a declaration of the same content.
/// </summary>
public static class EventIdentity
{
    /// <summary>16 bytes for an event, 32 for an error declaration, the first 16 from the id alone.</summary>
    public static byte[] Key(string eventId, ReadOnlySpan<byte> eventHash, JsonElement? errorDeclaration)
    {
        var key = new byte[errorDeclaration is null ? 16 : 32];
        Of(eventId).CopyTo(key, 0);
        if (errorDeclaration is { } declared)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(eventHash);
            hash.AppendData(Encoding.UTF8.GetBytes(CanonicalJson.Of(declared)));
            hash.GetHashAndReset().AsSpan(0, 16).CopyTo(key.AsSpan(16));
        }

        return key;
    }

    /// <summary>What the keys of the event and of all its error declarations begin with.</summary>
    public static byte[] Of(string eventId) => SHA256.HashData(Encoding.UTF8.GetBytes(eventId))[..16];

    /// <summary>The key after all of those.</summary>
    public static byte[] After(byte[] prefix)
    {
        var next = (byte[])prefix.Clone();
        for (var i = next.Length - 1; i >= 0 && ++next[i] == 0; i--) { }

        return next;
    }
}
