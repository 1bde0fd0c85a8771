using Grpc.Core;

namespace TcmBrain.Integration.Client;

/// <summary>The written retry contract (docs/integration/retry.md) as code.</summary>
internal static class RetryContract
{
    private const int MostAttempts = 10;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>True for what says nothing of the message itself; anything else gets the same answer however often it is asked.</summary>
    public static bool MayBeRepeated(RpcException refusal) =>
        refusal.StatusCode switch
        {
            StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal or StatusCode.Unknown or StatusCode.Aborted =>
                true,
            // Too many calls, not too large a message.
            StatusCode.ResourceExhausted => CodeOf(refusal) is "" or "GEN-0009",
            // Our own cancellation never comes here; one of a server or proxy that goes away does.
            StatusCode.Cancelled => true,
            _ => false,
        };

    public static string CodeOf(RpcException refusal) => refusal.Trailers.GetValue("tcm-code") ?? "";

    /// <summary>Full jitter: anything between nothing and the doubled pause, so that a thousand hospitals do not come back as one.</summary>
    public static TimeSpan PauseAfter(int attempt) =>
        Random.Shared.NextDouble() * TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(attempt, 20)));

    /// <summary>Makes the same call until it is answered: same key, same content, each attempt with a deadline of its own.</summary>
    /// <param name="forgetToken">called once when the token is not taken any more</param>
    public static async Task<T> RepeatAsync<T>(Func<Task<T>> call, Action forgetToken, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (RpcException refusal) when (attempt == 1 && refusal.StatusCode == StatusCode.Unauthenticated)
            {
                forgetToken();
            }
            catch (RpcException refusal) when (attempt < MostAttempts && MayBeRepeated(refusal))
            {
                await Task.Delay(PauseAfter(attempt), cancellationToken);
            }
        }
    }
}
