using Yarp.ReverseProxy.Configuration;

namespace TcmBrain.Gateway.Routing;

/// <summary>
/// What goes where, and what is open to callers without a token. Everything else wants one, here and again in the service. Addresses
/// are not rewritten.
/// </summary>
internal static class RouteTable
{
    private const string Open = "anonymous";
    private const string Closed = "default";

    /// <summary>The rate at which one address may try codes.</summary>
    public const string PublicCodeLimit = "public-code";

    /// <summary>For pages of any origin, with a token in the header where one is wanted; never with a cookie (Fetch standard, CORS protocol).</summary>
    public const string AnyOrigin = "any-origin";

    private static readonly string[] Reading = ["GET", "HEAD"];

    public static readonly IReadOnlyList<RouteConfig> Http =
    [
        // Who wants a token has none yet.
        Route("oauth", "institutions", "/oauth/{**rest}", Open),
        Route("well-known", "institutions", "/.well-known/{**rest}", Open, Reading),
        Route("session", "institutions", "/api/institutions/session", Open),
        // Files of the register; everything else is bounded by the server's own limit.
        Route("import", "institutions", "/api/institutions/import/{**rest}", Closed, ["POST"]) with
        {
            MaxRequestBodySize = 64 << 20,
        },
        Route("institutions", "institutions", "/api/institutions/{**rest}", Closed),
        Route("prescriptions", "prescriptions", "/api/prescriptions/{**rest}", Closed),
        // HL7 CDS Hooks: what there is, anyone may ask; answers are for those who are signed in. Prescribers' systems may be pages of a browser.
        Route("cds-discovery", "prescriptions", "/cds-services", Open, Reading) with
        {
            CorsPolicy = AnyOrigin,
        },
        Route("cds-services", "prescriptions", "/cds-services/{**rest}", Closed) with
        {
            CorsPolicy = AnyOrigin,
        },
        Route("pharmacy", "pharmacy", "/api/pharmacy/{**rest}", Closed),
        // The patient's page after a scan: the code in the address is the right to see it.
        Route("patient-page", "decoction", "/api/decoction/public/{code}/{**part}", Open, Reading) with
        {
            RateLimiterPolicy = PublicCodeLimit,
        },
        Route("decoction", "decoction", "/api/decoction/{**rest}", Closed),
        // What the patient thinks of it, from the same page.
        Route("patient-satisfaction", "quality", "/api/quality/public/satisfaction/{code}", Open, ["GET", "HEAD", "PUT"]) with
        {
            RateLimiterPolicy = PublicCodeLimit,
        },
        // A certificate of analysis as its laboratory scanned it.
        Route("certificates", "quality", "/api/quality/lots/{lotId}/certificates", Closed, ["POST"]) with
        {
            MaxRequestBodySize = 6 << 20,
        },
        Route("quality", "quality", "/api/quality/{**rest}", Closed),
        // What a patient's page reads after a scan: the code in the address is the right to see it.
        Route("public-trace", "traceability", "/api/traceability/public/{**rest}", Open, Reading),
        Route("traceability", "traceability", "/api/traceability/{**rest}", Closed),
        // Documents of some thousand events.
        Route("epcis", "traceability", "/epcis/{**rest}", Closed) with
        {
            MaxRequestBodySize = 16 << 20,
        },
        // A transparency log is for anyone to check: heads and proofs are hashes and tell nothing of what they prove.
        Route("log", "traceability", "/log/{**rest}", Open, Reading) with
        {
            CorsPolicy = AnyOrigin,
        },
        // Files of plans and of reported values; somewhat more than the service takes, which says in words what is too large.
        Route("cockpit-import", "cockpit", "/api/cockpit/{subject}/import", Closed, ["POST"]) with
        {
            MaxRequestBodySize = 16 << 20,
        },
        Route("cockpit", "cockpit", "/api/cockpit/{**rest}", Closed),
        // The web page itself holds no data.
        Route("web", "cockpit", "/{**rest}", Open, Reading),
    ];

    public static readonly IReadOnlyList<RouteConfig> Grpc =
    [
        Package("prescriptions-v1", "prescriptions", "tcmbrain.prescriptions.v1", Closed),
        Package("scales-v1", "pharmacy", "tcmbrain.scales.v1", Closed),
        Package("decoction-v1", "decoction", "tcmbrain.decoction.v1", Closed),
        Package("cockpit-v1", "cockpit", "tcmbrain.cockpit.v1", Closed),
        Route("grpc-health", GrpcCluster("prescriptions"), "/grpc.health.v1.Health/{method}", Open, ["POST"]),
        Route("grpc-reflection", GrpcCluster("prescriptions"), "/grpc.reflection.v1.ServerReflection/{method}", Closed, ["POST"]),
    ];

    /// <summary>Services behind the HTTP and the gRPC endpoint.</summary>
    public static readonly IReadOnlyList<string> HttpServices =
    [
        "institutions",
        "prescriptions",
        "pharmacy",
        "decoction",
        "quality",
        "traceability",
        "cockpit",
    ];

    public static readonly IReadOnlyList<string> GrpcServices = ["prescriptions", "pharmacy", "decoction", "cockpit"];

    public static string GrpcCluster(string service) => service + "-grpc";

    /// <summary>Every service of one proto package.</summary>
    private static RouteConfig Package(string id, string service, string package, string policy) =>
        Route(
            id,
            GrpcCluster(service),
            $$"""/{service:regex(^{{package.Replace(".", @"\.", StringComparison.Ordinal)}}\.\w+$)}/{method}""",
            policy,
            ["POST"]
        );

    private static RouteConfig Route(string id, string cluster, string path, string policy, IReadOnlyList<string>? methods = null) =>
        new()
        {
            RouteId = id,
            ClusterId = cluster,
            AuthorizationPolicy = policy,
            Match = new RouteMatch { Path = path, Methods = methods },
        };
}
