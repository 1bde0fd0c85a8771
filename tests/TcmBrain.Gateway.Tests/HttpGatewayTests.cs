using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TcmBrain.MachineServers;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;
using static TcmBrain.Gateway.Tests.GatewayUnderTest;

namespace TcmBrain.Gateway.Tests;

public sealed class HttpGatewayTests : IAsyncLifetime
{
    private readonly string token = TestTokens.Of("his-1", "x", "330102", Roles.His);
    private TestApp backend = null!;
    private TestService gateway = null!;
    private Uri inner = null!;
    private HttpClient known = null!;
    private HttpClient nobody = null!;

    public async ValueTask InitializeAsync()
    {
        backend = await TestApp.StartAsync(app =>
        {
            // What arrives: the path, and the headers that were let through.
            app.MapFallback(
                    "/{**path}",
                    (HttpContext context) =>
                        $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n"
                        + string.Join('\n', context.Request.Headers.Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}"))
                )
                .AllowAnonymous();
            app.MapPost(
                    "/api/pharmacy/sink",
                    async (HttpContext context) =>
                    {
                        await context.Request.Body.CopyToAsync(Stream.Null);
                    }
                )
                .AllowAnonymous();
            foreach (var (address, _) in Files)
            {
                app.MapPost(
                        address,
                        async (HttpContext context) =>
                        {
                            await context.Request.Body.CopyToAsync(Stream.Null);
                        }
                    )
                    .WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute())
                    .AllowAnonymous();
            }

            app.MapGet(
                    "/api/cockpit/stream",
                    async (HttpContext context) =>
                    {
                        context.Response.ContentType = "text/event-stream";
                        await context.Response.WriteAsync("data: 1\n\n");
                        await context.Response.Body.FlushAsync();
                        await Task.Delay(Timeout.Infinite, context.RequestAborted);
                    }
                )
                .AllowAnonymous();
            app.MapGet("/api/quality/busy", () => Results.StatusCode(503)).AllowAnonymous();
        });
        (gateway, inner) = await StartAsync([
            .. Routing
                .RouteTable.HttpServices.Where(service => service != "decoction")
                .Select(service => Backend(service, backend.Address)),
            Backend("decoction", new Uri($"http://127.0.0.1:{Ports.Free()}")),
        ]);
        known = gateway.Client(token);
        nobody = gateway.Client();
    }

    public async ValueTask DisposeAsync()
    {
        known.Dispose();
        nobody.Dispose();
        await gateway.DisposeAsync();
        await backend.DisposeAsync();
    }

    [Theory]
    [InlineData("/api/prescriptions/1?a=b")]
    [InlineData("/api/institutions")]
    [InlineData("/api/institutions/regions")]
    [InlineData("/api/pharmacy/lots")]
    [InlineData("/api/quality/reviews")]
    [InlineData("/api/traceability/x")]
    [InlineData("/api/cockpit/summary")]
    [InlineData("/epcis/events")]
    public async Task What_is_not_open_wants_a_token_and_arrives_unchanged(string path)
    {
        await (await nobody.GetAsync(path)).ShouldBeProblem(401, "GEN-0001");
        (await known.GetStringAsync(path)).Split('\n')[0].ShouldBe("GET " + path);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/assets/app.js")]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/api/institutions/session")]
    [InlineData("/api/traceability/public/abc")]
    [InlineData("/log/checkpoint")]
    [InlineData("/cds-services")]
    public async Task What_is_open_wants_none(string path) => (await nobody.GetStringAsync(path)).Split('\n')[0].ShouldBe("GET " + path);

    [Fact]
    public async Task A_token_and_a_session_are_asked_for_without_one()
    {
        (await nobody.PostAsync("/oauth/token", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await nobody.PostAsync("/api/institutions/session", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Open_addresses_are_open_for_reading_only()
    {
        await (await nobody.PostAsync("/anything", null)).ShouldBeProblem(401, "GEN-0001");
        await (await known.PostAsync("/anything", null)).ShouldBeProblem(405, "GEN-0007");
        (await nobody.PostAsync("/api/traceability/public/abc", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await nobody.PostAsync("/cds-services/tcm-order-sign", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/cds-services/tcm-order-sign", "POST", true)]
    [InlineData("/cds-services", "GET", true)]
    [InlineData("/log/checkpoint", "GET", true)]
    [InlineData("/api/prescriptions/x", "GET", false)]
    public async Task Pages_of_other_origins_may_ask_what_is_meant_for_them_and_nothing_else(string path, string method, bool may)
    {
        using var beforehand = new HttpRequestMessage(HttpMethod.Options, path);
        beforehand.Headers.Add("Origin", "https://emr.example");
        beforehand.Headers.Add("Access-Control-Request-Method", method);
        beforehand.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using var allowed = await nobody.SendAsync(beforehand);
        allowed.Headers.Contains("Access-Control-Allow-Origin").ShouldBe(may);
        allowed.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();

        // Also a refusal can be read.
        using var request = new HttpRequestMessage(new HttpMethod(method), path + "?without=token");
        request.Headers.Add("Origin", "https://emr.example");
        using var answer = await nobody.SendAsync(request);
        answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins).ShouldBe(may);
        (origins ?? ["*"]).ShouldBe(["*"]);
    }

    [Fact]
    public async Task The_web_page_does_not_answer_for_an_api_that_does_not_exist() =>
        await (await known.GetAsync("/api/nonsense/x")).ShouldBeProblem(404, "GEN-0006");

    [Fact]
    public async Task A_wrong_token_is_refused_at_the_edge()
    {
        using var client = gateway.Client(TestTokens.Sign(new TestToken("x", null, null, []) { Audience = "elsewhere" }));
        await (await client.GetAsync("/api/prescriptions/1")).ShouldBeProblem(401, "GEN-0001");
    }

    [Fact]
    public async Task Health_is_on_the_internal_endpoint_only()
    {
        foreach (var path in new[] { "/health", "/alive", "/health/", "/HEALTH", "/alive/" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = inner.Authority } };
            await (await nobody.SendAsync(request)).ShouldBeProblem(404, "GEN-0006");
        }

        using var operations = new HttpClient { BaseAddress = inner };
        (await operations.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await operations.GetAsync("/alive")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await operations.GetAsync("/")).ShouldBeProblem(404, "GEN-0006");
        operations.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await (await operations.GetAsync("/api/prescriptions/1")).ShouldBeProblem(404, "GEN-0006");
    }

    [Fact]
    public async Task What_a_caller_claims_about_itself_is_not_believed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/prescriptions/1");
        foreach (var name in new[] { "X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Original-URL", "baggage", "X-Forwarded-Port" })
        {
            request.Headers.TryAddWithoutValidation(name, "6.6.6.6");
        }

        var seen = await (await known.SendAsync(request)).Content.ReadAsStringAsync();
        seen.ShouldNotContain("6.6.6.6");
        seen.ShouldContain("x-forwarded-for: 127.0.0.1");
        seen.ShouldContain($"host: {gateway.Http.Authority}");
    }

    [Fact]
    public async Task A_request_has_one_id_on_both_sides()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/prescriptions/1") { Headers = { { "X-Request-Id", "his-42" } } };
        var answer = await known.SendAsync(request);
        answer.Headers.GetValues("X-Request-Id").ShouldBe(["his-42"]);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("x-request-id: his-42");

        using var improper = new HttpRequestMessage(HttpMethod.Get, "/api/prescriptions/1");
        improper.Headers.TryAddWithoutValidation("X-Request-Id", "a b;c");
        var given = (await known.SendAsync(improper)).Headers.GetValues("X-Request-Id").Single();
        given.ShouldNotBe("a b;c");
        given.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_backend_that_is_away_is_coded()
    {
        var answer = await known.GetAsync("/api/decoction/jobs");
        await answer.ShouldBeProblem(502, "GEN-0502");
        await (await known.GetAsync("/api/quality/busy")).ShouldBeProblem(503, "GEN-0502");
    }

    [Fact]
    public async Task Over_one_mebibyte_stops_at_the_edge()
    {
        var post = (int length) => known.PostAsync("/api/pharmacy/sink", new ByteArrayContent(new byte[length]));
        (await post(1 << 20)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var length in (int[])[(1 << 20) + 1, 20 << 20])
        {
            await (await post(length)).ShouldBeProblem(413, "GEN-0005");
        }
    }

    [Fact]
    public async Task What_a_page_takes_as_a_file_passes_the_edge()
    {
        foreach (var (address, mebibytes) in Files)
        {
            var file = new ByteArrayContent(new byte[mebibytes << 20]);
            (await known.PostAsync(address, file)).StatusCode.ShouldBe(HttpStatusCode.OK, address);
        }
    }

    /// <summary>Where files go, and how large they may be by what the service and the page say.</summary>
    private static readonly (string Address, int Mebibytes)[] Files =
    [
        ("/api/institutions/import/institutions", 8),
        ("/api/cockpit/plans/import", 8),
        ("/api/cockpit/indicator-values/import", 8),
        ("/api/quality/lots/01a204c1-e35c-7afb-80c3-f485ae92e327/certificates", 5),
    ];

    [Fact]
    public async Task Events_pass_as_they_come()
    {
        using var answer = await known
            .GetAsync("/api/cockpit/stream", HttpCompletionOption.ResponseHeadersRead)
            .WaitAsync(TimeSpan.FromSeconds(60));
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[100];
        var length = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        Encoding.UTF8.GetString(buffer, 0, length).ShouldBe("data: 1\n\n");
    }

    [Fact]
    public async Task A_client_that_asks_too_often_is_told_when_to_come_back_and_others_are_not()
    {
        var (strict, _) = await StartAsync(
            Backend("pharmacy", backend.Address),
            ("RateLimit:Client:PerSecond", "1"),
            ("RateLimit:Client:Burst", "5")
        );
        await using (strict)
        {
            using var eager = strict.Client(token);
            var answers = await ManyAsync(eager, _ => "/api/pharmacy/x");
            answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBeGreaterThanOrEqualTo(5);
            var last = answers.First(a => a.StatusCode != HttpStatusCode.OK);
            await last.ShouldBeProblem(429, "GEN-0009");
            last.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
            using var other = strict.Client(TestTokens.Of("his-2", "y", "330105", Roles.His));
            (await other.GetAsync("/api/pharmacy/x")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    /// <summary>More at once than are earned back, one a second, while a slow machine answers them.</summary>
    private static Task<HttpResponseMessage[]> ManyAsync(HttpClient client, Func<int, string> path) =>
        Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.GetAsync(path(i))));

    [Fact]
    public async Task Codes_of_patients_pages_cannot_be_tried_one_after_another()
    {
        var (strict, _) = await StartAsync(
            Backend("decoction", backend.Address),
            ("RateLimit:PublicCode:PerSecond", "1"),
            ("RateLimit:PublicCode:Burst", "3")
        );
        await using (strict)
        {
            using var guesser = strict.Client();
            var guesses = await ManyAsync(guesser, i => $"/api/decoction/public/guess{i}");
            guesses.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBeGreaterThanOrEqualTo(3);
            await guesses.First(a => a.StatusCode != HttpStatusCode.OK).ShouldBeProblem(429, "GEN-0009");
            // The curve of the page is open as the page is, and bounded with it.
            var curves = await ManyAsync(guesser, _ => "/api/decoction/public/guess4/curve");
            await curves.First(a => a.StatusCode != HttpStatusCode.OK).ShouldBeProblem(429, "GEN-0009");
            (await guesser.PostAsync("/api/decoction/public/guess4", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await guesser.GetAsync("/api/decoction/jobs")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Replicas_share_the_load_and_nobody_notices_when_one_dies()
    {
        var replicas = new List<TestApp>();
        for (var i = 0; i < 2; i++)
        {
            var name = $"replica {i}";
            replicas.Add(await TestApp.StartAsync(app => app.MapGet("/api/quality/who", () => name).AllowAnonymous()));
        }

        var (balanced, _) = await StartAsync(Backend("quality", replicas[0].Address), Backend("quality", replicas[1].Address, replica: 1));
        await using (balanced)
        {
            using var client = balanced.Client(token);
            var answers = new List<string>();
            for (var i = 0; i < 10; i++)
            {
                answers.Add(await client.GetStringAsync("/api/quality/who"));
            }

            answers.Count(answer => answer == "replica 0").ShouldBe(5);
            await replicas[0].DisposeAsync();
            for (var i = 0; i < 10; i++)
            {
                (await client.GetStringAsync("/api/quality/who")).ShouldBe("replica 1");
            }
        }

        await replicas[1].DisposeAsync();
    }
}
