using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>
/// The public keys tokens are checked with. Fetched when first needed, again when a token names a key not yet known (at most every
/// five seconds, so that invented key ids cause no storm), when the source tells that they changed, and every five minutes. While the
/// source is away the keys already known go on serving.
/// </summary>
public sealed partial class SigningKeys(ISigningKeySource source, TimeProvider time, ILogger<SigningKeys> logger) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile Known? known;
    private long lastTry = long.MinValue;

    /// <summary>The key of that id among those already known.</summary>
    public IEnumerable<SecurityKey> Find(string kid) => known?.Keys.TryGetValue(kid, out var key) == true ? [key] : [];

    /// <summary>Makes sure that <paramref name="kid"/> is known if it exists.</summary>
    /// <returns>false when there are no keys at all because the source has never been reached</returns>
    public async ValueTask<bool> EnsureAsync(string kid, CancellationToken cancellationToken)
    {
        if (known is { } at && at.Keys.ContainsKey(kid) && time.GetElapsedTime(at.FetchedAt) < Fresh)
        {
            return true;
        }

        await RefreshAsync(kid, cancellationToken);
        return known is not null;
    }

    /// <summary>Fetches them now, because they are known to have changed. A withdrawn key is trusted no longer from here on.</summary>
    /// <returns>false when the source could not be asked, so that they are still those of before</returns>
    public Task<bool> RefreshAsync(CancellationToken cancellationToken) => RefreshAsync(null, cancellationToken);

    public void Dispose() => gate.Dispose();

    private async Task<bool> RefreshAsync(string? kid, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var current = known;
            if (kid is not null && current is not null)
            {
                if (current.Keys.ContainsKey(kid) && time.GetElapsedTime(current.FetchedAt) < Fresh)
                {
                    return true;
                }

                if (lastTry != long.MinValue && time.GetElapsedTime(lastTry) < Pause)
                {
                    return true;
                }
            }

            if (kid is not null)
            {
                lastTry = time.GetTimestamp();
            }

            // Not bound to the one request that happened to ask: the others wait for the same answer.
            using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            var set = new JsonWebKeySet(await source.FetchAsync(bound.Token));
            known = new Known(
                set.Keys.Where(key => key is { Kty: "EC", Crv: "P-256", D: null or "" } && !string.IsNullOrEmpty(key.Kid))
                    .GroupBy(key => key.Kid)
                    .ToFrozenDictionary(group => group.Key, group => (SecurityKey)group.First()),
                time.GetTimestamp()
            );
            return true;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or OperationCanceledException or ArgumentException
                || Faults.FaultMapping.IsDatabaseAway(exception)
            )
        {
            LogAway(exception.Message, known?.Keys.Count ?? 0);
            return false;
        }
        finally
        {
            gate.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "signing keys could not be fetched ({Reason}); {Count} known keys go on serving")]
    private partial void LogAway(string reason, int count);

    private sealed record Known(FrozenDictionary<string, SecurityKey> Keys, long FetchedAt);
}
