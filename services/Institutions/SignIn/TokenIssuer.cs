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

    public async Task<IssuedToken> IssueAsync(Account account, CancellationToken cancellationToken)
    {
        var signer = await ring.CurrentAsync(cancellationToken);
        var now = time.GetUtcNow();
        var expires = now + TokenRules.Lifetime;
        var token = new SecurityTokenDescriptor
        {
            Issuer = TokenRules.Issuer,
            Audience = TokenRules.Audience,
            TokenType = TokenRules.Type,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            SigningCredentials = signer.Credentials,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = account.Name,
                ["jti"] = Guid.CreateVersion7().ToString("N"),
                [TokenRules.NameClaim] = account.DisplayName,
                [TokenRules.InstitutionClaim] = account.InstitutionCode,
                [TokenRules.RegionClaim] = account.RegionCode,
                [TokenRules.RoleClaim] = account.Roles,
            },
        };
        // ECDsa does not promise to be used by two threads at once.
        lock (signing)
        {
            return new IssuedToken(handler.CreateToken(token), expires);
        }
    }
}
