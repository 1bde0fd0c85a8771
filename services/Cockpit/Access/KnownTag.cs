using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace TcmBrain.Cockpit.Access;

/// <summary>
/// Whether a caller has an answer already: <c>If-None-Match</c> by the weak comparison, since whoever stands between may have weakened the tag, and <c>*</c> (RFC 9110 §13.1.2).
/// </summary>
internal static class KnownTag
{
    /// <summary>The tag of a content.</summary>
    public static string Of(byte[] json) => $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 12))}\"";

    /// <summary>Heads an answer with its tag, for the caller's own cache alone.</summary>
    /// <returns>true when the caller has it already, and 304 is the answer</returns>
    public static bool Offer(HttpContext context, string tag)
    {
        var headers = context.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = "private, no-cache";
        headers.Vary = "Cookie, Authorization";
        return IsKnown(context.Request, tag);
    }

    private static bool IsKnown(HttpRequest request, string tag)
    {
        if (
            !EntityTagHeaderValue.TryParse(tag, out var ours)
            || !EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        )
        {
            return false;
        }

        return known.Any(k => k.Equals(EntityTagHeaderValue.Any) || k.Compare(ours, useStrongComparison: false));
    }
}
