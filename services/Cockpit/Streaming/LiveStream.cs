using System.Text.Json;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Exchange;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>
/// One browser's stream (实时流). <c>facts</c>: an array of events, its id the position after them, each event exactly once and in order;
/// <c>counters</c>, <c>rankings</c> and <c>flows</c>: the whole snapshot, when it has changed; <c>beat</c>: nothing new, and where the stream is;
/// <c>skipped</c>: a reader too far behind is put forward, and told what was left out; <c>anew</c>: the numbering it knows is of another database.
/// </summary>
internal sealed class LiveStream(
    FactTail tail,
    LiveView view,
    Board board,
    EventPages pages,
    InstitutionRegister register,
    ResumePoint resume,
    TimeProvider time
)
{
    /// <summary>A reader further behind is put forward: the page shows the last few anyway, and <c>/events</c> has the rest.</summary>
    internal const int FurthestBehind = 20_000;
    private const int AfterSkip = 200;
    private const int Batch = 500;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan CountersEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RankingsEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(10);

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
        Beat(writer, position);
        await writer.FlushAsync(cancellationToken);
        var beatAt = time.GetTimestamp();
        var counters = new Snapshot("counters", CountersEvery);
        var rankings = new Snapshot("rankings", RankingsEvery);
        var flows = new Snapshot("flows", RankingsEvery);
        while (true)
        {
            // Taken before looking, so that what comes meanwhile is not slept over.
            var advanced = tail.Advanced.Next;
            var refreshed = view.Refreshed.Next;
            var wrote = false;

            var page = await pages.AfterAsync(audience, position, Batch, cancellationToken);
            if (page.Items.Count > 0)
            {
                writer.Event("facts", page.Items.Select(e => e.Json(audience.SeesReferences, register)), page.Position);
                wrote = true;
            }

            position = Forward(writer, page.Position);
            var behind = position < tail.Position;
            var flush = view.Flushes;
            var day = board.Today;
            if (counters.IsDue(flush, time))
            {
                wrote |= counters.Write(writer, await board.SummaryAsync(audience.Scope, day, cancellationToken), flush, time);
            }

            if (rankings.IsDue(flush, time))
            {
                wrote |= rankings.Write(writer, await board.RankingsAsync(audience.Scope, day, cancellationToken), flush, time);
            }

            if (flows.IsDue(flush, time))
            {
                wrote |= flows.Write(writer, await board.FlowsAsync(audience.Scope, day, cancellationToken), flush, time);
            }

            if (time.GetElapsedTime(beatAt) >= BeatEvery)
            {
                writer.Comment("heartbeat");
                Beat(writer, position);
                wrote = true;
            }

            if (wrote)
            {
                beatAt = time.GetTimestamp();
                await writer.FlushAsync(cancellationToken);
            }

            if (!behind)
            {
                await Task.WhenAny(advanced, refreshed, Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                // Also when there was nothing for this reader: a thousand of them are not to look at every commit.
                await Task.Delay(Pace, time, cancellationToken);
            }
        }
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

    private void Beat(SseWriter writer, long position) =>
        writer.Event(
            "beat",
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    Position = position,
                    At = time.GetUtcNow().UtcDateTime,
                    tail.Following,
                },
                EventJson.Options
            ),
            position
        );

    /// <summary>Sends a snapshot when it differs from the one sent before, and not too often.</summary>
    private sealed class Snapshot(string name, TimeSpan every)
    {
        private string _sent = "";
        private long _seen = -1;
        private long _at;

        public bool IsDue(long flush, TimeProvider time) => flush != _seen && (_seen < 0 || time.GetElapsedTime(_at) >= every);

        public bool Write(SseWriter writer, Rendered rendered, long flush, TimeProvider time)
        {
            _seen = flush;
            _at = time.GetTimestamp();
            if (rendered.ETag == _sent)
            {
                return false;
            }

            _sent = rendered.ETag;
            writer.Event(name, rendered.Json);
            return true;
        }
    }
}
