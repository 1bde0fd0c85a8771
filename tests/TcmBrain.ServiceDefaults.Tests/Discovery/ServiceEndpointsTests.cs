using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.MachineServers;
using TcmBrain.ServiceDefaults.Discovery;
using TcmBrain.Testing;

namespace TcmBrain.ServiceDefaults.Tests.Discovery;

public sealed class ServiceEndpointsTests
{
    private static ServiceEndpoints Endpoints(params (string, string)[] settings) =>
        new(
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Item1, s => (string?)s.Item2)).Build(),
            TimeProvider.System
        );

    [Fact]
    public void Replicas_are_taken_in_turn()
    {
        var endpoints = Endpoints(("services:cockpit:http:0", "http://10.0.0.1:80"), ("services:cockpit:http:1", "http://10.0.0.2:81"));
        var three = Enumerable.Range(0, 3).Select(_ => endpoints.Resolve(new Uri("http://cockpit/a?b=c")).ToString()).ToArray();
        three.ShouldBe(["http://10.0.0.1/a?b=c", "http://10.0.0.2:81/a?b=c", "http://10.0.0.1/a?b=c"]);
    }

    [Fact]
    public void The_first_scheme_told_of_is_taken()
    {
        var endpoints = Endpoints(
            ("services:a:http:0", "http://h:1"),
            ("services:b:http:0", "http://h:2"),
            ("services:b:https:0", "https://h:3")
        );
        endpoints.Resolve(new Uri("https+http://a/x")).ToString().ShouldBe("http://h:1/x");
        endpoints.Resolve(new Uri("https+http://b/x")).ToString().ShouldBe("https://h:3/x");
    }

    [Fact]
    public void A_named_endpoint_is_asked_for_by_underscore() =>
        Endpoints(("services:prescriptions:grpc:0", "http://h:5"))
            .Resolve(new Uri("http://_grpc.prescriptions/s/m"))
            .ToString()
            .ShouldBe("http://h:5/s/m");

    [Fact]
    public void An_ordinary_host_is_left_alone() => Endpoints().Resolve(new Uri("http://example.org/x")).Host.ShouldBe("example.org");

    [Fact]
    public async Task A_replica_that_cannot_be_connected_to_is_passed_over_even_for_a_post()
    {
        await using var alive = await TestApp.StartAsync(app => app.MapPost("/", () => "in").AllowAnonymous());
        await using var front = await TestApp.StartAsync(
            app =>
                app.MapGet(
                        "/ask",
                        async (IHttpClientFactory clients) => (await clients.CreateClient("pharmacy").PostAsync("/", null)).StatusCode
                    )
                    .AllowAnonymous(),
            builder => builder.AddServiceClient("pharmacy"),
            ("services:pharmacy:http:0", $"http://127.0.0.1:{Ports.Free()}"),
            ("services:pharmacy:http:1", alive.Address.ToString())
        );
        using var client = front.Client();
        for (var i = 0; i < 20; i++)
        {
            (await client.GetStringAsync("/ask")).ShouldBe("\"ok\"", StringCompareShould.IgnoreCase);
        }
    }

    [Fact]
    public async Task A_service_that_is_away_is_said_to_be_so()
    {
        await using var front = await TestApp.StartAsync(
            app =>
                app.MapGet("/ask", (IHttpClientFactory clients) => clients.CreateClient("pharmacy").GetStringAsync("/")).AllowAnonymous(),
            builder => builder.AddServiceClient("pharmacy"),
            ("services:pharmacy:http:0", $"http://127.0.0.1:{Ports.Free()}")
        );
        using var client = front.Client();
        await (await client.GetAsync("/ask")).ShouldBeProblem(503, "GEN-0502");
    }

    [Fact]
    public async Task A_service_client_finds_the_service_and_carries_the_callers_token()
    {
        await using var behind = await TestApp.StartAsync(app => app.MapGet("/who", (HttpContext c) => c.User.FindFirst("sub")!.Value));
        await using var front = await TestApp.StartAsync(
            app => app.MapGet("/ask", (IHttpClientFactory clients) => clients.CreateClient("pharmacy").GetStringAsync("/who")),
            builder => builder.AddServiceClient("pharmacy"),
            ("services:pharmacy:http:0", behind.Address.ToString())
        );
        using var client = front.Client(TestTokens.Of("dispenser-1", "x", "330100"));
        (await client.GetStringAsync("/ask")).ShouldBe("dispenser-1");
    }
}
