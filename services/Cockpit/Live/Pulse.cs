namespace TcmBrain.Cockpit.Live;

/// <summary>Wakes everybody who waits (脉冲). Take <see cref="Next"/> before looking at the state, so that nothing is missed between.</summary>
public sealed class Pulse
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Next => Volatile.Read(ref _next).Task;

    public void Beat() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
