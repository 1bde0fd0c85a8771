namespace TcmBrain.Cockpit.Streaming;

/// <summary>Bounds the streams that one instance carries.</summary>
public sealed class StreamGate
{
    public const int Most = 2000;
    private int _open;

    public int Open => Volatile.Read(ref _open);

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= Most)
        {
            return true;
        }

        Interlocked.Decrement(ref _open);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _open);
}
