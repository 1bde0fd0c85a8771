using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.JsonWebTokens;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.ServiceDefaults.Tests.Identity;

public sealed class TokenMemoryTests : IAsyncLifetime
{
    private sealed class Source : ISigningKeySource
    {
        public string Answer { get; set; } = TestTokens.Jwks;

        public Task<string> FetchAsync(CancellationToken cancellationToken) => Task.FromResult(Answer);
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + Ahead;
    }

    private readonly Source source = new();
    private readonly Clock clock = new();
    private readonly SigningKeys keys;
    private readonly TokenMemory memory;

    public TokenMemoryTests()
    {
        keys = new SigningKeys(source, clock, NullLogger<SigningKeys>.Instance);
        memory = new TokenMemory(new JsonWebTokenHandler { MapInboundClaims = false }, keys, clock);
    }

    public async ValueTask InitializeAsync() => await keys.RefreshAsync(default);

    public ValueTask DisposeAsync()
    {
        keys.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<ClaimsIdentity?> CheckAsync(string token)
    {
        var result = await memory.ValidateTokenAsync(token, TokenRules.Validation(keys.Find));
        return result.IsValid ? result.ClaimsIdentity : null;
    }

    [Fact]
    public async Task A_token_that_passed_is_known_again_with_the_same_claims()
    {
        var token = TestTokens.Of("somebody", "91371329MA3ABCDE0K", "371329", Roles.Service, Roles.Quality);
        memory.KeyIdOf(token).ShouldBeNull();

        var first = await CheckAsync(token);
        memory.KeyIdOf(token).ShouldBe(TestTokens.KeyId);
        var second = await CheckAsync(token);

        second!.Claims.Select(c => (c.Type, c.Value)).ShouldBe(first!.Claims.Select(c => (c.Type, c.Value)));
        second.IsAuthenticated.ShouldBeTrue();
        new ClaimsPrincipal(second).IsInRole(Roles.Quality).ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_request_adds_to_its_caller_is_not_the_next_ones()
    {
        var token = TestTokens.Of("somebody", "", "", Roles.His);
        await CheckAsync(token);
        (await CheckAsync(token))!.AddClaim(new Claim(TokenRules.RoleClaim, Roles.Operator));

        (await CheckAsync(token))!.HasClaim(TokenRules.RoleClaim, Roles.Operator).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_tokens_passing_opens_nothing_for_a_changed_one()
    {
        var token = TestTokens.Of("somebody", "", "", Roles.His);
        await CheckAsync(token);
        var parts = token.Split('.');
        var claims = TestTokens.Of("somebody", "", "", Roles.Operator).Split('.')[1];

        (await CheckAsync($"{parts[0]}.{claims}.{parts[2]}")).ShouldBeNull();
        (await CheckAsync(token[..^4] + (token[^4..] == "AAAA" ? "BBBB" : "AAAA"))).ShouldBeNull();
        memory.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_remembered_token_ends_when_it_ends()
    {
        var token = TestTokens.Sign(
            new TestToken("somebody", "", "", [Roles.His])
            {
                IssuedAt = DateTimeOffset.UtcNow - TimeSpan.FromMinutes(29),
                Lifetime = TimeSpan.FromMinutes(30),
            }
        );
        (await CheckAsync(token)).ShouldNotBeNull();
        clock.Ahead = TimeSpan.FromSeconds(61);

        memory.KeyIdOf(token).ShouldBeNull();
        memory.Count.ShouldBe(0);
    }

    [Fact]
    public async Task With_its_key_goes_what_it_signed()
    {
        var token = TestTokens.Of("somebody", "", "", Roles.His);
        (await CheckAsync(token)).ShouldNotBeNull();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Even under the same name.
        source.Answer = TestTokens.JwksOf(other, TestTokens.KeyId);
        await keys.RefreshAsync(default);

        memory.KeyIdOf(token).ShouldBeNull();
        (await CheckAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task What_did_not_pass_is_not_remembered()
    {
        var old = TestTokens.Sign(
            new TestToken("somebody", "", "", [Roles.His]) { IssuedAt = DateTimeOffset.UtcNow - TimeSpan.FromHours(2) }
        );

        (await CheckAsync(old)).ShouldBeNull();
        (await CheckAsync(TestTokens.Sign(new TestToken("x", "", "", [Roles.His]) { Audience = "another" }))).ShouldBeNull();
        (await CheckAsync("no.token.at-all")).ShouldBeNull();
        memory.Count.ShouldBe(0);
    }
}
