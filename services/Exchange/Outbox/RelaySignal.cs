namespace TcmBrain.Exchange.Outbox;

/// <summary>
/// Wakes this process's relay after a commit; any number of wakes before it looks count as one. And tells it when to hold back: what
/// comes in is taken in first.
/// </summary>
public sealed class RelaySignal : IDisposable
{
    /// <summary>How long one word of a crowd counts, in milliseconds.</summary>
    private const int CrowdLasts = 100;

    private readonly SemaphoreSlim _semaphore = new(0, 1);
    private long _crowdedUntil = long.MinValue;

    /// <summary>True while more comes in than can be committed at once.</summary>
    public bool IsCrowded => Environment.TickCount64 < Volatile.Read(ref _crowdedUntil);

    /// <summary>
    /// Said by whoever takes in, again and again while its work queues (让路): the relay then leaves pauses between its batches. An event waits as
    /// well in the outbox as in its listeners' queues, which are not waited on the less for being filled sooner.
    /// </summary>
    public void Crowd() => Crowd(CrowdLasts);

    internal void Crowd(int milliseconds) => Volatile.Write(ref _crowdedUntil, Environment.TickCount64 + milliseconds);

    public void Wake()
    {
        try
        {
            _semaphore.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    /// <summary>True when woken, false when the time is up.</summary>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _semaphore.WaitAsync(atMost, cancellationToken);

    public void Dispose() => _semaphore.Dispose();
}
