using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>
/// What is known to be revoked, and the requests that are being answered: of the revoked those that have been under way for seconds, which
/// are streams, are ended. What is shorter ends by itself.
/// </summary>
public sealed class Revocations(TimeProvider time)
{
    private readonly TimeProvider time = time;

    // A token lives half an hour, a clock may be half a minute off, and the news may come late.
    private static readonly TimeSpan Kept = 2 * TokenRules.Lifetime;

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, long> sessions = new();
    private readonly ConcurrentDictionary<string, (int Epoch, long At)> accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<UnderWay, byte> underWay = new();

    public bool IsRevoked(ClaimsPrincipal caller)
    {
        if (sessions.IsEmpty && accounts.IsEmpty)
        {
            return false;
        }

        return Guid.TryParse(caller.FindFirstValue(TokenRules.SessionClaim), out var session) && sessions.ContainsKey(session)
            || accounts.TryGetValue(caller.Subject(), out var standing) && EpochOf(caller) < standing.Epoch;
    }

    /// <summary>Ends the request when its caller is revoked before it is answered.</summary>
    public void Watch(HttpContext request, ClaimsPrincipal caller)
    {
        var watched = new UnderWay(this, request, caller);
        request.Items[typeof(UnderWay)] = watched;
        request.Response.RegisterForDispose(watched);
    }

    /// <summary>For the request that revokes its own caller and has still to answer.</summary>
    public static void LetFinish(HttpContext request) => (request.Items[typeof(UnderWay)] as UnderWay)?.Dispose();

    public void Apply(IReadOnlyList<Revocation> news)
    {
        var now = time.GetTimestamp();
        foreach (var revocation in news)
        {
            if (revocation.Session is { } session)
            {
                sessions[session] = now;
            }
            else if (revocation is { Account: { } account, Epoch: { } epoch })
            {
                accounts.AddOrUpdate(account, (epoch, now), (_, known) => (Math.Max(epoch, known.Epoch), now));
            }
        }
    }

    /// <summary>Cuts the streams of the revoked. To be called again and again: one may have begun just before.</summary>
    public void EndStreams()
    {
        if (sessions.IsEmpty && accounts.IsEmpty)
        {
            return;
        }

        foreach (var (request, _) in underWay)
        {
            if (time.GetElapsedTime(request.Began) > Short && IsRevoked(request.Caller))
            {
                request.Abort();
            }
        }
    }

    /// <summary>Forgets what no living token can be touched by any more.</summary>
    public void Prune()
    {
        foreach (var (session, at) in sessions)
        {
            if (time.GetElapsedTime(at) > Kept)
            {
                sessions.TryRemove(session, out _);
            }
        }

        foreach (var (account, standing) in accounts)
        {
            if (time.GetElapsedTime(standing.At) > Kept)
            {
                accounts.TryRemove(new(account, standing));
            }
        }
    }

    private static int EpochOf(ClaimsPrincipal caller) =>
        int.TryParse(caller.FindFirstValue(TokenRules.EpochClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? epoch
            : 0;

    private sealed class UnderWay : IDisposable
    {
        private readonly Revocations list;
        private readonly HttpContext request;

        public UnderWay(Revocations list, HttpContext request, ClaimsPrincipal caller)
        {
            (this.list, this.request, Caller, Began) = (list, request, caller, list.time.GetTimestamp());
            list.underWay[this] = 0;
        }

        public ClaimsPrincipal Caller { get; }

        public long Began { get; }

        public void Abort()
        {
            // Once disposed the context may serve somebody else already.
            lock (this)
            {
                if (list.underWay.ContainsKey(this))
                {
                    request.Abort();
                }
            }
        }

        public void Dispose()
        {
            lock (this)
            {
                list.underWay.TryRemove(this, out _);
            }
        }
    }
}
