using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;
using TcmBrain.Institutions.Keys;
using TcmBrain.Testing;

namespace TcmBrain.Institutions.Tests.Keys;

public sealed class SigningKeyTests(InstitutionsFixture fixture)
{
    private static SigningKeyRing Ring(NpgsqlDataSource database, TimeProvider? time = null) =>
        new(database, new KeyCipher(InstitutionsFixture.TokenKey), time ?? TimeProvider.System);

    private static IReadOnlyList<string> KidsOf(string jwks) =>
        [.. JsonDocument.Parse(jwks).RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()!)];

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Fact]
    public async Task The_published_set_holds_public_parts_only()
    {
        using var client = fixture.Service.Client();
        var answer = await client.GetAsync("/.well-known/jwks.json");
        var text = await answer.Content.ReadAsStringAsync();
        var keys = JsonDocument.Parse(text).RootElement.GetProperty("keys");
        keys.GetArrayLength().ShouldBeGreaterThanOrEqualTo(2);
        keys.EnumerateArray().ShouldAllBe(key => key.GetProperty("alg").GetString() == "ES256");
        text.ShouldNotContain("\"d\"");
        KidsOf(text).ShouldContain(new JsonWebToken(await fixture.TokenOf("quality-1")).Kid);
        var metadata = await (await client.GetAsync("/.well-known/openid-configuration")).Json();
        metadata.GetProperty("issuer").GetString().ShouldBe("https://tcmbrain.example");
        metadata.GetProperty("jwks_uri").GetString().ShouldBe(new Uri(fixture.Service.Http, "/.well-known/jwks.json").ToString());
    }

    [Fact]
    public async Task A_rotation_interrupts_nobody()
    {
        await using var database = NpgsqlDataSource.Create(await fixture.Servers.DatabaseAsync("institutions"));
        var clock = new Clock();
        using var ring = Ring(database, clock);
        await ring.MaintainAsync(default);
        var first = (await ring.CurrentAsync(default)).Kid;
        var before = KidsOf(await ring.FetchAsync(default));
        clock.Now += SigningKeyRing.Publication;
        await ring.RotateAsync(withdraw: false, default);
        var second = (await ring.CurrentAsync(default)).Kid;
        second.ShouldNotBe(first);
        before.ShouldContain(second);
        KidsOf(await ring.FetchAsync(default)).ShouldContain(first);
        clock.Now += TimeSpan.FromHours(1.1);
        KidsOf(await ring.FetchAsync(default)).ShouldNotContain(first);
    }

    [Fact]
    public async Task Keys_rotate_when_their_term_is_over_and_not_before()
    {
        await using var database = NpgsqlDataSource.Create(await fixture.Servers.DatabaseAsync("institutions"));
        var clock = new Clock();
        using var ring = Ring(database, clock);
        await ring.MaintainAsync(default);
        var first = (await ring.CurrentAsync(default)).Kid;
        clock.Now += SigningKeyRing.Term - TimeSpan.FromMinutes(1);
        await ring.MaintainAsync(default);
        (await Ring(database).CurrentAsync(default)).Kid.ShouldBe(first);
        clock.Now += TimeSpan.FromMinutes(2);
        await ring.MaintainAsync(default);
        (await Ring(database).CurrentAsync(default)).Kid.ShouldNotBe(first);
    }

    [Fact]
    public async Task Many_replicas_starting_at_once_make_one_pair()
    {
        await using var database = NpgsqlDataSource.Create(await fixture.Servers.DatabaseAsync("institutions"));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Ring(database).MaintainAsync(default)));
        KidsOf(await Ring(database).FetchAsync(default)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_rotation_in_the_running_service_fails_no_call()
    {
        using var client = await fixture.As("regulator-1");
        using var stop = new CancellationTokenSource();
        var calls = Task.Run(async () =>
        {
            var done = 0;
            while (!stop.IsCancellationRequested)
            {
                (await client.GetAsync("/api/institutions?pageSize=1")).IsSuccessStatusCode.ShouldBeTrue();
                done++;
            }

            return done;
        });
        var ring = fixture.Service.Services.GetRequiredService<SigningKeyRing>();
        var before = new JsonWebToken(await fixture.TokenOf("regulator-1")).Kid;
        await fixture.AgeNextKeyAsync();
        await ring.RotateAsync(withdraw: false, default);
        var token = await fixture.TokenOf("regulator-1");
        new JsonWebToken(token).Kid.ShouldNotBe(before);
        using var fresh = fixture.Service.Client(token);
        (await fresh.GetAsync("/api/institutions?pageSize=1")).IsSuccessStatusCode.ShouldBeTrue();

        await stop.CancelAsync();
        (await calls).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_database_alone_gives_no_private_key()
    {
        await using var connection = await fixture.Database.OpenConnectionAsync();
        var rows = await connection.QueryAsync<(string Kid, byte[] Secret)>("select kid, private_encrypted from institutions.signing_key");
        foreach (var (kid, secret) in rows)
        {
            using var key = ECDsa.Create();
            Should.Throw<CryptographicException>(() => key.ImportPkcs8PrivateKey(secret, out _));
            var other = new KeyCipher(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
            Should.Throw<InvalidOperationException>(() => other.Decrypt(secret, kid)).Message.ShouldContain("Tokens:Key");
            Should.Throw<InvalidOperationException>(() => new KeyCipher(InstitutionsFixture.TokenKey).Decrypt(secret, "other"));
            new KeyCipher(InstitutionsFixture.TokenKey).Decrypt(secret, kid).ShouldNotBeEmpty();
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    public void A_missing_or_short_token_key_is_refused(string? key) => Should.Throw<InvalidOperationException>(() => new KeyCipher(key));
}
