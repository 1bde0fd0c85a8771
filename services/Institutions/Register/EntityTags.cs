using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>Versions as entity tags (RFC 9110 §8.8.3, §13.1.1).</summary>
internal static class EntityTags
{
    public static Ok<T> Tagged<T>(this HttpContext context, T entry)
        where T : IEntry
    {
        Tag(context, entry.Version);
        return TypedResults.Ok(entry);
    }

    public static Created<T> CreatedAt<T>(this HttpContext context, string path, T entry)
        where T : IEntry
    {
        Tag(context, entry.Version);
        return TypedResults.Created(path, entry);
    }

    /// <exception cref="FaultException">INS-0109 without If-Match, INS-0110 when it cannot be one of ours</exception>
    public static int VersionAsked(this HttpContext context)
    {
        var header = context.Request.Headers.IfMatch;
        if (header.Count == 0)
        {
            throw InstitutionsFaults.IfMatchMissing.Exception("If-Match");
        }

        return
            EntityTagHeaderValue.TryParse(header.ToString(), out var tag)
            && !tag.IsWeak
            && int.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw InstitutionsFaults.Stale.Exception("If-Match");
    }

    private static void Tag(HttpContext context, int version) =>
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
}
