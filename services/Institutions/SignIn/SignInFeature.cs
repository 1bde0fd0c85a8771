using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TcmBrain.Institutions.Accounts;
using TcmBrain.Institutions.Keys;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Institutions.SignIn;

internal static class SignInFeature
{
    private const string Guarded = "sign-in";

    public static WebApplicationBuilder AddSignIn(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(new KeyCipher(builder.Configuration["Tokens:Key"]));
        services.AddSingleton<SigningKeyRing>();
        if (string.IsNullOrEmpty(builder.Configuration["Identity:Jwks"]))
        {
            // This service checks tokens with its own keys instead of fetching them from itself.
            services.Replace(ServiceDescriptor.Singleton<ISigningKeySource>(p => p.GetRequiredService<SigningKeyRing>()));
            services.Replace(ServiceDescriptor.Singleton<IRevocationSource>(p => p.GetRequiredService<RevocationList>()));
        }

        services.AddHostedService<SigningKeyRotation>();
        builder.AddStartupTask<FirstSigningKeys>();
        services.AddSingleton<AccountStore>().AddSingleton<SignInGuard>().AddSingleton<TokenIssuer>().AddSingleton<SignInService>();
        services.AddSingleton<RevocationList>().AddSingleton<Sessions>();
        builder.AddAccounts();

        // Only the gateway reaches this service; it has replaced whatever the caller claimed.
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
        });
        services.AddRateLimiter(limits => AddLimit(limits, builder.Configuration));
        return builder;
    }

    public static void MapSignIn(this WebApplication app)
    {
        app.MapPost("/oauth/token", TokenEndpoint.IssueAsync).AllowAnonymous().RequireRateLimiting(Guarded).DisableAntiforgery();
        app.MapGet("/.well-known/jwks.json", JwksAsync).AllowAnonymous();
        app.MapGet("/.well-known/openid-configuration", Metadata).AllowAnonymous();
        app.MapGet("/.well-known/oauth-authorization-server", Metadata).AllowAnonymous();
        // No route of the gateway leads here: it is for the services.
        app.MapGet("/identity/revocations", RevocationsAsync).AllowAnonymous().ExcludeFromDescription();
        var session = app.MapGroup("/api/institutions/session").WithTags("session");
        session.MapPost("", SessionEndpoints.OpenAsync).AllowAnonymous().RequireRateLimiting(Guarded).WithName("OpenSession");
        session.MapDelete("", SessionEndpoints.CloseAsync).AllowAnonymous().WithName("CloseSession");
        session.MapGet("", SessionEndpoints.Me).WithName("GetSession");
        session.MapPost("/renew", SessionEndpoints.RenewAsync).WithName("RenewSession");
        session.MapPost("/password", SessionEndpoints.ChangePasswordAsync).RequireRateLimiting(Guarded).WithName("ChangePassword");
        app.MapSigningKeys();
        app.MapAccounts();
    }

    private static Task<RevocationNews> RevocationsAsync(RevocationList list, CancellationToken stop, long after = 0) =>
        list.FetchAsync(after, stop);

    private static async Task<IResult> JwksAsync(SigningKeyRing ring, HttpContext context, CancellationToken stop)
    {
        context.Response.Headers.CacheControl = "public, max-age=60";
        return Results.Text(await ring.FetchAsync(stop), "application/jwk-set+json");
    }

    private static IResult Metadata(HttpRequest request, IConfiguration configuration)
    {
        var at = configuration["Identity:PublicAddress"] ?? $"{request.Scheme}://{request.Host}";
        return Results.Json(
            new Dictionary<string, object>
            {
                ["issuer"] = TokenRules.Issuer,
                ["token_endpoint"] = $"{at}/oauth/token",
                ["jwks_uri"] = $"{at}/.well-known/jwks.json",
                ["grant_types_supported"] = new[] { "client_credentials" },
                ["response_types_supported"] = Array.Empty<string>(),
                ["token_endpoint_auth_methods_supported"] = new[] { "client_secret_basic", "client_secret_post" },
                ["id_token_signing_alg_values_supported"] = new[] { "ES256" },
                ["subject_types_supported"] = new[] { "public" },
            }
        );
    }

    // Hashing is dear on purpose: an address gets a burst and then a steady trickle of it.
    private static void AddLimit(RateLimiterOptions limits, IConfiguration configuration)
    {
        var burst = configuration.GetValue("SignIn:Burst", 200);
        var perSecond = configuration.GetValue("SignIn:PerSecond", 20);
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.OnRejected = (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
            rejected.HttpContext.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))
                .ToString(CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask;
        };
        limits.AddPolicy(
            Guarded,
            context =>
                RateLimitPartition.GetTokenBucketLimiter(
                    CallerAddress.Of(context),
                    _ => new TokenBucketRateLimiterOptions
                    {
                        TokenLimit = burst,
                        TokensPerPeriod = perSecond,
                        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                        QueueLimit = 0,
                    }
                )
        );
    }
}
