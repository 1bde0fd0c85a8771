using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>
/// What is known to be revoked, and the requests that are being answered: a revocation also ends those of the revoked that are under way,
/// long streams in the first place.
/// </summary>
public sealed class Revocations(TimeProvider time)
{
    // A token lives half an hour, a clock may be half a minute off, and the news may come late.
    private static readonly TimeSpan Kept = 2 * TokenRules.Lifetime;

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
    public void Watch(HttpContext request, ClaimsPrincipal caller) =>
        request.Response.RegisterForDispose(new UnderWay(this, request, caller));

    public void Apply(IReadOnlyList<Revocation> news)
    {
        if (news.Count == 0)
        {
            return;
        }

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

        foreach (var (request, _) in underWay)
        {
            if (IsRevoked(request.Caller))
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
            (this.list, this.request, Caller) = (list, request, caller);
            list.underWay[this] = 0;
        }

        public ClaimsPrincipal Caller { get; }

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
