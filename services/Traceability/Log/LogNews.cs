namespace TcmBrain.Traceability.Log;

/// <summary>
/// Wakes those who follow the log when this process appended to it, so that nobody asks the database for news five times a second all night.
/// What another replica appended, or what was told before its commit, is found by the slow look.
/// </summary>
public sealed class LogNews(TimeProvider time)
{
    /// <summary>Between two looks while there is news.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);

    /// <summary>Between two looks else.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);

    /// <summary>How long after the last news there may be more of it: a commit that was told of beforehand.</summary>
    private static readonly TimeSpan Lively = TimeSpan.FromSeconds(2);

    private TaskCompletionSource news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long last = long.MinValue;

    /// <summary>Something was appended, or is about to be.</summary>
    public void Tell()
    {
        Volatile.Write(ref last, time.GetTimestamp());
        Interlocked.Exchange(ref news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Returns when it is time to look.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var at = Volatile.Read(ref last);
        if (at == long.MinValue || time.GetElapsedTime(at) > Lively)
        {
            try
            {
                await Volatile.Read(ref news).Task.WaitAsync(Idle, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return;
            }
        }

        await Task.Delay(Turn, time, cancellationToken);
    }
}
