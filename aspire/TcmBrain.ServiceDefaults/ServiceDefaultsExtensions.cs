using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TcmBrain.ServiceDefaults.Discovery;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Health;
using TcmBrain.ServiceDefaults.Hosting;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.OpenApi;
using TcmBrain.ServiceDefaults.Resilience;
using TcmBrain.ServiceDefaults.Rpc;
using TcmBrain.ServiceDefaults.Telemetry;

namespace TcmBrain.ServiceDefaults;

/// <summary>What every service starts and ends its Program.cs with.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Server limits, telemetry, health, discovery, identity (deny by default) and coded errors. See the folder's README for the
    /// configuration keys.
    /// </summary>
    /// <param name="service">the resource's name in the app model, for example <c>pharmacy</c></param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string service)
    {
        KestrelDefaults.Add(builder);
        TelemetryDefaults.Add(builder, service);
        HealthDefaults.Add(builder.Services);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<ServiceEndpoints>();
        builder.Services.AddHttpContextAccessor();
        IdentityDefaults.Add(builder);
        AddCodedErrors(builder.Services);
        OpenApiDefaults.Add(builder.Services, service);
        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> and <c>/alive</c>, in every environment; the service's OpenAPI document; and, after <c>AddGrpcDefaults</c>, <c>grpc.health.v1</c> (anonymous)
    /// and <c>grpc.reflection.v1</c>.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        // In development the framework puts its exception page around everything that is written here, inside FaultsFirst; refusals must be
        // answered before it sees them, those of authentication included.
        app.UseMiddleware<FaultMiddleware>();
        app.Use(SameSiteRule.InvokeAsync);
        app.UseAuthentication();
        app.UseMiddleware<DisplayRule>();
        app.UseAuthorization();
        HealthDefaults.Map(app);
        OpenApiDefaults.Map(app);
        GrpcDefaults.Map(app);
        return app;
    }

    /// <summary>
    /// A named <see cref="HttpClient"/> for <c>http://NAME</c>: replicas in turn, resilience, and the token of the request being
    /// answered. Take it from <see cref="IHttpClientFactory"/> by the service's name.
    /// </summary>
    public static IHttpClientBuilder AddServiceClient(
        this WebApplicationBuilder builder,
        string service,
        ResilienceSettings? resilience = null
    )
    {
        var settings = resilience ?? new ResilienceSettings();
        return builder
            .Services.AddHttpClient(service, client => client.BaseAddress = new Uri($"http://{service}"))
            .AddHttpMessageHandler(p => new CallerTokenHandler(p.GetRequiredService<IHttpContextAccessor>()))
            .AddHttpMessageHandler(_ => new ResilienceHandler(settings))
            .AddHttpMessageHandler(p => new DiscoveryHandler(p.GetRequiredService<ServiceEndpoints>()));
    }

    private static void AddCodedErrors(IServiceCollection services)
    {
        services.AddSingleton<FaultAnswer>();
        services.AddSingleton<IDeveloperPageExceptionFilter>(provider => provider.GetRequiredService<FaultAnswer>());
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, FaultsFirst>());
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(http =>
        {
            var json = http.SerializerOptions;
            json.NumberHandling = JsonNumberHandling.Strict;
            json.AllowDuplicateProperties = false;
            json.RespectNullableAnnotations = true;
            json.MaxDepth = 32;
            // Chinese text stays readable on the wire; answers are JSON, never embedded in HTML.
            json.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        });
    }

    /// <summary>Outside everything else, the framework's own authentication and routing included.</summary>
    private sealed class FaultsFirst : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
            app =>
            {
                app.Use(UnreadBody.InvokeAsync);
                app.UseMiddleware<FaultMiddleware>();
                next(app);
            };
    }
}
