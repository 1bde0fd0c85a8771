using System.Globalization;
using System.Security.Claims;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>When a stream ends at the latest: with its caller's token.</summary>
internal static class StreamEnd
{
    public static CancellationTokenSource Of(
        ClaimsPrincipal caller,
        TimeProvider time,
        CancellationToken aborted,
        CancellationToken stopping
    )
    {
        var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        if (long.TryParse(caller.FindFirstValue("exp"), CultureInfo.InvariantCulture, out var expires))
        {
            var left = DateTimeOffset.FromUnixTimeSeconds(expires) - time.GetUtcNow();
            ending.CancelAfter(left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
        }

        return ending;
    }
}
