using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Exchange;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>
/// Hands each new fact to the feeds of those who may see it (分发), at once, and then not before <see cref="Pace"/>; and keeps the feeds' snapshots
/// up to date. A stream that waits for something costs nothing; what is told to many is looked for and written out once.
/// </summary>
internal sealed partial class Feeds(
    FactTail tail,
    LiveView view,
    Board board,
    EventPages pages,
    InstitutionRegister register,
    TimeProvider time,
    ILogger<Feeds> logger
) : BackgroundService
{
    private const int Batch = 500;

    private static readonly Audience Everybody = new(Scope.Everywhere, SeesReferences: false);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(10);

    /// <summary>Snapshots read at once: readers are not to wait behind all of them.</summary>
    private const int Refreshing = 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<Audience, Feed> _feeds = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pulse _joined = new();
    private long _position;
    private bool _away;

    /// <summary>Begins to follow; to be given back by <see cref="Leave"/>.</summary>
    /// <param name="snapshots">those of <see cref="Feed.Snapshots"/> that are wanted; others are not read for this reader</param>
    public async Task<Feed> JoinAsync(Audience audience, IReadOnlyList<string> snapshots, CancellationToken cancellationToken)
    {
        await _ready.Task.WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (!_feeds.TryGetValue(audience, out var feed))
            {
                feed = new(audience, new(_position, tail.Log), time);
                _feeds.Add(audience, feed);
            }

            feed.Followers++;
            feed.Want(snapshots, 1);
            _joined.Beat();
            return feed;
        }
    }

    /// <param name="snapshots">as they were wanted</param>
    public void Leave(Feed feed, IReadOnlyList<string> snapshots)
    {
        lock (_gate)
        {
            feed.Want(snapshots, -1);
            if (--feed.Followers == 0)
            {
                _feeds.Remove(feed.Audience);
            }
        }
    }

    /// <summary>A beat as it goes over the wire: nothing new, and where the stream is.</summary>
    public byte[] BeatAt(long position)
    {
        var wire = new ArrayBufferWriter<byte>();
        SseText.Text(wire, ": heartbeat\n");
        var told = new
        {
            Position = position,
            At = time.GetUtcNow().UtcDateTime,
            tail.Following,
        };
        SseText.Event(wire, "beat", JsonSerializer.SerializeToUtf8Bytes(told, EventJson.Options), new(position, tail.Log));
        return wire.WrittenSpan.ToArray();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await tail.Ready.WaitAsync(stoppingToken);
            _position = tail.Position;
            _ready.SetResult();
            await Task.WhenAll(DispatchAsync(stoppingToken), RefreshAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    private async Task DispatchAsync(CancellationToken stopping)
    {
        while (true)
        {
            // Taken before looking, so that what comes meanwhile is not slept over.
            var advanced = tail.Advanced.Next;
            var from = _position;
            try
            {
                while (_position < tail.Position)
                {
                    Hand(await pages.AfterAsync(Everybody, _position, Batch, cancellationToken: stopping));
                }

                _away = false;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // What is no longer in memory is in the database, which is away.
                NoteAway(e);
            }

            Beat();
            if (_position > from || _away)
            {
                await Task.Delay(Pace, time, stopping);
            }
            else
            {
                await Task.WhenAny(advanced, Task.Delay(BeatEvery / 10, time, stopping));
                stopping.ThrowIfCancellationRequested();
            }
        }
    }

    private void Hand(EventPage page)
    {
        lock (_gate)
        {
            var regions = _feeds.Values.Where(f => f.Audience.Scope.Kind == Scope.RegionKind).ToList();
            var others = _feeds.Values.Where(f => f.Audience.Scope.Kind != Scope.RegionKind).ToLookup(f => f.Audience.Scope.Code);
            var told = new Dictionary<Feed, List<TickerEvent>>();
            foreach (var e in page.Items)
            {
                IEnumerable<Feed> concerned = regions;
                if (e.Institution is not null)
                {
                    concerned = concerned.Concat(others[e.Institution]);
                }

                if (e.Centre is not null && e.Centre != e.Institution)
                {
                    concerned = concerned.Concat(others[e.Centre]);
                }

                foreach (var feed in concerned.Where(f => f.Audience.Sees(e, register)))
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(told, feed, out _) ??= []).Add(e);
                }
            }

            foreach (var (feed, facts) in told)
            {
                feed.Tell(facts, page.Position, register);
            }

            _position = page.Position;
        }
    }

    /// <summary>Tells those who were told nothing for long where they are.</summary>
    private void Beat()
    {
        lock (_gate)
        {
            var quiet = _feeds.Values.Where(f => time.GetElapsedTime(f.ToldAt) >= BeatEvery).ToList();
            if (quiet.Count > 0)
            {
                var wire = BeatAt(_position);
                quiet.ForEach(feed => feed.Beat(wire, _position));
            }
        }
    }

    private async Task RefreshAsync(CancellationToken stopping)
    {
        while (true)
        {
            var (refreshed, joined) = (view.Refreshed.Next, _joined.Next);
            List<Feed> feeds;
            lock (_gate)
            {
                feeds = [.. _feeds.Values];
            }

            var day = board.Today;
            var due = feeds.FindAll(f => f.IsDue(view, day));
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = Refreshing, CancellationToken = stopping },
                async (feed, cancellationToken) =>
                {
                    try
                    {
                        await feed.RefreshAsync(board, view, cancellationToken);
                    }
                    catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                    {
                        // Neither Redis nor the database: what was told stands until one of them is back.
                        NoteAway(e);
                    }
                }
            );
            // A feed whose time has not come may be owed something that has been read already.
            await Task.WhenAny(refreshed, joined, Task.Delay(Pace, time, stopping));
            stopping.ThrowIfCancellationRequested();
        }
    }

    private void NoteAway(Exception e)
    {
        if (!_away)
        {
            _away = true;
            LogAway(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The streams wait for what cannot be read: {Reason}")]
    private partial void LogAway(string reason);
}
