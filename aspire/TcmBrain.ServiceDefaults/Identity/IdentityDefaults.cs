using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.IdentityModel.JsonWebTokens;
using TcmBrain.ServiceDefaults.Discovery;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.Identity;

internal static class IdentityDefaults
{
    public static void Add(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        // A service may have put its own source in place first (institutions reads its own table), or do so later with Replace.
        if (builder.Configuration["Identity:Jwks"] is { Length: > 0 } jwks)
        {
            services.TryAddSingleton<ISigningKeySource>(new ConfiguredSigningKeys(jwks));
        }
        else
        {
            services
                .AddHttpClient(PublishedSigningKeys.Client)
                .AddHttpMessageHandler(p => new DiscoveryHandler(p.GetRequiredService<ServiceEndpoints>()));
            services.TryAddSingleton<ISigningKeySource, PublishedSigningKeys>();
            services
                .AddHttpClient(PublishedRevocations.Client)
                .RemoveAllLoggers()
                .AddHttpMessageHandler(p => new DiscoveryHandler(p.GetRequiredService<ServiceEndpoints>()));
            services.TryAddSingleton<IRevocationSource, PublishedRevocations>();
            services.AddHostedService<RevocationWatch>();
        }

        services.AddSingleton<Revocations>();

        services.AddSingleton<SigningKeys>();
        services.AddSingleton(provider => new TokenMemory(
            new JsonWebTokenHandler { MapInboundClaims = false, MaximumTokenSizeInBytes = 16 * 1024 },
            provider.GetRequiredService<SigningKeys>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<SigningKeys, Revocations, TokenMemory>(
                (bearer, keys, revocations, memory) =>
                {
                    bearer.MapInboundClaims = false;
                    bearer.SaveToken = false;
                    bearer.TokenHandlers.Clear();
                    bearer.TokenHandlers.Add(memory);
                    bearer.TokenValidationParameters = TokenRules.Validation(keys.Find);
                    // Keys are ours to fetch (SigningKeys); without this the handler would look for discovery metadata.
                    bearer.Configuration = new Microsoft.IdentityModel.Protocols.OpenIdConnect.OpenIdConnectConfiguration();
                    bearer.Events = new BearerEvents(keys, revocations, memory);
                }
            );
        services.AddAuthorizationBuilder().SetFallbackPolicy(Policies.Authenticated).SetDefaultPolicy(Policies.Authenticated);
        services.Configure<AuthorizationOptions>(Policies.AddRoles);
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, CodedRefusals>();
    }

    private static class Policies
    {
        public static readonly AuthorizationPolicy Authenticated = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();

        public static void AddRoles(AuthorizationOptions options)
        {
            foreach (var role in Roles.All)
            {
                options.AddPolicy(role, policy => policy.RequireAuthenticatedUser().RequireRole(role));
            }
        }
    }

    private sealed class BearerEvents(SigningKeys keys, Revocations revocations, TokenMemory memory) : JwtBearerEvents
    {
        public override async Task MessageReceived(MessageReceivedContext context)
        {
            var token = AccessToken.Of(context.Request);
            if (token is null || (memory.KeyIdOf(token) ?? KeyIdIn(token)) is not { } kid)
            {
                context.NoResult();
                return;
            }

            if (!await keys.EnsureAsync(kid, context.HttpContext.RequestAborted))
            {
                // No key was ever seen: nobody can be told from anybody, which is not the caller's fault.
                context.HttpContext.Items[KeysMissing] = true;
                context.NoResult();
                return;
            }

            context.Token = token;
        }

        public override Task TokenValidated(TokenValidatedContext context)
        {
            if (context.Principal is not { } caller || revocations.IsRevoked(caller))
            {
                context.Fail("revoked");
            }
            else
            {
                revocations.Watch(context.HttpContext, caller);
            }

            return Task.CompletedTask;
        }

        /// <summary>What the token says, unchecked; empty when it says none, null when it is no token.</summary>
        private static string? KeyIdIn(string token)
        {
            try
            {
                return Reader.CanReadToken(token) ? Reader.ReadJsonWebToken(token).Kid ?? "" : null;
            }
            catch (Exception exception)
                when (exception is ArgumentException or FormatException or Microsoft.IdentityModel.Tokens.SecurityTokenException)
            {
                return null;
            }
        }

        private static readonly JsonWebTokenHandler Reader = new() { MaximumTokenSizeInBytes = 16 * 1024 };
    }

    private static readonly object KeysMissing = new();

    /// <summary>401 and 403 as coded answers, over HTTP and gRPC alike.</summary>
    private sealed class CodedRefusals : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(
            RequestDelegate next,
            HttpContext context,
            AuthorizationPolicy policy,
            Microsoft.AspNetCore.Authorization.Policy.PolicyAuthorizationResult authorizeResult
        )
        {
            if (authorizeResult.Succeeded)
            {
                return next(context);
            }

            throw (
                authorizeResult.Forbidden ? GeneralFaults.Forbidden
                : context.Items.ContainsKey(KeysMissing) ? GeneralFaults.IdentityUnavailable
                : GeneralFaults.Unauthenticated
            ).Exception();
        }
    }
}
