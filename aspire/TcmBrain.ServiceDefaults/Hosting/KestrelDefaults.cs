using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TcmBrain.ServiceDefaults.Hosting;

internal static class KestrelDefaults
{
    /// <summary>HTTP body and gRPC message limit, bytes.</summary>
    public const int MaxRequestBytes = 1 << 20;

    public static void Add(WebApplicationBuilder builder)
    {
        // Clear-text HTTP/2 cannot be negotiated, so one port speaks nothing else and the others never do.
        var grpcPort = builder.Configuration.GetValue<int?>("Endpoints:Grpc:Port");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 4 << 20;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1 << 20;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            kestrel.ConfigureEndpointDefaults(listen =>
                listen.Protocols = listen.IPEndPoint?.Port is { } port && port == grpcPort ? HttpProtocols.Http2 : HttpProtocols.Http1
            );
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
    }
}
