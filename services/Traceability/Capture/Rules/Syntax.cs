using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TcmBrain.Traceability.Capture.Rules;

/// <summary>The formats that the JSON schema names.</summary>
internal static partial class Syntax
{
    /// <summary>Characters; longer ones could not be looked up.</summary>
    public const int LongestUri = 2000;

    private static readonly SearchValues<char> UriCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:/?#[]@!$&'()*+,;=%-"
    );

    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-"
    );

    /// <summary>RFC 3986: a scheme, a colon, something, and no character that a URI cannot have.</summary>
    public static bool IsUri(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && colon < text.Length - 1
            && char.IsAsciiLetter(text[0])
            && !text.AsSpan(0, colon).ContainsAnyExcept(SchemeCharacters)
            && !text.AsSpan(colon + 1).ContainsAnyExcept(UriCharacters);
    }

    /// <summary>RFC 3339 with an offset.</summary>
    public static bool IsTime(JsonElement value) =>
        value.TryGetDateTimeOffset(out _) && value.GetString() is { Length: >= 20 } text && DateTimeStamp().IsMatch(text);

    public static bool IsOffset(string text) => OffsetForm().IsMatch(text);

    public static bool IsHex(string text) => text.Length > 0 && text.All(char.IsAsciiHexDigit);

    public static bool IsUnit(string text) => text.Length is 2 or 3 && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));

    /// <summary>The CBV's own words are written bare in JSON, never as these URIs (EPCIS-JSON-Schema, vocab-other-uri).</summary>
    public static bool IsCbv(string uri) =>
        uri.StartsWith("urn:epcglobal:cbv", StringComparison.Ordinal)
        || uri.StartsWith("https://ns.gs1.org/cbv/", StringComparison.Ordinal)
        || uri.StartsWith("http://ns.gs1.org/cbv/", StringComparison.Ordinal);

    /// <summary>Likewise those of the GS1 Web Vocabulary (vocab-nonGS1WebVoc-uri).</summary>
    public static bool IsGs1Voc(string uri) => Gs1Voc().IsMatch(uri);

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\z", RegexOptions.ECMAScript)]
    private static partial Regex DateTimeStamp();

    [GeneratedRegex(@"\A[+-]((0\d|1[0-3]):[0-5]\d|14:00)\z", RegexOptions.ECMAScript)]
    private static partial Regex OffsetForm();

    [GeneratedRegex(@"\Ahttps?://(www\.)?gs1\.org/voc/")]
    private static partial Regex Gs1Voc();
}
