using System.Text.Json;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Live;
using TcmBrain.Exchange;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>
/// One browser's stream (实时流). <c>facts</c>: an array of events, its id the position after them, each event exactly once and in order;
/// <c>counters</c>, <c>rankings</c> and <c>flows</c>: the whole snapshot, when it has changed; <c>beat</c>: nothing new, and where the stream is;
/// <c>skipped</c>: a reader too far behind is put forward, and told what was left out; <c>anew</c>: the numbering it knows is of another database.
/// </summary>
internal sealed class LiveStream(FactTail tail, Feeds feeds, EventPages pages, InstitutionRegister register, ResumePoint resume)
{
    /// <summary>A reader further behind is put forward: the page shows the last few anyway, and <c>/events</c> has the rest.</summary>
    internal const int FurthestBehind = 20_000;
    private const int AfterSkip = 200;
    private const int Batch = 500;

    /// <summary>Bytes that are written before the client is waited for.</summary>
    private const int FlushAt = 32 << 10;

    public async Task RunAsync(SseWriter writer, Audience audience, long after, CancellationToken cancellationToken)
    {
        writer.Start();
        await writer.FlushAsync(cancellationToken);
        var (position, renumbered) = await resume.FindAsync(after, null, cancellationToken);
        if (renumbered)
        {
            writer.Event("anew", JsonSerializer.SerializeToUtf8Bytes(new { position }, EventJson.Options), position);
        }

        position = Forward(writer, position);
        writer.Write(feeds.BeatAt(position).Span);
        await writer.FlushAsync(cancellationToken);
        var feed = await feeds.JoinAsync(audience, cancellationToken);
        try
        {
            while (true)
            {
                position = await FollowAsync(writer, feed, position, cancellationToken);
                position = Forward(writer, position);
            }
        }
        finally
        {
            feeds.Leave(feed);
        }
    }

    /// <summary>Tells what this reader has missed, how things stand, and then what the feed tells, until the reader is too far behind it.</summary>
    /// <returns>up to where the reader has been told everything</returns>
    private async Task<long> FollowAsync(SseWriter writer, Feed feed, long position, CancellationToken cancellationToken)
    {
        var (at, snapshots) = feed.End();
        while (position < at.UpTo)
        {
            var page = await pages.AfterAsync(feed.Audience, position, Batch, at.UpTo, cancellationToken);
            if (page.Items.Count > 0)
            {
                writer.Event("facts", page.Items.Select(e => e.Json(feed.Audience.SeesReferences, register)), page.Position);
                await writer.FlushAsync(cancellationToken);
            }

            position = page.Position;
        }

        foreach (var snapshot in snapshots)
        {
            writer.Write(snapshot, position, feed.Audience, register);
        }

        var written = 0;
        while (feed.Position - position <= FurthestBehind)
        {
            if (!at.Next.IsCompleted || written > FlushAt)
            {
                await writer.FlushAsync(cancellationToken);
                written = 0;
            }

            at = await at.Next.WaitAsync(cancellationToken);
            written += writer.Write(at, position, feed.Audience, register);
            position = Math.Max(position, at.UpTo);
        }

        return position;
    }

    private long Forward(SseWriter writer, long position)
    {
        var last = tail.Position;
        if (last - position <= FurthestBehind)
        {
            return position;
        }

        var to = last - AfterSkip;
        writer.Event("skipped", JsonSerializer.SerializeToUtf8Bytes(new { From = position + 1, To = to }, EventJson.Options), to);
        return to;
    }
}
