using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Takes the periodic health report over into the statuses that watchers see.</summary>
internal sealed class HealthChecksPublisher(HealthServiceImpl statuses, IOptions<GrpcHealthChecksOptions> options) : IHealthCheckPublisher
{
    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (var service in options.Value.Services)
        {
            statuses.SetStatus(service.Name, ServingStatusRule.Of(service, report));
        }

        return Task.CompletedTask;
    }
}
