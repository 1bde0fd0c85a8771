using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TcmBrain.Grpc.Tests.Servers;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

[assembly: AssemblyFixture(typeof(EchoHouse))]

namespace TcmBrain.Grpc.Tests.Servers;

/// <summary>The ways to the server that every behaviour of a call must survive.</summary>
public enum Way
{
    ClearText,
    Tls,
    Proxy,
}

/// <summary>The echo server on clear-text HTTP/2 and on TLS, and a YARP proxy in front of the former. One for all tests.</summary>
public sealed class EchoHouse : IAsyncLifetime
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly X509Certificate2 certificate = Certificates.SelfSigned("localhost");
    private readonly Dictionary<Way, GrpcChannel> channels = [];
    private WebApplication? server;
    private WebApplication? proxy;

    public static TheoryData<Way> EveryWay => [Way.ClearText, Way.Tls, Way.Proxy];

    public static DateTime Deadline => DateTime.UtcNow + Patience;

    public CallJournal Journal { get; } = new();

    public string CertificatePem => certificate.ExportCertificatePem();

    public async ValueTask InitializeAsync()
    {
        server = BuildServer();
        await server.StartAsync();
        proxy = BuildProxy(server.Urls.Single(url => url.StartsWith("http:", StringComparison.Ordinal)));
        await proxy.StartAsync();
        foreach (var way in Enum.GetValues<Way>())
        {
            channels[way] = GrpcChannel.ForAddress(Address(way), new GrpcChannelOptions { HttpHandler = Handler() });
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels.Values)
        {
            channel.Dispose();
        }

        await (proxy?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        certificate.Dispose();
    }

    /// <summary>A channel that this fixture owns.</summary>
    public GrpcChannel Channel(Way way) => channels[way];

    public string Address(Way way) =>
        way switch
        {
            Way.Tls => server!.Urls.Single(url => url.StartsWith("https:", StringComparison.Ordinal)),
            Way.Proxy => proxy!.Urls.Single(),
            _ => server!.Urls.Single(url => url.StartsWith("http:", StringComparison.Ordinal)),
        };

    /// <summary>A transport that trusts this server's certificate and no other.</summary>
    public SocketsHttpHandler Handler(X509Certificate2? clientCertificate = null) =>
        new()
        {
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString(),
                ClientCertificates = clientCertificate is null ? null : [clientCertificate],
            },
        };

    private WebApplication BuildServer()
    {
        var builder = Quiet();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.UseHttps(
                        certificate,
                        https =>
                        {
                            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                            https.AllowAnyClientCertificate();
                        }
                    );
                }
            );
        });
        builder.Services.AddSingleton(Journal);
        builder
            .Services.AddGrpc(grpc =>
            {
                grpc.ResponseCompressionAlgorithm = "gzip";
                grpc.ResponseCompressionLevel = CompressionLevel.Fastest;
                grpc.Interceptors.Add<TracingInterceptor>("outer");
            })
            .AddServiceOptions<EchoService>(echo => echo.Interceptors.Add<TracingInterceptor>("inner"));
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy());
        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        app.MapGrpcReflectionService();
        app.MapGrpcHealthChecksService();
        return app;
    }

    private static WebApplication BuildProxy(string destination)
    {
        var builder = Quiet();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2)
        );
        builder
            .Services.AddReverseProxy()
            .LoadFromMemory(
                [
                    new RouteConfig
                    {
                        RouteId = "echo",
                        ClusterId = "echo",
                        Match = new RouteMatch { Path = "{**any}" },
                    },
                ],
                [
                    new ClusterConfig
                    {
                        ClusterId = "echo",
                        HttpRequest = new ForwarderRequestConfig
                        {
                            Version = HttpVersion.Version20,
                            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                        },
                        Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = destination } },
                    },
                ]
            );
        var app = builder.Build();
        app.MapReverseProxy();
        return app;
    }

    internal static WebApplicationBuilder Quiet()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        return builder;
    }
}
