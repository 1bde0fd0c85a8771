using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The health service of an ASP.NET Core application: runs the checks when asked, and lets watchers see what is published.</summary>
internal sealed class HealthChecksService : Health.V1.Health.HealthBase
{
    private readonly HealthServiceImpl statuses;
    private readonly HealthCheckService checks;
    private readonly GrpcHealthChecksOptions options;

    public HealthChecksService(
        HealthServiceImpl statuses,
        HealthCheckService checks,
        IOptions<GrpcHealthChecksOptions> options,
        IHostApplicationLifetime lifetime
    )
    {
        this.statuses = statuses;
        this.checks = checks;
        this.options = options.Value;
        if (!this.options.SuppressCompletionOnShutdown)
        {
            lifetime.ApplicationStopping.Register(statuses.Stop);
        }
    }

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (!options.UseHealthChecksCache)
        {
            var service = options.Services.Find(request.Service) ?? throw HealthServiceImpl.UnknownService(request.Service);
            await Refresh(service, context.CancellationToken);
        }

        return await statuses.Check(request, context);
    }

    public override async Task Watch(
        HealthCheckRequest request,
        IServerStreamWriter<HealthCheckResponse> responseStream,
        ServerCallContext context
    )
    {
        if (!options.UseHealthChecksCache && options.Services.Find(request.Service) is { } service)
        {
            await Refresh(service, context.CancellationToken);
        }

        await statuses.Watch(request, responseStream, context);
    }

    private async Task Refresh(ServiceMapping service, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(
            check => service.HealthCheckPredicate(new HealthCheckMapContext(check.Name, check.Tags)),
            cancellationToken
        );
        statuses.SetStatus(service.Name, ServingStatusRule.Of(service, report));
    }
}
