using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Institutions.Tests.Accounts;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;
using static TcmBrain.Institutions.Tests.Accounts.Callers;

namespace TcmBrain.Institutions.Tests.SignIn;

/// <summary>What is taken away is gone within seconds in every service, although the token has half an hour to live.</summary>
public sealed class RevocationTests(InstitutionsFixture fixture) : IAsyncLifetime
{
    private TestApp elsewhere = null!;

    // Any other service: it knows of tokens only what institutions publishes.
    public async ValueTask InitializeAsync() =>
        elsewhere = await TestApp.StartAsync(
            routes =>
            {
                routes.MapGet("/", () => "in");
                routes.MapGet(
                    "/stream",
                    async (HttpContext context) =>
                    {
                        await context.Response.WriteAsync("begun\n");
                        await context.Response.Body.FlushAsync();
                        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    }
                );
            },
            null,
            ("Identity:Jwks", ""),
            ("services:institutions:http:0", fixture.Service.Http.ToString())
        );

    public ValueTask DisposeAsync() => elsewhere.DisposeAsync();

    private async Task<HttpStatusCode> AskAsync(string token)
    {
        using var client = elsewhere.Client(token);
        return (await client.GetAsync("/")).StatusCode;
    }

    private async Task ShouldEndAsync(string token)
    {
        await Eventually.Be(async () => await AskAsync(token) == HttpStatusCode.Unauthorized, "revoked");
        // In institutions itself as well.
        using var client = fixture.Service.Client(token);
        await Eventually.Be(
            async () => (await client.GetAsync("/api/institutions/session")).StatusCode == HttpStatusCode.Unauthorized,
            "revoked at home"
        );
    }

    [Fact]
    public async Task A_revoked_secrets_tokens_end_and_the_other_secrets_do_not()
    {
        var (id, secretId, secret) = await fixture.NewClientAsync();
        using var admin = await fixture.PersonAsync("admin1");
        var added = await (await admin.PostAsJsonAsync($"/api/institutions/clients/{id}/secrets", new { })).Json();
        var ended = await fixture.TokenAsync(id, secret);
        var kept = await fixture.TokenAsync(id, added.GetProperty("secret").GetString()!);
        (await AskAsync(ended)).ShouldBe(HttpStatusCode.OK);

        await admin.DeleteAsync($"/api/institutions/clients/{id}/secrets/{secretId}");

        await ShouldEndAsync(ended);
        (await AskAsync(kept)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_disabled_programs_tokens_end_and_come_back_only_with_a_new_one()
    {
        var (id, _, secret) = await fixture.NewClientAsync();
        var token = await fixture.TokenAsync(id, secret);
        (await AskAsync(token)).ShouldBe(HttpStatusCode.OK);
        using var admin = await fixture.PersonAsync("admin1");

        (await admin.PostAsJsonAsync($"/api/institutions/clients/{id}/disable", new { reason = "遗失" })).EnsureSuccessStatusCode();

        await ShouldEndAsync(token);
        (await fixture.TokenRequest(id, secret)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await admin.PostAsync($"/api/institutions/clients/{id}/enable", null)).EnsureSuccessStatusCode();
        (await AskAsync(await fixture.TokenAsync(id, secret))).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_everywhere_and_no_other()
    {
        var (name, password) = await fixture.NewUserAsync();
        var here = await fixture.SessionTokenAsync(name, password);
        var there = await fixture.SessionTokenAsync(name, password);
        (await AskAsync(here)).ShouldBe(HttpStatusCode.OK);
        using var client = fixture.Service.Client(here);

        (await client.DeleteAsync("/api/institutions/session")).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        await ShouldEndAsync(here);
        (await AskAsync(there)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Other_roles_and_a_new_password_end_every_session()
    {
        var (name, password) = await fixture.NewUserAsync();
        var first = await fixture.SessionTokenAsync(name, password);
        using var admin = await fixture.PersonAsync("admin1");
        var tag = (await admin.GetAsync($"/api/institutions/users/{name}")).Headers.ETag!.Tag;
        var change = new HttpRequestMessage(HttpMethod.Put, $"/api/institutions/users/{name}")
        {
            Content = JsonContent.Create(new { displayName = "某人", roles = new[] { "courier" } }),
            Headers = { { "If-Match", tag } },
        };
        (await admin.SendAsync(change)).EnsureSuccessStatusCode();
        await ShouldEndAsync(first);

        var second = await fixture.SessionTokenAsync(name, password);
        (await admin.PostAsJsonAsync($"/api/institutions/users/{name}/password", new { })).EnsureSuccessStatusCode();
        await ShouldEndAsync(second);
    }

    [Fact]
    public async Task A_stream_that_is_open_is_cut()
    {
        var (id, _, secret) = await fixture.NewClientAsync();
        using var client = elsewhere.Client(await fixture.TokenAsync(id, secret));
        await using var stream = await client.GetStreamAsync("/stream");
        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync()).ShouldBe("begun");
        using var admin = await fixture.PersonAsync("admin1");

        (await admin.PostAsJsonAsync($"/api/institutions/clients/{id}/disable", new { reason = "遗失" })).EnsureSuccessStatusCode();

        await Should
            .ThrowAsync<Exception>(() => reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60)))
            .ContinueWith(t => t.Result.ShouldNotBeOfType<TimeoutException>());
    }

    [Fact]
    public async Task The_delay_from_revoking_to_refusing_is_seconds()
    {
        var delays = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            var (id, secretId, secret) = await fixture.NewClientAsync();
            var token = await fixture.TokenAsync(id, secret);
            (await AskAsync(token)).ShouldBe(HttpStatusCode.OK);
            using var admin = await fixture.As("operator-1");
            (await admin.DeleteAsync($"/api/institutions/clients/{id}/secrets/{secretId}")).EnsureSuccessStatusCode();
            var clock = Stopwatch.StartNew();
            await Eventually.Be(async () => await AskAsync(token) == HttpStatusCode.Unauthorized, "revoked");
            delays.Add(clock.Elapsed);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', delays.Select(d => $"{d.TotalMilliseconds:0} ms")));
        delays.Order().ElementAt(2).ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_withdrawn_key_is_believed_no_longer_anywhere()
    {
        // On a database of its own: it ends everybody's token.
        var database = await fixture.Servers.DatabaseAsync("institutions");
        var settings = InstitutionsFixture.Settings(database, await fixture.Servers.BrokerAsync());
        await using var service = await InstitutionsFixture.StartAsync(settings);
        await using var other = await TestApp.StartAsync(
            routes => routes.MapGet("/", () => "in"),
            null,
            ("Identity:Jwks", ""),
            ("services:institutions:http:0", service.Http.ToString())
        );
        var token = await Replicas.TokenAsync(service, "operator-1");
        using (var client = other.Client(token))
        {
            (await client.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await Replicas.AgeNextKeyAsync(database);
        using var @operator = service.Client(token);
        (await @operator.PostAsJsonAsync("/api/institutions/keys/rotate", new { withdraw = true })).EnsureSuccessStatusCode();

        await Eventually.Be(
            async () =>
            {
                using var client = other.Client(token);
                return (await client.GetAsync("/")).StatusCode == HttpStatusCode.Unauthorized;
            },
            "the withdrawn key's token refused"
        );
        using var fresh = other.Client(await Replicas.TokenAsync(service, "operator-1"));
        (await fresh.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task News_are_told_once_and_all_of_them_to_who_asks_from_the_beginning()
    {
        var list = fixture.Service.Services.GetRequiredService<IRevocationSource>();
        var before = await list.FetchAsync(0, default);
        var (id, _, _) = await fixture.NewClientAsync();
        using var admin = await fixture.PersonAsync("admin1");
        await admin.PostAsJsonAsync($"/api/institutions/clients/{id}/disable", new { reason = "x" });
        var news = await list.FetchAsync(before.Seq, default);
        news.Items.ShouldContain(item => item.Account == id && item.Epoch == 2);
        (await list.FetchAsync(news.Seq, default)).Items.ShouldNotContain(item => item.Account == id);
        // From another database's life.
        (await list.FetchAsync(long.MaxValue, default)).Items.ShouldContain(item => item.Account == id);
        news.Keys.ShouldNotBeEmpty();
    }
}
