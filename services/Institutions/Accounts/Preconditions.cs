using System.Globalization;
using Microsoft.Net.Http.Headers;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Accounts;

/// <summary>Optimistic concurrency (RFC 9110 §13): the version as ETag, and back as If-Match.</summary>
internal static class Preconditions
{
    public static void Tag(HttpContext context, int version) =>
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <exception cref="FaultException">INS-0109 without If-Match, INS-0110 when it cannot be one of ours</exception>
    public static int VersionOf(HttpRequest request) =>
        request.Headers.IfMatch.Count == 0 ? throw InstitutionsFaults.IfMatchMissing.Exception("If-Match")
        : EntityTagHeaderValue.TryParse(request.Headers.IfMatch.ToString(), out var tag)
        && !tag.IsWeak
        && int.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
        : throw InstitutionsFaults.Stale.Exception("If-Match");
}
