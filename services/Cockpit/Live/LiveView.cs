using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Live;

/// <summary>
/// Brings what was committed into the live view, at most twice a second (实时刷新), and tells the streams that new numbers can be
/// read. Today's and yesterday's hours are kept there; older days are read where they are true.
/// </summary>
public sealed partial class LiveView : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Everything is written again this often, as the net under all the rest.</summary>
    private static readonly TimeSpan WholeEvery = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly FactTail _tail;
    private readonly LiveStore _live;
    private readonly CounterStore _store;
    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly ILogger<LiveView> _logger;
    private readonly HashSet<DirtyHour> _owed = [];
    private readonly ConcurrentDictionary<Scope, long> _changed = new();
    private TopLists? _tops;
    private Guid _generation;
    private long _flushes;
    private long _allChanged;
    private long _wholeAt;
    private bool _wholeDue = true;
    private bool _wasUp = true;

    internal LiveView(
        FactTail tail,
        LiveStore live,
        CounterStore store,
        NpgsqlDataSource database,
        TimeProvider time,
        ILogger<LiveView> logger
    ) => (_tail, _live, _store, _database, _time, _logger) = (tail, live, store, database, time, logger);

    /// <summary>The refresh in which this scope's numbers last changed; what was read under an older one may have changed.</summary>
    public long VersionOf(Scope scope) => Math.Max(Interlocked.Read(ref _allChanged), _changed.GetValueOrDefault(scope));

    public Pulse Refreshed { get; } = new();

    /// <summary>Degraded, not unhealthy, when Redis is away or cannot be written: everything still works, from PostgreSQL.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            _live.IsTrusted
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded("Redis is away or not up to date: the cockpit reads PostgreSQL.")
        );

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var advanced = _tail.Advanced.Next;
            // Null: everything.
            HashSet<Scope>? changed = null;
            try
            {
                await _tail.Ready.WaitAsync(stoppingToken);
                if (_time.GetElapsedTime(_wholeAt) > WholeEvery)
                {
                    _wholeDue = true;
                }

                changed = await RefreshAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _wholeDue = true;
                _live.Distrust();
                NoteUp(false, e.Message);
            }

            // Streams read on also when Redis could not be written: then from PostgreSQL.
            Tell(changed);
            await Task.Delay(Interval, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAny(advanced, Task.Delay(TimeSpan.FromSeconds(1), _time, stoppingToken));
        }
    }

    private void Tell(HashSet<Scope>? changed)
    {
        if (changed is { Count: 0 })
        {
            return;
        }

        var version = ++_flushes;
        if (changed is null)
        {
            Interlocked.Exchange(ref _allChanged, version);
        }
        else
        {
            foreach (var scope in changed)
            {
                _changed[scope] = version;
            }
        }

        Refreshed.Beat();
    }

    /// <returns>the scopes that may be shown otherwise now; null: all</returns>
    private async Task<HashSet<Scope>?> RefreshAsync(CancellationToken cancellationToken)
    {
        var (dirty, ranked, renamed, position, generation) = _tail.Take();
        _owed.UnionWith(dirty);
        _tops?.Add(ranked, position, FirstDay());
        var all = renamed || generation != _generation;
        if (generation != _generation)
        {
            _generation = generation;
            _wholeDue = true;
        }

        if (!await _live.TryConnectAsync(cancellationToken))
        {
            NoteUp(false, "no connection");
            _live.Distrust();
            _wholeDue = true;
            return TakeOwed(all);
        }

        if (!_wholeDue && _live.IsTrusted)
        {
            await WriteDirtyAsync(position, cancellationToken);
            await WriteTopsAsync(all: false, cancellationToken);
            return TakeOwed(all);
        }

        var epoch = _live.Epoch;
        await WriteWholeAsync(position, cancellationToken);
        _owed.Clear();
        _live.Trust(epoch);
        _wholeDue = false;
        _wholeAt = _time.GetTimestamp();
        NoteUp(true);
        return null;
    }

    private HashSet<Scope>? TakeOwed(bool all)
    {
        var scopes = _owed.Select(h => h.Scope).ToHashSet();
        _owed.Clear();
        return all ? null : scopes;
    }

    private async Task WriteWholeAsync(long position, CancellationToken cancellationToken)
    {
        var counters = await _store.ReadSinceAsync(FirstDay(), cancellationToken);
        await WriteCountersAsync(counters, whole: true, position, cancellationToken);
        await WriteStandingAsync(await _store.ReadStandingAsync(null, cancellationToken), position, cancellationToken);
        if (_tops is null || _tops.Generation != _generation)
        {
            _tops = await TopLists.LoadAsync(_database, FirstDay(), cancellationToken);
        }

        await WriteTopsAsync(all: true, cancellationToken);
    }

    private async Task WriteDirtyAsync(long position, CancellationToken cancellationToken)
    {
        var first = FirstDay();
        var hours = _owed.Where(h => h.Day >= first).ToList();
        if (hours.Count == 0)
        {
            return;
        }

        var counters = await _store.ReadHoursAsync(hours, cancellationToken);
        var absent = await WriteCountersAsync(counters, whole: false, position, cancellationToken);
        if (absent.Count > 0)
        {
            // A scope's first event of the day, or Redis was emptied: all hours of that day.
            var days = absent.SelectMany(a => Enumerable.Range(0, 24).Select(h => new DirtyHour(a.Scope, a.Day, (short)h))).ToList();
            await WriteCountersAsync(await _store.ReadHoursAsync(days, cancellationToken), whole: true, position, cancellationToken);
        }

        var scopes = hours.Select(h => h.Scope).ToHashSet();
        await WriteStandingAsync(await _store.ReadStandingAsync(scopes, cancellationToken), position, cancellationToken);
    }

    /// <returns>the days that a part was offered for but are not there to take it</returns>
    private async Task<List<(Scope Scope, DateOnly Day)>> WriteCountersAsync(
        List<LiveRow> counters,
        bool whole,
        long position,
        CancellationToken cancellationToken
    )
    {
        var days = counters.GroupBy(c => (c.Scope, c.Day)).ToList();
        var writes = days.ConvertAll(g =>
            _live.WriteAsync(
                LiveStore.DayKey(_generation, g.Key.Scope, g.Key.Day),
                whole,
                position,
                g.Select(c => (c.Field, c.Value)),
                g.Max(c => c.LastFact)
            )
        );
        var done = await Task.WhenAll(writes).WaitAsync(Patience, cancellationToken);
        return [.. days.Where((_, i) => !done[i]).Select(g => g.Key)];
    }

    private async Task WriteStandingAsync(List<StandingRow> standing, long position, CancellationToken cancellationToken)
    {
        // Always all stages of a scope.
        var writes = standing
            .GroupBy(s => s.Scope)
            .Select(g =>
                _live.WriteAsync(
                    LiveStore.StandingKey(_generation, g.Key),
                    true,
                    position,
                    g.Select(s =>
                        (
                            ((short)s.Stage).ToString(System.Globalization.CultureInfo.InvariantCulture),
                            (StackExchange.Redis.RedisValue)s.Value
                        )
                    ),
                    g.Max(s => s.LastFact)
                )
            )
            .ToList();
        await Task.WhenAll(writes).WaitAsync(Patience, cancellationToken);
    }

    private async Task WriteTopsAsync(bool all, CancellationToken cancellationToken)
    {
        var tops = _tops!;
        var writes = tops.Take(all)
            .Select(day =>
                _live.WriteAsync(
                    LiveStore.TopsKey(tops.Generation, day.Scope, day.Day),
                    whole: true,
                    tops.Position,
                    day.Heads.Select(l => (l.List, LiveStore.Pack(l.Head))),
                    tops.Position
                )
            )
            .ToList();
        await Task.WhenAll(writes).WaitAsync(Patience, cancellationToken);
    }

    private DateOnly FirstDay() => RegionTime.DayOf(_time.GetUtcNow()).AddDays(-1);

    private void NoteUp(bool up, string reason = "")
    {
        if (up != _wasUp)
        {
            _wasUp = up;
            if (up)
            {
                LogBack();
            }
            else
            {
                LogAway(reason);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The live view cannot be kept up to date, the cockpit reads PostgreSQL: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The live view was written anew and is up to date")]
    private partial void LogBack();
}
