using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TcmBrain.ServiceDefaults.Discovery;
using TcmBrain.ServiceDefaults.Hosting;
using TcmBrain.ServiceDefaults.Resilience;

namespace TcmBrain.ServiceDefaults.Rpc;

public static class GrpcDefaults
{
    /// <summary>
    /// The gRPC server with the platform's limits (1 MiB a message in, gzip out where the caller takes it) and coded errors, with
    /// health and reflection. Services are mapped as usual: <c>app.MapGrpcService&lt;T&gt;()</c>; like every endpoint they want a token.
    /// </summary>
    public static WebApplicationBuilder AddGrpcDefaults(this WebApplicationBuilder builder)
    {
        builder.Services.AddGrpc(server =>
        {
            server.MaxReceiveMessageSize = KestrelDefaults.MaxRequestBytes;
            server.MaxSendMessageSize = 4 * KestrelDefaults.MaxRequestBytes;
            server.EnableDetailedErrors = false;
            server.ResponseCompressionLevel = CompressionLevel.Fastest;
            server.Interceptors.Add<FaultInterceptor>();
        });
        builder.Services.AddGrpcHealthChecks();
        builder.Services.AddGrpcReflection();
        builder.Services.AddSingleton<Present>();
        return builder;
    }

    /// <summary>
    /// A client of a service's gRPC endpoint, as a singleton: replicas in turn for each new call, the caller's own token, a circuit breaker.
    /// Nothing is bounded but by the call's own deadline; only what certainly was not sent is sent again.
    /// </summary>
    public static WebApplicationBuilder AddGrpcClientFor<TClient>(this WebApplicationBuilder builder, string service)
        where TClient : ClientBase<TClient>
    {
        builder.Services.TryAddKeyedSingleton(service, (services, _) => Channel(services, service));
        builder.Services.TryAddSingleton(services =>
            (TClient)Activator.CreateInstance(typeof(TClient), services.GetRequiredKeyedService<GrpcChannel>(service))!
        );
        return builder;
    }

    internal static void Map(WebApplication app)
    {
        if (app.Services.GetService<Present>() is null)
        {
            return;
        }

        app.MapGrpcHealthChecksService().AllowAnonymous();
        app.MapGrpcReflectionService();
    }

    private static GrpcChannel Channel(IServiceProvider services, string service)
    {
        var sockets = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            ConnectTimeout = TimeSpan.FromSeconds(3),
        };
        var discovery = new DiscoveryHandler(services.GetRequiredService<ServiceEndpoints>()) { InnerHandler = sockets };
        var resilience = new ResilienceHandler(new ResilienceSettings { Total = null, Attempt = null }) { InnerHandler = discovery };
        var caller = new CallerTokenHandler(services.GetRequiredService<IHttpContextAccessor>()) { InnerHandler = resilience };
        return GrpcChannel.ForAddress(
            $"http://_grpc.{service}",
            new GrpcChannelOptions
            {
                HttpHandler = new Whole(caller),
                DisposeHttpClient = true,
                MaxReceiveMessageSize = 4 * KestrelDefaults.MaxRequestBytes,
            }
        );
    }

    private sealed class Present;

    /// <summary>Hides the sockets from the channel, which would otherwise connect to the service's name itself instead of a replica.</summary>
    private sealed class Whole(HttpMessageHandler chain) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker invoker = new(chain);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            invoker.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                invoker.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
