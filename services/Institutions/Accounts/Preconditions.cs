using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Accounts;

/// <summary>Optimistic concurrency (RFC 9110 §13): the version as ETag, and back as If-Match.</summary>
internal static class Preconditions
{
    public static void Tag(HttpContext context, int version) => VersionTag.Write(context, version);

    /// <exception cref="FaultException">INS-0109 without If-Match, INS-0110 when it cannot be one of ours</exception>
    public static int VersionOf(HttpRequest request) =>
        VersionTag.Read(
            request,
            () => InstitutionsFaults.IfMatchMissing.Exception("If-Match"),
            () => InstitutionsFaults.Stale.Exception("If-Match")
        );
}
