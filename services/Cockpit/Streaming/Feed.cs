using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>
/// What all streams of one audience are told (同源): facts are looked for once and written out once, snapshots likewise, however many follow.
/// </summary>
internal sealed class Feed(Audience audience, long position, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Snapshot[] _snapshots =
    [
        new("counters", TimeSpan.FromSeconds(1)),
        new("rankings", TimeSpan.FromSeconds(2)),
        new("flows", TimeSpan.FromSeconds(2)),
    ];
    private Frame _last = Frame.Beginning(position);

    public Audience Audience => audience;

    /// <summary>Streams that follow; guarded by <see cref="Feeds"/>.</summary>
    public int Followers { get; set; }

    /// <summary>Up to where everything has been told.</summary>
    public long Position => Volatile.Read(ref _last).UpTo;

    /// <summary>When facts, or that there were none, were last told, as a timestamp of the clock.</summary>
    public long ToldAt { get; private set; } = time.GetTimestamp();

    /// <summary>The end of what has been told, and the newest of each snapshot at that point.</summary>
    public (Frame Last, IReadOnlyList<Frame> Snapshots) End()
    {
        lock (_gate)
        {
            return (_last, [.. _snapshots.Select(s => s.Frame).OfType<Frame>()]);
        }
    }

    /// <param name="upTo">up to where the audience has then been told everything</param>
    public void Tell(List<TickerEvent> facts, long upTo, InstitutionRegister register)
    {
        lock (_gate)
        {
            Append(Frame.OfFacts(_last.UpTo, upTo, facts, audience, register));
            ToldAt = time.GetTimestamp();
        }
    }

    public void Beat(ReadOnlyMemory<byte> wire, long upTo)
    {
        lock (_gate)
        {
            Append(Frame.OfBeat(_last.UpTo, upTo, wire));
            ToldAt = time.GetTimestamp();
        }
    }

    public bool IsDue(LiveView view, DateOnly day)
    {
        var version = view.VersionOf(audience.Scope);
        return _snapshots.Any(s => s.IsDue(version, day, time));
    }

    /// <summary>Reads the snapshots whose time has come, and tells those that have changed. One caller at a time.</summary>
    public async Task RefreshAsync(Board board, LiveView view, CancellationToken cancellationToken)
    {
        var (version, day) = (view.VersionOf(audience.Scope), board.Today);
        foreach (var snapshot in _snapshots.Where(s => s.IsDue(version, day, time)))
        {
            var answer = snapshot.Name switch
            {
                "counters" => await board.SummaryAsync(audience.Scope, day, cancellationToken),
                "rankings" => await board.RankingsAsync(audience.Scope, day, cancellationToken, fresh: true),
                _ => await board.FlowsAsync(audience.Scope, day, cancellationToken, fresh: true),
            };
            lock (_gate)
            {
                if (snapshot.Take(answer, version, day, time))
                {
                    snapshot.Frame = Frame.OfSnapshot(snapshot.Name, answer.Json, _last.UpTo);
                    Append(snapshot.Frame);
                }
            }
        }
    }

    private void Append(Frame frame)
    {
        var last = _last;
        Volatile.Write(ref _last, frame);
        last.Append(frame);
    }

    /// <summary>One of the snapshots, and when to look for it again.</summary>
    private sealed class Snapshot(string name, TimeSpan every)
    {
        private string _tag = "";
        private long _version = -1;
        private DateOnly _day;
        private long _due;

        public string Name => name;

        public Frame? Frame { get; set; }

        public bool IsDue(long version, DateOnly day, TimeProvider time) =>
            (version != _version || day != _day) && time.GetTimestamp() >= _due;

        /// <returns>true when it is another than before</returns>
        public bool Take(Rendered answer, long version, DateOnly day, TimeProvider time)
        {
            (_version, _day) = (version, day);
            // Not all feeds at the same moment, over and over.
            _due = time.GetTimestamp() + (long)(every.TotalSeconds * time.TimestampFrequency * (0.8 + Random.Shared.NextDouble() * 0.4));
            var changed = answer.ETag != _tag;
            _tag = answer.ETag;
            return changed;
        }
    }
}
