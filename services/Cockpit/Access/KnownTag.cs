using Microsoft.Net.Http.Headers;

namespace TcmBrain.Cockpit.Access;

/// <summary>
/// Whether a caller has an answer already: <c>If-None-Match</c> by the weak comparison, since whoever stands between may have weakened the tag, and <c>*</c> (RFC 9110 §13.1.2).
/// </summary>
internal static class KnownTag
{
    public static bool IsKnown(HttpRequest request, string tag)
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
