using System.Diagnostics;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Benchmarks.Identity;

/// <summary>
/// What a call costs before it is anybody's: checking a token as every service does (form, ES256 signature, times, issuer, audience, and
/// what was revoked), beside the signature alone; signing one; and comparing a secret with its hash, which is dear on purpose. One core.
/// </summary>
internal sealed class TokenBenchmark(int count, int rounds)
{
    private static readonly byte[] Text = RandomNumberGenerator.GetBytes(600);

    public async Task<IReadOnlyList<Figure>> RunAsync()
    {
        using var keys = new SigningKeys(
            new Given(),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<SigningKeys>.Instance
        );
        await keys.EnsureAsync(TestTokens.KeyId, default);
        var revocations = new Revocations(TimeProvider.System);
        revocations.Apply([.. Enumerable.Range(0, 10_000).Select(n => new Revocation(Guid.NewGuid(), null, null))]);
        var handler = new JsonWebTokenHandler { MapInboundClaims = false };
        var rules = TokenRules.Validation(keys.Find);
        // As many tokens as there are callers, so that none is remembered anywhere.
        var tokens = Enumerable.Range(0, 1000).Select(n => TestTokens.Of($"his-{n}", "12330100470116480K", "330106", Roles.His)).ToArray();

        var checks = await RateAsync(async n =>
        {
            var result = await handler.ValidateTokenAsync(tokens[n % tokens.Length], rules);
            if (!result.IsValid || revocations.IsRevoked(new ClaimsPrincipal(result.ClaimsIdentity)))
            {
                throw new InvalidOperationException("A valid token was refused.");
            }
        });
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = key.SignData(Text, HashAlgorithmName.SHA256);
        var bare = await RateAsync(_ =>
        {
            key.VerifyData(Text, signature, HashAlgorithmName.SHA256);
            return Task.CompletedTask;
        });
        var issues = await RateAsync(n =>
        {
            TestTokens.Of("his-1", "12330100470116480K", "330106", Roles.His);
            return Task.CompletedTask;
        });
        return
        [
            new Figure("identity.token_checks_per_s_core", checks, "checks/s", "signature alone", checks / bare),
            new Figure("identity.token_issues_per_s_core", issues, "tokens/s"),
            new Figure("identity.secret_check_ms", SecretCheck(), "ms"),
        ];
    }

    private async Task<double> RateAsync(Func<int, Task> once)
    {
        List<double> rates = [];
        for (var round = 0; round <= rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            for (var n = 0; n < count; n++)
            {
                await once(n);
            }

            if (round > 0)
            {
                rates.Add(count / clock.Elapsed.TotalSeconds);
            }
        }

        return Statistics.Median(rates);
    }

    private double SecretCheck()
    {
        var hash = SecretHash.Create("a secret");
        List<double> times = [];
        for (var round = 0; round <= rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            SecretHash.Verify("a secret", hash);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return Statistics.Median(times);
    }

    private sealed class Given : ISigningKeySource
    {
        public Task<string> FetchAsync(CancellationToken cancellationToken) => Task.FromResult(TestTokens.Jwks);
    }
}
