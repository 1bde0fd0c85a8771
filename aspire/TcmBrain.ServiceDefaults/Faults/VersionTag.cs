using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>Optimistic concurrency (RFC 9110 §13): a record's version as strong ETag, and back as If-Match.</summary>
public static class VersionTag
{
    public static void Write(HttpContext context, int version) =>
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The version that a change was made from.</summary>
    /// <param name="missing">the refusal when there is no If-Match</param>
    /// <param name="stale">the refusal when it cannot be one of ours</param>
    public static int Read(HttpRequest request, Func<FaultException> missing, Func<FaultException> stale) =>
        request.Headers.IfMatch.Count == 0 ? throw missing()
        : EntityTagHeaderValue.TryParse(request.Headers.IfMatch.ToString(), out var tag)
        && !tag.IsWeak
        && int.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
        : throw stale();
}
