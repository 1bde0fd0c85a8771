using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Decoction.Telemetry;

internal static class TelemetryEndpoints
{
    public static void MapTelemetry(this IEndpointRouteBuilder app) => app.MapGrpcService<TelemetryGrpc>().RequireRole(Roles.Decoction);
}
