using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using TcmBrain.Gateway.Routing;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Hosting;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Gateway.Edge;

internal static class EdgeFeature
{
    private static readonly HashSet<string> HealthPaths = new(StringComparer.OrdinalIgnoreCase) { "/health", "/alive" };

    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder)
    {
        builder.Services.AddCors(cors =>
            cors.AddPolicy(
                RouteTable.AnyOrigin,
                // What a page asked beforehand holds for ten minutes.
                any =>
                    any.AllowAnyOrigin().AllowAnyHeader().WithMethods("GET", "HEAD", "POST").SetPreflightMaxAge(TimeSpan.FromMinutes(10))
            )
        );
        builder.Services.AddRateLimiter(limits => AddLimits(limits, builder.Configuration));
        return builder;
    }

    /// <summary>
    /// Keeps each endpoint to its purpose (health on the internal one only, gRPC on the gRPC one only), then checks the token and the rate.
    /// </summary>
    public static void UseEdge(this WebApplication app)
    {
        var grpcPort = app.Configuration.GetValue<int?>("Endpoints:Grpc:Port");
        var internalPort = app.Configuration.GetValue<int?>("Endpoints:Internal:Port");
        app.Use(
            (context, next) =>
            {
                // By the port the connection came in on; a Host header can say anything.
                var port = context.Connection.LocalPort;
                var path = context.Request.Path.Value?.TrimEnd('/');
                var isHealth = path is not null && HealthPaths.Contains(path);
                if (isHealth != (port == internalPort) || port == grpcPort != GrpcAnswer.IsGrpc(context.Request))
                {
                    throw GeneralFaults.NotFound.Exception();
                }

                var headers = context.Response.Headers;
                headers[RequestId.Header] = context.TraceIdentifier;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                return next(context);
            }
        );
        // A page asks beforehand without a token.
        app.UseCors();
        // In this order, so that callers with wrong tokens are counted too.
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
    }

    // Bounds a caller gone wild; what a service itself can bear is its own affair. A gRPC stream counts once.
    private static void AddLimits(RateLimiterOptions limits, IConfiguration configuration)
    {
        var known = Bucket(configuration, "RateLimit:Client", perSecond: 5000);
        var unknown = Bucket(configuration, "RateLimit:Anonymous", perSecond: 200);
        // A family looks now and then; who tries codes one after another is stopped long before finding one among 2^128.
        var codes = Bucket(configuration, "RateLimit:PublicCode", perSecond: 5);
        limits.AddPolicy(
            RouteTable.PublicCodeLimit,
            context => RateLimitPartition.GetTokenBucketLimiter("code " + context.Connection.RemoteIpAddress, _ => codes)
        );
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.OnRejected = (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
            rejected.HttpContext.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))
                .ToString(CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask;
        };
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.User.Identity is { IsAuthenticated: true }
                ? RateLimitPartition.GetTokenBucketLimiter("client " + context.User.Subject(), _ => known)
                : RateLimitPartition.GetTokenBucketLimiter("address " + context.Connection.RemoteIpAddress, _ => unknown)
        );
    }

    private static TokenBucketRateLimiterOptions Bucket(IConfiguration configuration, string key, int perSecond)
    {
        var rate = configuration.GetValue($"{key}:PerSecond", perSecond);
        return new TokenBucketRateLimiterOptions
        {
            TokensPerPeriod = rate,
            TokenLimit = configuration.GetValue($"{key}:Burst", 4 * rate),
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        };
    }
}
