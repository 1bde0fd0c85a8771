using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;
using TcmBrain.MachineServers;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.ServiceDefaults.Tests.Identity;

public sealed class SigningKeysTests
{
    private sealed class Source : ISigningKeySource
    {
        public Func<string> Answer { get; set; } = () => TestTokens.Jwks;
        public int Calls;

        public Task<string> FetchAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref Calls);
            return Task.FromResult(Answer());
        }
    }

    private sealed class Clock : TimeProvider
    {
        private long ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Advance(TimeSpan by) => ticks += by.Ticks;
    }

    private readonly Source source = new();
    private readonly Clock clock = new();

    private SigningKeys Keys() => new(source, clock, NullLogger<SigningKeys>.Instance);

    [Fact]
    public async Task A_known_key_is_fetched_once()
    {
        using var keys = Keys();
        for (var i = 0; i < 100; i++)
        {
            (await keys.EnsureAsync(TestTokens.KeyId, default)).ShouldBeTrue();
        }

        source.Calls.ShouldBe(1);
        keys.Find(TestTokens.KeyId).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_rotated_key_is_found_when_a_token_first_names_it()
    {
        using var keys = Keys();
        await keys.EnsureAsync(TestTokens.KeyId, default);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        source.Answer = () => TestTokens.JwksOf(next, "next");
        clock.Advance(TimeSpan.FromSeconds(6));
        await keys.EnsureAsync("next", default);
        keys.Find("next").ShouldHaveSingleItem();
        keys.Find(TestTokens.KeyId).ShouldBeEmpty();
    }

    [Fact]
    public async Task Invented_key_ids_cause_no_storm()
    {
        using var keys = Keys();
        for (var i = 0; i < 1000; i++)
        {
            await keys.EnsureAsync($"invented-{i}", default);
        }

        source.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task While_the_source_is_away_known_keys_go_on_serving()
    {
        using var keys = Keys();
        await keys.EnsureAsync(TestTokens.KeyId, default);
        source.Answer = () => throw new HttpRequestException("away");
        clock.Advance(TimeSpan.FromHours(1));
        (await keys.EnsureAsync(TestTokens.KeyId, default)).ShouldBeTrue();
        keys.Find(TestTokens.KeyId).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_withdrawn_key_stops_being_trusted_within_minutes()
    {
        using var keys = Keys();
        await keys.EnsureAsync(TestTokens.KeyId, default);
        source.Answer = () => "{\"keys\":[]}";
        clock.Advance(TimeSpan.FromMinutes(5.1));
        await keys.EnsureAsync(TestTokens.KeyId, default);
        keys.Find(TestTokens.KeyId).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_symmetric_or_foreign_key_in_the_set_is_ignored()
    {
        source.Answer = () => """{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"},{"kty":"RSA","kid":"b","n":"AQAB","e":"AQAB"}]}""";
        using var keys = Keys();
        await keys.EnsureAsync("a", default);
        keys.Find("a").ShouldBeEmpty();
        keys.Find("b").ShouldBeEmpty();
    }

    [Fact]
    public async Task Keys_come_over_discovery_and_survive_institutions_going_down()
    {
        var issuer = await TestApp.StartAsync(routes =>
            routes.MapGet("/.well-known/jwks.json", () => Results.Text(TestTokens.Jwks)).AllowAnonymous()
        );
        await using var app = await TestApp.StartAsync(
            routes => routes.MapGet("/", () => "in"),
            null,
            ("Identity:Jwks", ""),
            ("services:institutions:http:0", issuer.Address.ToString())
        );
        using var client = app.Client(TestTokens.Of("a", "b", "330100", Roles.His));
        // What asks for the keys gives up after seconds, which a slow machine may need for the first answer.
        await Eventually.Be(async () => (await client.GetAsync("/")).StatusCode == HttpStatusCode.OK, "the keys have come");
        await issuer.DisposeAsync();
        (await client.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task When_no_key_was_ever_seen_the_answer_is_503_and_not_401()
    {
        await using var app = await TestApp.StartAsync(
            routes => routes.MapGet("/", () => "in"),
            null,
            ("Identity:Jwks", ""),
            ("services:institutions:http:0", $"http://127.0.0.1:{Ports.Free()}")
        );
        using var client = app.Client(TestTokens.Of("a", "b", "330100", Roles.His));
        await (await client.GetAsync("/")).ShouldBeProblem(503, "GEN-0505");
        using var nobody = app.Client();
        await (await nobody.GetAsync("/")).ShouldBeProblem(401, "GEN-0001");
    }
}
