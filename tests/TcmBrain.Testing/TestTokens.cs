using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Testing;

/// <summary>Tokens signed with a key of this test process; <see cref="Jwks"/> goes to the service as <c>Identity:Jwks</c>.</summary>
public static class TestTokens
{
    public const string KeyId = "test-key";

    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>The public key as a JWK set.</summary>
    public static string Jwks { get; } = JwksOf(Key, KeyId);

    public static string JwksOf(ECDsa key, string kid)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return JsonSerializer.Serialize(
            new
            {
                keys = new[]
                {
                    new
                    {
                        kty = "EC",
                        crv = "P-256",
                        use = "sig",
                        alg = "ES256",
                        kid,
                        x = Base64UrlEncoder.Encode(point.X),
                        y = Base64UrlEncoder.Encode(point.Y),
                    },
                },
            }
        );
    }

    /// <summary>A valid token of an institution's client or user.</summary>
    public static string Of(string subject, string institution, string region, params string[] roles) =>
        Sign(new TestToken(subject, institution, region, roles));

    /// <summary>A token that may be wrong in any chosen way.</summary>
    public static string Sign(TestToken token)
    {
        var claims = new List<Claim> { new("sub", token.Subject), new(TokenRules.NameClaim, token.Name ?? token.Subject) };
        if (token.Institution is not null)
        {
            claims.Add(new Claim(TokenRules.InstitutionClaim, token.Institution));
        }

        if (token.Region is not null)
        {
            claims.Add(new Claim(TokenRules.RegionClaim, token.Region));
        }

        claims.AddRange(token.Roles.Select(role => new Claim(TokenRules.RoleClaim, role)));
        var now = token.IssuedAt ?? DateTimeOffset.UtcNow;
        return Handler.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = token.Issuer,
                Audience = token.Audience,
                TokenType = token.Type,
                Subject = new ClaimsIdentity(claims),
                IssuedAt = now.UtcDateTime,
                NotBefore = now.UtcDateTime,
                Expires = now.UtcDateTime + token.Lifetime,
                SigningCredentials =
                    token.Credentials
                    ?? new SigningCredentials(new ECDsaSecurityKey(Key) { KeyId = token.KeyId }, SecurityAlgorithms.EcdsaSha256),
            }
        );
    }
}

/// <summary>What a test token says; the defaults make it valid.</summary>
public sealed record TestToken(string Subject, string? Institution, string? Region, IReadOnlyList<string> Roles)
{
    public string? Name { get; init; }

    public string Issuer { get; init; } = TokenRules.Issuer;

    public string Audience { get; init; } = TokenRules.Audience;

    public string Type { get; init; } = TokenRules.Type;

    public string KeyId { get; init; } = TestTokens.KeyId;

    public DateTimeOffset? IssuedAt { get; init; }

    public TimeSpan Lifetime { get; init; } = TokenRules.Lifetime;

    public SigningCredentials? Credentials { get; init; }
}
