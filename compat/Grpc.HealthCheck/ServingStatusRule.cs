using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>A service serves unless one of its checks is unhealthy; degraded still serves. Without a check nothing is known.</summary>
internal static class ServingStatusRule
{
    public static ServingStatus Of(ServiceMapping service, HealthReport report)
    {
        var counted = report
            .Entries.Where(entry => service.HealthCheckPredicate(new HealthCheckMapContext(entry.Key, entry.Value.Tags)))
            .ToArray();
        return counted switch
        {
            [] => ServingStatus.Unknown,
            _ when counted.Any(entry => entry.Value.Status == HealthStatus.Unhealthy) => ServingStatus.NotServing,
            _ => ServingStatus.Serving,
        };
    }
}
