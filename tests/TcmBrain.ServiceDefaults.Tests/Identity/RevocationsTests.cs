using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.ServiceDefaults.Tests.Identity;

public sealed class RevocationsTests
{
    private sealed class Clock : TimeProvider
    {
        private long ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Advance(TimeSpan by) => ticks += by.Ticks;
    }

    private readonly Clock clock = new();
    private readonly Guid session = Guid.NewGuid();

    private ClaimsPrincipal Caller(string name = "his-1", int? epoch = 1)
    {
        var claims = new List<Claim> { new("sub", name), new(TokenRules.SessionClaim, session.ToString()) };
        if (epoch is { } at)
        {
            claims.Add(new Claim(TokenRules.EpochClaim, $"{at}"));
        }

        return new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        private readonly CancellationTokenSource source = new();

        public CancellationToken RequestAborted
        {
            get => source.Token;
            set => throw new NotSupportedException();
        }

        public void Abort() => source.Cancel();
    }

    private static DefaultHttpContext Request()
    {
        var request = new DefaultHttpContext();
        request.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime());
        return request;
    }

    [Fact]
    public void Nothing_is_revoked_until_it_is_told()
    {
        var list = new Revocations(clock);
        list.IsRevoked(Caller()).ShouldBeFalse();
        list.Apply([new Revocation(Guid.NewGuid(), null, null), new Revocation(null, "other", 9)]);
        list.IsRevoked(Caller()).ShouldBeFalse();
    }

    [Fact]
    public void A_session_ends_and_an_account_ends_below_its_epoch()
    {
        var list = new Revocations(clock);
        list.Apply([new Revocation(null, "his-1", 3)]);
        list.IsRevoked(Caller(epoch: 2)).ShouldBeTrue();
        list.IsRevoked(Caller(epoch: 3)).ShouldBeFalse();
        // Without an epoch it is older than any.
        list.IsRevoked(Caller(epoch: null)).ShouldBeTrue();
        // Late news of an earlier change takes nothing back.
        list.Apply([new Revocation(null, "his-1", 2)]);
        list.IsRevoked(Caller(epoch: 2)).ShouldBeTrue();
        list.Apply([new Revocation(session, null, null)]);
        list.IsRevoked(Caller(epoch: 3)).ShouldBeTrue();
    }

    [Fact]
    public void What_no_living_token_can_be_touched_by_is_forgotten_and_not_before()
    {
        var list = new Revocations(clock);
        list.Apply([new Revocation(session, null, null), new Revocation(null, "his-1", 3)]);
        clock.Advance(TokenRules.Lifetime + TimeSpan.FromMinutes(5));
        list.Prune();
        list.IsRevoked(Caller()).ShouldBeTrue();
        clock.Advance(TokenRules.Lifetime);
        list.Prune();
        list.IsRevoked(Caller()).ShouldBeFalse();
    }

    [Fact]
    public void Streams_of_the_revoked_are_cut_and_short_requests_are_let_finish()
    {
        var list = new Revocations(clock);
        var (stream, other) = (Request(), Request());
        list.Watch(stream, Caller());
        list.Watch(other, Caller("other"));
        list.Apply([new Revocation(null, "his-1", 2)]);
        list.EndStreams();
        stream.RequestAborted.IsCancellationRequested.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(6));
        list.EndStreams();
        stream.RequestAborted.IsCancellationRequested.ShouldBeTrue();
        other.RequestAborted.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public void The_request_that_revokes_its_own_caller_is_let_answer()
    {
        var list = new Revocations(clock);
        var request = Request();
        list.Watch(request, Caller());
        Revocations.LetFinish(request);
        list.Apply([new Revocation(session, null, null)]);
        clock.Advance(TimeSpan.FromMinutes(1));
        list.EndStreams();
        request.RequestAborted.IsCancellationRequested.ShouldBeFalse();
    }
}
