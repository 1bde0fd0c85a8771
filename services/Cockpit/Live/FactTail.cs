using Dapper;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Live;

/// <summary>
/// Follows the facts as they are committed, by whichever replica (跟随): woken by the database's notification, with a poll as the net. Keeps
/// the last <see cref="Capacity"/> in memory for streams; tells <see cref="LiveView"/> what has changed. A database that is away is
/// waited for, and nothing is passed over, since the position goes on where it was.
/// </summary>
public sealed partial class FactTail(NpgsqlDataSource database, InstitutionRegister register, TimeProvider time, ILogger<FactTail> logger)
    : BackgroundService
{
    public const int Capacity = 24_000;
    private const int Page = 1000;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Events after which institutions are named otherwise.</summary>
    private static readonly HashSet<string> Renames =
    [
        nameof(InstitutionRegistered),
        nameof(InstitutionChanged),
        nameof(InstitutionSuspended),
        nameof(InstitutionReinstated),
    ];

    private readonly Lock _gate = new();
    private readonly TickerEvent?[] _ring = new TickerEvent?[Capacity];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<DirtyHour> _dirty = [];
    private List<TickerEvent> _ranked = [];
    private bool _renamed;
    private long _position;
    private Guid _generation;
    private volatile string _log = "";
    private volatile bool _following;

    /// <summary>Beats whenever <see cref="Position"/> has risen or the tables were rebuilt.</summary>
    public Pulse Advanced { get; } = new();

    /// <summary>Ends when the position is known for the first time.</summary>
    public Task Ready => _ready.Task;

    /// <summary>True while the database answers.</summary>
    public bool Following => _following;

    /// <summary>Id of the last fact seen.</summary>
    public long Position => Interlocked.Read(ref _position);

    /// <summary>Which numbering of facts this is: eight hex digits; known once it is <see cref="Ready"/>.</summary>
    public string Log => _log;

    public Guid Generation
    {
        get
        {
            lock (_gate)
            {
                return _generation;
            }
        }
    }

    /// <summary>
    /// Looks through what memory has after a position, rising, at most <paramref name="limit"/>, without a lock: a place holds its event from before the
    /// position passes it until another event, which has another id, takes it.
    /// </summary>
    /// <returns>the position looked up to; null when the first of it is no longer in memory</returns>
    public long? TryAfter(long after, int limit, Func<TickerEvent, bool> look)
    {
        var upTo = Math.Min(Position, after + limit);
        for (var id = after + 1; id <= upTo; id++)
        {
            if (Volatile.Read(ref _ring[id % Capacity]) is not { } e || e.Id != id)
            {
                return id == after + 1 ? null : id - 1;
            }

            if (!look(e))
            {
                return id - 1;
            }
        }

        return Math.Max(after, upTo);
    }

    /// <summary>Looks through what memory has before a position, falling, until <paramref name="look"/> has enough.</summary>
    /// <returns>the last that was looked at; <paramref name="before"/> when memory does not have the one before it</returns>
    public long Before(long before, Func<TickerEvent, bool> look)
    {
        for (; before > 1 && Volatile.Read(ref _ring[(before - 1) % Capacity]) is { } e && e.Id == before - 1; before--)
        {
            if (!look(e))
            {
                return before - 1;
            }
        }

        return before;
    }

    /// <summary>Waits until the position has been reached: of what is committed it is, as soon as the database tells.</summary>
    public async Task ReachAsync(long position, CancellationToken cancellationToken)
    {
        for (var advanced = Advanced.Next; Position < position; advanced = Advanced.Next)
        {
            if (Position < position)
            {
                await advanced.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>Takes what has become stale since the last call, and the position up to which that is complete.</summary>
    internal News Take()
    {
        lock (_gate)
        {
            var news = new News([.. _dirty], _ranked, _renamed, _position, _generation);
            _dirty.Clear();
            _ranked = [];
            _renamed = false;
            return news;
        }
    }

    /// <param name="Dirty">hours whose numbers have changed</param>
    /// <param name="Ranked">facts that count in top lists, rising</param>
    /// <param name="Renamed">true: the register of institutions is another</param>
    internal sealed record News(HashSet<DirtyHour> Dirty, List<TickerEvent> Ranked, bool Renamed, long Position, Guid Generation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var pause = TimeSpan.FromMilliseconds(100);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                await FollowAsync(connection, () => pause = TimeSpan.FromMilliseconds(100), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (_following)
                {
                    LogLost(e.Message);
                }

                _following = false;
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = TimeSpan.FromMilliseconds(Math.Min(5000, pause.TotalMilliseconds * 2));
            }
        }
    }

    private async Task FollowAsync(NpgsqlConnection connection, Action onContact, CancellationToken cancellationToken)
    {
        var rebuilt = false;
        connection.Notification += (_, n) => rebuilt |= n.Payload == FoldStore.Rebuilt;
        await connection.ExecuteAsync(new CommandDefinition($"listen {FoldStore.Channel}", cancellationToken: cancellationToken));
        await LoadGenerationAsync(connection, cancellationToken);
        if (!_ready.Task.IsCompleted)
        {
            await StartAsync(connection, cancellationToken);
        }

        _following = true;
        onContact();
        while (true)
        {
            var events = await FactReader.AfterAsync(connection, Position, Page, cancellationToken);
            if (events.Exists(e => Renames.Contains(e.Type)))
            {
                await register.LoadAsync(connection, cancellationToken);
            }

            if (rebuilt)
            {
                rebuilt = false;
                await LoadGenerationAsync(connection, cancellationToken);
                Advanced.Beat();
            }

            if (events.Count > 0)
            {
                Append(events);
                Advanced.Beat();
            }

            if (events.Count < Page)
            {
                await connection.WaitAsync(Poll, cancellationToken);
            }
        }
    }

    private async Task StartAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await register.LoadAsync(connection, cancellationToken);
        var (position, log) = await connection.QuerySingleAsync<(long, Guid)>(
            new CommandDefinition("select last, log from cockpit.position", cancellationToken: cancellationToken)
        );
        _log = log.ToString("N")[..8];
        // Enough that a page opened right after a restart is not empty.
        var from = Math.Max(0, position - Page);
        Interlocked.Exchange(ref _position, from);
        Append(await FactReader.AfterAsync(connection, from, Page, cancellationToken));
        _ready.TrySetResult();
    }

    private async Task LoadGenerationAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var generation = await connection.ExecuteScalarAsync<Guid>(
            new CommandDefinition("select generation from cockpit.position", cancellationToken: cancellationToken)
        );
        lock (_gate)
        {
            _generation = generation;
        }
    }

    private void Append(List<TickerEvent> events)
    {
        lock (_gate)
        {
            foreach (var e in events)
            {
                Volatile.Write(ref _ring[e.Id % Capacity], e);
                Interlocked.Exchange(ref _position, e.Id);
                AddDirty(e);
                _renamed |= Renames.Contains(e.Type);
                if (TopLists.Counts(e.Type))
                {
                    _ranked.Add(e);
                }
            }
        }
    }

    private void AddDirty(TickerEvent e)
    {
        var (day, hour) = RegionHour.Of(e.OccurredAt);
        foreach (var scope in Tally.ScopesOf(e.Region, e.Institution, e.Centre))
        {
            _dirty.Add(new(scope, day, hour));
        }

        foreach (var touched in e.Touched?.Split(' ') ?? [])
        {
            _dirty.Add(DirtyHour.Parse(touched));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away, the live stream waits for it: {Reason}")]
    private partial void LogLost(string reason);
}
