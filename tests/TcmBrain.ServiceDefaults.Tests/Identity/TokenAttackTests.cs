using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.ServiceDefaults.Tests.Identity;

public sealed class TokenAttackTests : IAsyncLifetime
{
    private TestApp app = null!;

    public async ValueTask InitializeAsync() =>
        app = await TestApp.StartAsync(routes =>
        {
            routes.MapGet(
                "/who",
                (HttpContext context) => $"{context.User.Subject()} {context.User.InstitutionCode()} {context.User.RegionCode()}"
            );
            routes.MapGet("/pharmacists", () => "in").RequireRole(Roles.Pharmacist);
        });

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static TestToken Valid => new("his-1", "12330100470116480K", "330106", [Roles.His]);

    private async Task<HttpResponseMessage> Ask(string? token, string path = "/who")
    {
        using var client = app.Client(token);
        return await client.GetAsync(path);
    }

    [Fact]
    public async Task A_valid_token_tells_who_calls()
    {
        var answer = await Ask(TestTokens.Sign(Valid));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("his-1 12330100470116480K 330106");
    }

    [Fact]
    public async Task The_session_cookie_serves_as_well()
    {
        using var client = app.Client();
        client.DefaultRequestHeaders.Add("Cookie", $"{TokenRules.Cookie}={TestTokens.Sign(Valid)}");
        (await client.GetAsync("/who")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_endpoint_that_says_nothing_is_closed() => await (await Ask(null)).ShouldBeProblem(401, "GEN-0001");

    [Theory]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    [InlineData("....")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.")]
    public async Task What_is_no_token_is_refused(string text) => await (await Ask(text)).ShouldBeProblem(401, "GEN-0001");

    [Fact]
    public async Task Algorithm_none_is_refused()
    {
        var parts = TestTokens.Sign(Valid).Split('.');
        foreach (var alg in new[] { "none", "None", "NONE" })
        {
            var header = Base64UrlEncoder.Encode(
                JsonSerializer.Serialize(
                    new
                    {
                        alg,
                        typ = TokenRules.Type,
                        kid = TestTokens.KeyId,
                    }
                )
            );
            await (await Ask($"{header}.{parts[1]}.")).ShouldBeProblem(401, "GEN-0001");
            await (await Ask($"{header}.{parts[1]}.{parts[2]}")).ShouldBeProblem(401, "GEN-0001");
        }
    }

    [Fact]
    public async Task The_public_key_is_no_hmac_secret()
    {
        var jwk = JsonDocument.Parse(TestTokens.Jwks).RootElement.GetProperty("keys")[0];
        var x = Base64UrlEncoder.DecodeBytes(jwk.GetProperty("x").GetString());
        var y = Base64UrlEncoder.DecodeBytes(jwk.GetProperty("y").GetString());
        foreach (var secret in new[] { (byte[])[4, .. x, .. y], [.. x, .. y], Encoding.UTF8.GetBytes(TestTokens.Jwks) })
        {
            var token = TestTokens.Sign(
                Valid with
                {
                    Credentials = new SigningCredentials(
                        new SymmetricSecurityKey(secret) { KeyId = TestTokens.KeyId },
                        SecurityAlgorithms.HmacSha256
                    ),
                }
            );
            await (await Ask(token)).ShouldBeProblem(401, "GEN-0001");
        }
    }

    [Fact]
    public async Task A_tampered_payload_is_refused()
    {
        var parts = TestTokens.Sign(Valid).Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("\"his\"", "\"operator\"", StringComparison.Ordinal);
        payload.ShouldContain("operator");
        await (await Ask($"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}")).ShouldBeProblem(401, "GEN-0001");
    }

    [Fact]
    public async Task An_expired_token_is_refused() =>
        await (await Ask(TestTokens.Sign(Valid with { IssuedAt = DateTimeOffset.UtcNow.AddHours(-1) }))).ShouldBeProblem(401, "GEN-0001");

    [Fact]
    public async Task A_token_not_yet_valid_is_refused() =>
        await (await Ask(TestTokens.Sign(Valid with { IssuedAt = DateTimeOffset.UtcNow.AddMinutes(5) }))).ShouldBeProblem(401, "GEN-0001");

    [Fact]
    public async Task Another_audience_is_refused() =>
        await (await Ask(TestTokens.Sign(Valid with { Audience = "elsewhere" }))).ShouldBeProblem(401, "GEN-0001");

    [Fact]
    public async Task Another_issuer_is_refused() =>
        await (await Ask(TestTokens.Sign(Valid with { Issuer = "https://other.example" }))).ShouldBeProblem(401, "GEN-0001");

    [Fact]
    public async Task Another_kind_of_token_is_refused() =>
        await (await Ask(TestTokens.Sign(Valid with { Type = "JWT" }))).ShouldBeProblem(401, "GEN-0001");

    [Fact]
    public async Task A_strangers_key_under_our_key_id_is_refused()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new ECDsaSecurityKey(stranger) { KeyId = TestTokens.KeyId };
        await (
            await Ask(TestTokens.Sign(Valid with { Credentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256) }))
        ).ShouldBeProblem(401, "GEN-0001");
    }

    [Fact]
    public async Task An_unknown_key_id_is_refused() =>
        await (await Ask(TestTokens.Sign(Valid with { KeyId = "unknown" }))).ShouldBeProblem(401, "GEN-0001");

    [Fact]
    public async Task The_wrong_role_is_forbidden_and_the_right_one_is_not()
    {
        await (await Ask(TestTokens.Sign(Valid), "/pharmacists")).ShouldBeProblem(403, "GEN-0002");
        (await Ask(TestTokens.Sign(Valid with { Roles = [Roles.His, Roles.Pharmacist] }), "/pharmacists")).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
    }
}
