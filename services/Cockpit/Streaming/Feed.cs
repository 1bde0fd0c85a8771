using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;

namespace TcmBrain.Cockpit.Streaming;

/// <summary>
/// What all streams of one audience are told (同源): facts are looked for once and written out once, snapshots likewise, however many follow.
/// </summary>
internal sealed class Feed(Audience audience, ResumeToken beginning, TimeProvider time)
{
    public const string Counters = "counters";

    /// <summary>All that it can tell beside facts.</summary>
    public static readonly IReadOnlyList<string> Snapshots = [Counters, "rankings", "flows"];

    /// <summary>Frames that a reader may lie behind: most of a minute when something happens all the time.</summary>
    private const int Longest = 1000;

    private readonly Lock _gate = new();
    private readonly Snapshot[] _snapshots =
    [
        .. Snapshots.Select(name => new Snapshot(name, TimeSpan.FromSeconds(name == Counters ? 1 : 2))),
    ];
    private Frame _last = Frame.Beginning(beginning.Position);

    public Audience Audience => audience;

    /// <summary>Streams that follow; guarded by <see cref="Feeds"/>.</summary>
    public int Followers { get; set; }

    /// <summary>Up to where everything has been told.</summary>
    public long Position => Volatile.Read(ref _last).UpTo;

    /// <summary>A place of the numbering that its facts are of.</summary>
    public ResumeToken At(long position) => beginning with { Position = position };

    /// <summary>When facts, or that there were none, were last told, as a timestamp of the clock.</summary>
    public long ToldAt { get; private set; } = time.GetTimestamp();

    /// <summary>True when so much has been told since that frame that it is not to be held for one reader.</summary>
    public bool IsFarFrom(Frame frame) => Volatile.Read(ref _last).Number - frame.Number > Longest;

    /// <summary>Somebody wants to be told these of <see cref="Snapshots"/>, or (-1) no longer.</summary>
    public void Want(IEnumerable<string> snapshots, int readers)
    {
        lock (_gate)
        {
            foreach (var snapshot in _snapshots.Where(s => snapshots.Contains(s.Name)))
            {
                snapshot.Want(readers);
            }
        }
    }

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
            Append(Frame.OfFacts(_last.UpTo, At(upTo), facts).WrittenOut(audience, register));
            ToldAt = time.GetTimestamp();
        }
    }

    public void Beat(byte[] wire, long upTo)
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
        lock (_gate)
        {
            return _snapshots.Any(s => s.IsDue(version, day, time));
        }
    }

    /// <summary>Reads the snapshots whose time has come, and tells those that have changed. One caller at a time.</summary>
    public async Task RefreshAsync(Board board, LiveView view, CancellationToken cancellationToken)
    {
        var (version, day) = (view.VersionOf(audience.Scope), board.Today);
        Snapshot[] due;
        lock (_gate)
        {
            due = [.. _snapshots.Where(s => s.IsDue(version, day, time))];
        }

        foreach (var snapshot in due)
        {
            // Also when it fails: what cannot be read is asked for no more often than what can.
            snapshot.Postpone(time);
            var answer = snapshot.Name switch
            {
                Counters => await board.SummaryAsync(audience.Scope, day, cancellationToken),
                "rankings" => await board.RankingsAsync(audience.Scope, day, cancellationToken, fresh: true),
                _ => await board.FlowsAsync(audience.Scope, day, cancellationToken, fresh: true),
            };
            Show(snapshot.Name, answer, version, day);
        }
    }

    /// <summary>Tells a snapshot if it is another than before.</summary>
    public void Show(string name, Rendered answer, long version, DateOnly day)
    {
        lock (_gate)
        {
            var snapshot = _snapshots.First(s => s.Name == name);
            if (snapshot.Take(answer, version, day, time))
            {
                // One to be told, and one to be kept for who comes later, on which nothing hangs: it may stand for hours.
                Append(Frame.OfSnapshot(name, answer.Json, _last.UpTo));
                snapshot.Frame = Frame.OfSnapshot(name, answer.Json, _last.UpTo);
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
        private int _readers;

        public string Name => name;

        public Frame? Frame { get; set; }

        /// <summary>What nobody wants is not read, and forgotten: it would grow old.</summary>
        public void Want(int readers)
        {
            _readers += readers;
            if (_readers == 0)
            {
                (Frame, _tag, _version, _due) = (null, "", -1, 0);
            }
        }

        public bool IsDue(long version, DateOnly day, TimeProvider time) =>
            _readers > 0 && (version != _version || day != _day) && time.GetTimestamp() >= _due;

        /// <summary>Not all feeds at the same moment, over and over.</summary>
        public void Postpone(TimeProvider time) =>
            _due = time.GetTimestamp() + (long)(every.TotalSeconds * time.TimestampFrequency * (0.8 + Random.Shared.NextDouble() * 0.4));

        /// <returns>true when it is another than before, and somebody wants it</returns>
        public bool Take(Rendered answer, long version, DateOnly day, TimeProvider time)
        {
            if (_readers == 0)
            {
                return false;
            }

            (_version, _day) = (version, day);
            Postpone(time);
            var changed = answer.ETag != _tag;
            _tag = answer.ETag;
            return changed;
        }
    }
}
