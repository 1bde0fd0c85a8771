using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.ServiceDefaults.Tests.Identity;

/// <summary>What another site's page can make a browser send, and what it cannot.</summary>
public sealed class SameSiteTests : IAsyncLifetime
{
    private static readonly string Token = TestTokens.Of("u", "12330100470116480K", "330106", Roles.Admin);
    private TestApp app = null!;

    public async ValueTask InitializeAsync() =>
        app = await TestApp.StartAsync(routes =>
        {
            routes.MapPost("/change", () => "done");
            routes.MapGet("/read", (HttpContext context) => context.User.Subject());
        });

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var client = app.Client();
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }

    private static (string, string) Cookie => ("Cookie", $"{TokenRules.Cookie}={Token}");

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    public async Task A_change_from_elsewhere_is_refused_although_the_cookie_is_there(string header, string value) =>
        await (await SendAsync(HttpMethod.Post, "/change", Cookie, (header, value))).ShouldBeProblem(403, "GEN-0013");

    [Fact]
    public async Task A_change_from_this_site_and_from_no_browser_is_let_in()
    {
        (await SendAsync(HttpMethod.Post, "/change", Cookie, ("Sec-Fetch-Site", "same-origin"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (
            await SendAsync(HttpMethod.Post, "/change", Cookie, ("Origin", app.Address.GetLeftPart(UriPartial.Authority)))
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Post, "/change", Cookie)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Behind_tls_the_origins_scheme_and_default_port_do_not_matter()
    {
        var answer = await SendAsync(HttpMethod.Post, "/change", Cookie, ("Origin", "https://tcm.example"), ("Host", "tcm.example"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer = await SendAsync(HttpMethod.Post, "/change", Cookie, ("Origin", "https://tcm.example"), ("Host", "tcm.example:443"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer = await SendAsync(HttpMethod.Post, "/change", Cookie, ("Origin", "https://tcm.example:444"), ("Host", "tcm.example"));
        await answer.ShouldBeProblem(403, "GEN-0013");
    }

    [Fact]
    public async Task Reading_and_a_token_in_the_header_are_nobodys_forgery()
    {
        (await SendAsync(HttpMethod.Get, "/read", Cookie, ("Sec-Fetch-Site", "cross-site"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (
            await SendAsync(HttpMethod.Post, "/change", ("Authorization", "Bearer " + Token), ("Origin", "https://his.example"))
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_header_counts_and_the_cookie_beside_it_does_not()
    {
        var other = TestTokens.Of("other", "x", "330106", Roles.His);
        var answer = await SendAsync(HttpMethod.Get, "/read", Cookie, ("Authorization", "Bearer " + other));
        (await answer.Content.ReadAsStringAsync()).ShouldBe("other");
        // A header that is wrong is not made good by a cookie that is right.
        await (await SendAsync(HttpMethod.Get, "/read", Cookie, ("Authorization", "Bearer wrong"))).ShouldBeProblem(401, "GEN-0001");
        await (await SendAsync(HttpMethod.Get, "/read", Cookie, ("Authorization", "Basic eDp5"))).ShouldBeProblem(401, "GEN-0001");
    }
}
