namespace Aspire.Hosting.Running;

/// <summary>Wakes all who wait for some state to become so.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource next = New();

    public Task Next => Volatile.Read(ref next).Task;

    public void Pulse() => Interlocked.Exchange(ref next, New()).SetResult();

    public async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            var change = Next;
            if (condition())
                return;
            await change.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
