using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Institutions.Accounts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Register;

/// <summary>Answers with an entry and its version as entity tag.</summary>
internal static class EntityTags
{
    public static Ok<T> Tagged<T>(this HttpContext context, T entry)
        where T : IEntry
    {
        Preconditions.Tag(context, entry.Version);
        return TypedResults.Ok(entry);
    }

    public static Created<T> CreatedAt<T>(this HttpContext context, string path, T entry)
        where T : IEntry
    {
        Preconditions.Tag(context, entry.Version);
        return TypedResults.Created(path, entry);
    }

    /// <exception cref="FaultException">INS-0109 without If-Match, INS-0110 when it cannot be one of ours</exception>
    public static int VersionAsked(this HttpContext context) => Preconditions.VersionOf(context.Request);
}
