using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TcmBrain.Grpc.Tests.Servers;
using Yarp.ReverseProxy.Configuration;

namespace TcmBrain.Grpc.Tests.Compat;

/// <summary>The one policy of YARP that calls System.IO.Hashing.</summary>
public sealed class ProxyAffinityTests
{
    [Fact]
    public async Task A_hash_cookie_keeps_a_client_with_its_destination()
    {
        await using var one = await Destination("one");
        await using var two = await Destination("two");
        await using var proxy = await Proxy(one, two);
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() })
        {
            BaseAddress = new Uri(proxy.Urls.Single()),
            Timeout = EchoHouse.Patience,
        };

        var answers = new List<string>();
        for (var request = 0; request < 12; request++)
        {
            answers.Add(await http.GetStringAsync("/"));
        }

        answers.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Without_the_cookie_the_destinations_take_turns()
    {
        await using var one = await Destination("one");
        await using var two = await Destination("two");
        await using var proxy = await Proxy(one, two);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false })
        {
            BaseAddress = new Uri(proxy.Urls.Single()),
            Timeout = EchoHouse.Patience,
        };

        var answers = new List<string>();
        for (var request = 0; request < 12; request++)
        {
            answers.Add(await http.GetStringAsync("/"));
        }

        answers.Distinct().Order().ShouldBe(["one", "two"]);
    }

    private static async Task<WebApplication> Destination(string name)
    {
        var builder = Local();
        var app = builder.Build();
        app.MapGet("/", () => name);
        await app.StartAsync();
        return app;
    }

    private static async Task<WebApplication> Proxy(params WebApplication[] destinations)
    {
        var builder = Local();
        builder
            .Services.AddReverseProxy()
            .LoadFromMemory(
                [
                    new RouteConfig
                    {
                        RouteId = "all",
                        ClusterId = "all",
                        Match = new RouteMatch { Path = "{**any}" },
                    },
                ],
                [
                    new ClusterConfig
                    {
                        ClusterId = "all",
                        LoadBalancingPolicy = "RoundRobin",
                        SessionAffinity = new SessionAffinityConfig
                        {
                            Enabled = true,
                            Policy = "HashCookie",
                            AffinityKeyName = "affinity",
                        },
                        Destinations = destinations.ToDictionary(
                            destination => destination.Urls.Single(),
                            destination => new DestinationConfig { Address = destination.Urls.Single() }
                        ),
                    },
                ]
            );
        var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync();
        return app;
    }

    private static WebApplicationBuilder Local()
    {
        var builder = EchoHouse.Quiet();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1)
        );
        return builder;
    }
}
