using System.Threading.Channels;

namespace TcmBrain.Prescriptions.Watching;

/// <summary>
/// One stream's place at the feed: what was told after <see cref="From"/> and not yet sent, up to a bound. A stream that does not keep up is
/// let go and what it had waiting is dropped: it reads on from the database, by its own position.
/// </summary>
internal sealed class Subscription(Position from)
{
    /// <summary>Changes that may wait for a slow client.</summary>
    public const int Bound = 256;

    private readonly Channel<PlacedChange> waiting = Channel.CreateBounded<PlacedChange>(Bound);
    private volatile bool hasFallenBehind;

    /// <summary>Everything after this place is told here; what came before is the database's.</summary>
    public Position From { get; } = from;

    public ChannelReader<PlacedChange> Changes => waiting.Reader;

    /// <summary>To be asked after each change that is read: from then on there are gaps.</summary>
    public bool HasFallenBehind => hasFallenBehind;

    /// <summary>False when the stream has fallen behind; nothing more is told to it then.</summary>
    public bool TryTell(in PlacedChange change)
    {
        if (waiting.Writer.TryWrite(change))
        {
            return true;
        }

        // In this order, so that whoever reads after a gap knows of it.
        hasFallenBehind = true;
        while (waiting.Reader.TryRead(out _)) { }

        waiting.Writer.TryComplete();
        return false;
    }
}
