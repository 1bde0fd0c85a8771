using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace TcmBrain.ServiceDefaults.Telemetry;

internal sealed record TelemetryResource(ResourceBuilder Builder);

/// <summary>
/// Holds the trace and meter providers for the process's life, and sends what is left when it ends. The libraries emit their own
/// sources and meters; sampling follows the standard OTEL_TRACES_SAMPLER variables.
/// </summary>
internal sealed class TelemetryService(TelemetryResource resource, IConfiguration configuration) : IHostedLifecycleService, IDisposable
{
    private TracerProvider? tracer;
    private MeterProvider? meter;

    // Before any other hosted service starts, so that what they do at start is seen.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // The exporters read the standard OTEL_ variables from the service's own configuration.
        tracer = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(resource.Builder)
            .AddSource("Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "TcmBrain.*")
            .AddOtlpExporter()
            .Build();
        meter = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(resource.Builder)
            .AddMeter(
                "Microsoft.AspNetCore.Hosting",
                "Microsoft.AspNetCore.Server.Kestrel",
                "Microsoft.AspNetCore.RateLimiting",
                "System.Net.Http",
                "System.Runtime",
                "Npgsql",
                "MassTransit",
                "TcmBrain.*"
            )
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        tracer?.ForceFlush(2000);
        meter?.ForceFlush(2000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        tracer?.Dispose();
        meter?.Dispose();
    }
}
