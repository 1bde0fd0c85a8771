using System.Runtime.CompilerServices;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>A frame for one reader.</summary>
/// <param name="After">up to where the reader has been told everything before it</param>
/// <param name="More">another lies ready</param>
internal readonly record struct Told(Frame Frame, long After, bool More)
{
    /// <summary>Up to where the reader has been told everything with it.</summary>
    public long UpTo => Math.Max(After, Frame.UpTo);
}

/// <summary>One reader's way along a feed (跟读), whatever it is written to.</summary>
internal sealed class Follower(Feed feed, EventPages pages, long position)
{
    /// <summary>A reader further behind lets go of the feed's frames, so that they do not gather behind it.</summary>
    internal const int FurthestBehind = 20_000;

    private const int Batch = 500;

    /// <summary>Up to where the reader has been told everything.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Goes on elsewhere: what lies between was left out.</summary>
    public void Forward(long to) => Position = to;

    /// <summary>
    /// What this reader has missed, how things stand, and then what the feed tells; ends when the reader is too far behind to hold the feed's frames, and is to be
    /// called again then. The next is fetched when the one before has been written.
    /// </summary>
    public async IAsyncEnumerable<Told> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // So far behind, nothing of the feed is held.
        while (feed.Position - Position > FurthestBehind)
        {
            if (await PageAsync(feed.Position, cancellationToken) is { } missed)
            {
                yield return missed;
            }
        }

        var (at, snapshots) = feed.End();
        while (Position < at.UpTo)
        {
            if (IsFarFrom(at))
            {
                yield break;
            }

            if (await PageAsync(at.UpTo, cancellationToken) is { } missed)
            {
                yield return missed;
            }
        }

        for (var i = 0; i < snapshots.Count; i++)
        {
            yield return new(snapshots[i], Position, More: i < snapshots.Count - 1 || at.Next.IsCompleted);
        }

        while (!IsFarFrom(at))
        {
            at = await at.Next.WaitAsync(cancellationToken);
            var told = new Told(at, Position, More: at.Next.IsCompleted);
            yield return told;
            Position = told.UpTo;
        }
    }

    private bool IsFarFrom(Frame at) => feed.Position - Position > FurthestBehind || feed.IsFarFrom(at);

    /// <summary>The next events for this reader up to a position, or, where there are none, none.</summary>
    private async Task<Told?> PageAsync(long upTo, CancellationToken cancellationToken)
    {
        var (page, after) = (await pages.AfterAsync(feed.Audience, Position, Batch, upTo, cancellationToken), Position);
        // Before it is written: whoever breaks off begins anew from what was received.
        Position = page.Position;
        return page.Items.Count == 0 ? null : new(Frame.OfFacts(after, feed.At(page.Position), page.Items), after, More: false);
    }
}
