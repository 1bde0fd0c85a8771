using TcmBrain.Gateway.Edge;
using TcmBrain.ServiceDefaults.Discovery;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Hosting;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Transforms;

namespace TcmBrain.Gateway.Routing;

internal static class RoutingFeature
{
    public static WebApplicationBuilder AddRoutes(this WebApplicationBuilder builder)
    {
        builder
            .Services.AddReverseProxy()
            .LoadFromMemory(
                [.. RouteTable.Http, .. RouteTable.Grpc],
                Clusters.From(new ServiceEndpoints(builder.Configuration, TimeProvider.System))
            )
            .AddTransforms(transforms =>
            {
                // The services speak of themselves (token endpoint, locations) by the name the caller used.
                transforms.AddOriginalHost();
                transforms.AddRequestTransform(request =>
                {
                    foreach (var name in InboundHeaders.NeverForwarded)
                    {
                        request.ProxyRequest.Headers.Remove(name);
                    }

                    request.ProxyRequest.Headers.Remove(RequestId.Header);
                    request.ProxyRequest.Headers.TryAddWithoutValidation(RequestId.Header, request.HttpContext.TraceIdentifier);
                    return ValueTask.CompletedTask;
                });
                transforms.AddResponseTransform(response =>
                    // A stream that has nothing to tell yet is open all the same, and its caller waits to know. An answer that is its own
                    // end (grpc-status among the headers) stays in one piece.
                    response is { ProxyResponse: not null, HttpContext: { } context }
                    && GrpcAnswer.IsGrpc(context.Request)
                    && !context.Response.Headers.ContainsKey("grpc-status")
                        ? new ValueTask(context.Response.Body.FlushAsync(context.RequestAborted))
                        : ValueTask.CompletedTask
                );
            });
        // Passive checks may judge from few requests: a hospital's night is quiet.
        builder.Services.Configure<TransportFailureRateHealthPolicyOptions>(policy =>
        {
            policy.MinimalTotalCountThreshold = 2;
            policy.DetectionWindowSize = TimeSpan.FromSeconds(10);
        });
        return builder;
    }

    public static void MapRoutes(this WebApplication app)
    {
        // Without it the web page would answer for an address of the API that does not exist.
        app.Map("/api/{**rest}", Task (HttpContext _) => throw GeneralFaults.NotFound.Exception());
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(Failover.InvokeAsync);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
    }
}
