using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TcmBrain.Traceability.Events;

/// <summary>
/// The CBV 2.0 event hash (section 8.9): the same event has the same hash whatever its field order, identifier form or time
/// zone. It leaves out eventID, recordTime and errorDeclaration, so an error declaration has the hash of the event it withdraws.
/// </summary>
/// <remarks>
/// Equal to the reference implementation (github.com/RalphTro/epcis-event-hash-generator) on all its vectors, also where that departs
/// from the standard's table: type stands before bizTransaction, source and destination, these three lists come after the sensors,
/// and certificationInfo after eventTimeZoneOffset. Where the reference makes the hash depend on the order of JSON fields (the pairs
/// type and value) or loses digits (whole numbers past 2^53, such as a 20-digit drug code), this one does not.
/// </remarks>
public static class EventHash
{
    private const string Head = "ni:///sha-256;";
    private const string Tail = "?ver=CBV2.0";

    /// <summary>The 32 bytes.</summary>
    /// <param name="context">Prefixes of the document that the event stands in; the event's own context is added.</param>
    /// <param name="ignored">Top-level fields that the document declares as its repository's own (<c>ignoreFields</c>).</param>
    /// <exception cref="FormatException">The event has no type.</exception>
    public static byte[] Compute(JsonElement e, JsonLdContext context, IReadOnlyCollection<string>? ignored = null) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(PreHash.Of(e, context, ignored)));

    /// <summary><c>ni:///sha-256;…?ver=CBV2.0</c></summary>
    public static string Text(ReadOnlySpan<byte> hash) => Head + Convert.ToHexStringLower(hash) + Tail;

    /// <summary>Reads the ni form or the bare 64 hex digits; null when it is neither.</summary>
    public static byte[]? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var hex =
            text.StartsWith(Head, StringComparison.Ordinal)
            && text.EndsWith(Tail, StringComparison.Ordinal)
            && text.Length > Head.Length + Tail.Length
                ? text[Head.Length..^Tail.Length]
                : text;
        if (hex.Length != 64 || hex.AsSpan().IndexOfAnyExcept("0123456789abcdef") >= 0)
        {
            return null;
        }

        return Convert.FromHexString(hex);
    }
}
