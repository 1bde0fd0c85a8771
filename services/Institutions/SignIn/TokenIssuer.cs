using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TcmBrain.Institutions.Keys;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.SignIn;

/// <param name="ExpiresAt">UTC</param>
internal sealed record IssuedToken(string Text, DateTimeOffset ExpiresAt);

internal sealed class TokenIssuer(SigningKeyRing ring, TimeProvider time)
{
    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly Lock signing = new();

    /// <param name="session">what the token lives and dies with: a person's session, or a program's secret</param>
    /// <param name="signedInAt">when the person gave the password; null: now</param>
    public async Task<IssuedToken> IssueAsync(
        Account account,
        SignInKind kind,
        Guid session,
        DateTimeOffset? signedInAt,
        CancellationToken cancellationToken
    )
    {
        var signer = await ring.CurrentAsync(cancellationToken);
        var now = time.GetUtcNow();
        var began = signedInAt ?? now;
        var expires = now + TokenRules.Lifetime;
        // Who has still to choose a password is nobody yet: no role, no institution, so every query finds nothing.
        var claims = new Dictionary<string, object>
        {
            ["sub"] = account.Name,
            ["jti"] = Guid.CreateVersion7().ToString("N"),
            [TokenRules.SessionClaim] = session.ToString(),
            [TokenRules.EpochClaim] = account.Epoch,
            [TokenRules.NameClaim] = account.DisplayName,
            [TokenRules.InstitutionClaim] = account.MustChange ? "" : account.InstitutionCode,
            [TokenRules.RegionClaim] = account.MustChange ? "" : account.RegionCode,
            [TokenRules.RoleClaim] = account.MustChange ? [] : account.Roles,
        };
        if (kind == SignInKind.User)
        {
            claims[TokenRules.SignedInAtClaim] = began.ToUnixTimeSeconds();
            var end = began + SessionRule.Longest(account.Display);
            expires = end < expires ? end : expires;
        }

        if (account.Display)
        {
            claims[TokenRules.DisplayClaim] = "true";
        }

        var token = new SecurityTokenDescriptor
        {
            Issuer = TokenRules.Issuer,
            Audience = TokenRules.Audience,
            TokenType = TokenRules.Type,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            SigningCredentials = signer.Credentials,
            Claims = claims,
        };
        // ECDsa does not promise to be used by two threads at once.
        lock (signing)
        {
            return new IssuedToken(handler.CreateToken(token), expires);
        }
    }
}
