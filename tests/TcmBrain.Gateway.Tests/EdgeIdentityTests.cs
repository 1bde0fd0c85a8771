using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TcmBrain.Gateway.Routing;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;
using static TcmBrain.Gateway.Tests.GatewayUnderTest;

namespace TcmBrain.Gateway.Tests;

/// <summary>Who somebody is, where outside becomes inside.</summary>
public sealed class EdgeIdentityTests
{
    [Fact]
    public void Only_what_is_for_callers_leads_to_institutions()
    {
        string[] open = ["/oauth/", "/.well-known/", "/api/institutions/"];
        RouteTable
            .Http.Concat(RouteTable.Grpc)
            .Where(route => route.ClusterId == "institutions")
            .ShouldAllBe(route => open.Any(path => route.Match.Path!.StartsWith(path)));
    }

    [Fact]
    public void Every_route_leads_to_a_service_that_is_there()
    {
        string[] there = [.. RouteTable.HttpServices, .. RouteTable.GrpcServices.Select(RouteTable.GrpcCluster)];
        foreach (var route in RouteTable.Http.Concat(RouteTable.Grpc))
        {
            there.ShouldContain(route.ClusterId!, route.RouteId);
        }
    }

    [Fact]
    public async Task Another_sites_page_stops_at_the_edge()
    {
        var arrived = 0;
        await using var backend = await TestApp.StartAsync(app =>
            app.MapFallback(
                    "/{**path}",
                    (HttpContext _) =>
                    {
                        arrived++;
                        return "in";
                    }
                )
                .AllowAnonymous()
        );
        var (gateway, _) = await StartAsync(Backend("institutions", backend.Address));
        await using (gateway)
        {
            using var browser = gateway.Client();
            browser.DefaultRequestHeaders.Add("Cookie", $"{TokenRules.Cookie}={TestTokens.Of("a", "x", "330102", Roles.Admin)}");
            using var forged = new HttpRequestMessage(HttpMethod.Post, "/api/institutions/users");
            forged.Headers.Add("Origin", "https://evil.example");
            await (await browser.SendAsync(forged)).ShouldBeProblem(403, "GEN-0013");
            arrived.ShouldBe(0);
            using var own = new HttpRequestMessage(HttpMethod.Post, "/api/institutions/users");
            own.Headers.Add("Origin", gateway.Http.GetLeftPart(UriPartial.Authority));
            (await browser.SendAsync(own)).StatusCode.ShouldBe(HttpStatusCode.OK);
            arrived.ShouldBe(1);
        }
    }
}
