using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>What every token of the platform looks like, for who signs it and who checks it.</summary>
public static class TokenRules
{
    public const string Issuer = "https://tcmbrain.example";
    public const string Audience = "tcmbrain";

    /// <summary>JWT access token media type (RFC 9068).</summary>
    public const string Type = "at+jwt";

    /// <summary>The browser's cookie; HttpOnly, SameSite=Strict.</summary>
    public const string Cookie = "tcm_session";

    public const string InstitutionClaim = "inst";
    public const string RegionClaim = "region";
    public const string RoleClaim = "role";
    public const string NameClaim = "name";

    /// <summary>What the token lives and dies with: a person's session, or the secret a program gave for it. UUID.</summary>
    public const string SessionClaim = "sid";

    /// <summary>The account's epoch when it was issued; a revocation raises it.</summary>
    public const string EpochClaim = "ep";

    /// <summary>When a person gave the password (OpenID Connect Core §2), seconds since 1970; renewing does not move it.</summary>
    public const string SignedInAtClaim = "auth_time";

    /// <summary>"true" for a screen on a wall: whatever its roles, it only reads.</summary>
    public const string DisplayClaim = "display";

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>ES256 and nothing else, so neither "none" nor a public key used as an HMAC secret can pass.</summary>
    public static TokenValidationParameters Validation(Func<string, IEnumerable<SecurityKey>> keysById) =>
        new()
        {
            ValidIssuer = Issuer,
            ValidAudience = Audience,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidTypes = [Type],
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromSeconds(30),
            IssuerSigningKeyResolver = (_, token, kid, _) => keysById(kid ?? (token as JsonWebToken)?.Kid ?? ""),
            TryAllIssuerSigningKeys = false,
            NameClaimType = NameClaim,
            RoleClaimType = RoleClaim,
        };
}
