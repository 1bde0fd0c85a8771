using System.Text.Json;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Live;
using TcmBrain.Exchange;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>
/// One browser's stream (实时流). <c>facts</c>: an array of events, its id the place after them, each event exactly once and in order;
/// <c>counters</c>, <c>rankings</c> and <c>flows</c>: the whole snapshot, when it has changed; <c>beat</c>: nothing new, and where the stream is;
/// <c>skipped</c>: a reader too far behind is put forward, and told what was left out; <c>anew</c>: the numbering it knows is of another database.
/// </summary>
internal sealed class LiveStream(FactTail tail, Feeds feeds, EventPages pages, InstitutionRegister register, ResumePoint resume)
{
    private const int AfterSkip = 200;

    /// <summary>Bytes that are written before the client is waited for.</summary>
    private const int FlushAt = 32 << 10;

    public async Task RunAsync(SseWriter writer, Audience audience, ResumeToken? after, CancellationToken cancellationToken)
    {
        writer.Start();
        await writer.FlushAsync(cancellationToken);
        var (position, renumbered) = await resume.FindAsync(after, cancellationToken);
        if (renumbered)
        {
            writer.Event("anew", JsonSerializer.SerializeToUtf8Bytes(new { position }, EventJson.Options), resume.At(position));
        }

        position = Forward(writer, position);
        writer.Write(feeds.BeatAt(position));
        await writer.FlushAsync(cancellationToken);
        var feed = await feeds.JoinAsync(audience, Feed.Snapshots, cancellationToken);
        try
        {
            await FollowAsync(writer, audience, new(feed, pages, position), cancellationToken);
        }
        finally
        {
            feeds.Leave(feed, Feed.Snapshots);
        }
    }

    private async Task FollowAsync(SseWriter writer, Audience audience, Follower reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var written = 0;
            await foreach (var told in reader.FollowAsync(cancellationToken))
            {
                written += writer.Write(told.Frame, told.After, audience, register);
                if (!told.More || written > FlushAt)
                {
                    await writer.FlushAsync(cancellationToken);
                    written = 0;
                }
            }

            reader.Forward(Forward(writer, reader.Position));
        }
    }

    /// <summary>A reader too far behind is put forward: the page shows the last few anyway, and <c>/events</c> has the rest.</summary>
    private long Forward(SseWriter writer, long position)
    {
        var last = tail.Position;
        if (last - position <= Follower.FurthestBehind)
        {
            return position;
        }

        var to = last - AfterSkip;
        writer.Event(
            "skipped",
            JsonSerializer.SerializeToUtf8Bytes(new { From = position + 1, To = to }, EventJson.Options),
            resume.At(to)
        );
        return to;
    }
}
