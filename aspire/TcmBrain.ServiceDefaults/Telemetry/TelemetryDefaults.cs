using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;

namespace TcmBrain.ServiceDefaults.Telemetry;

internal static class TelemetryDefaults
{
    public static void Add(WebApplicationBuilder builder, string service)
    {
        var name = builder.Configuration["OTEL_SERVICE_NAME"] ?? service;
        AddConsole(builder);
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }

        var resource = ResourceBuilder
            .CreateDefault()
            .AddService(name, serviceNamespace: "tcmbrain", serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}");
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(resource);
            logs.IncludeScopes = true;
            logs.AddOtlpExporter();
        });
        builder.Services.AddSingleton(new TelemetryResource(resource));
        builder.Services.AddHostedService<TelemetryService>();
    }

    private static void AddConsole(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        // One line an event. Logging:Format=json is for collectors that read the console instead of OTLP.
        if (string.Equals(builder.Configuration["Logging:Format"], "json", StringComparison.OrdinalIgnoreCase))
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                console.IncludeScopes = false;
            });
        }
        else
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
                console.IncludeScopes = false;
            });
        }

        // Request lines carry paths with record numbers, and Npgsql's carry parameters: neither is written.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Authentication", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.IdentityModel", LogLevel.Error);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        // /health says it; asked every second while something is away, the log would say nothing else.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        // It logs every refusal as an error, and never gets to show its page (FaultAnswer).
        builder.Logging.AddFilter("Microsoft.AspNetCore.Diagnostics.DeveloperExceptionPageMiddleware", LogLevel.None);
        // What a handler throws is logged where it is coded; what fails before it is the caller's doing.
        builder.Logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.Critical);
        builder.Logging.AddFilter("MassTransit", LogLevel.Warning);
        // A backend's going and coming is told once by the health updater; each failed probe and request would tell it again.
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp.ReverseProxy.Health.ActiveHealthCheckMonitor", LogLevel.None);
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.Error);
    }
}
