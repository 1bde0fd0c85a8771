using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace TcmBrain.Gateway.Routing;

/// <summary>
/// When a replica cannot be connected to, nothing of the request has left yet, so the next one is asked; the caller of a service with
/// replicas does not notice that one died.
/// </summary>
internal static class Failover
{
    public static async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        var proxy = context.GetReverseProxyFeature();
        // Read first: balancing leaves only the one it chose.
        var left = proxy.AvailableDestinations;
        await next();
        while (left.Count > 1 && NeverConnected(context))
        {
            var failed = proxy.ProxiedDestination;
            left = [.. left.Where(destination => destination != failed)];
            proxy.AvailableDestinations = left;
            proxy.ProxiedDestination = null;
            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.StatusCode = StatusCodes.Status200OK;
            await next();
        }
    }

    private static bool NeverConnected(HttpContext context) =>
        !context.Response.HasStarted
        && context.GetForwarderErrorFeature()
            is { Error: ForwarderError.Request, Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } };
}
