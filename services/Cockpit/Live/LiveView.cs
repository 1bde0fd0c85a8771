using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using StackExchange.Redis;
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
    private bool _allOwed;
    private bool _wasUp = true;

    internal LiveView(FactTail tail, LiveStore live, NpgsqlDataSource database, TimeProvider time, ILogger<LiveView> logger) =>
        (_tail, _live, _database, _time, _logger) = (tail, live, database, time, logger);

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
        if (!await _live.TryConnectAsync(cancellationToken))
        {
            NoteUp(false, "no connection");
            _live.Distrust();
            _wholeDue = true;
            TakeNews(FirstDay());
            return TakeOwed();
        }

        if (!_live.IsTrusted)
        {
            // Readers go to PostgreSQL: they need not wait until Redis has taken all, or has not.
            _wholeDue = true;
            TakeNews(FirstDay());
            Tell(TakeOwed());
        }

        await using var moment = await Moment.OpenAsync(_database, cancellationToken);
        var first = FirstDay();
        // Then it is known of every hour that is in it whether it has changed.
        await _tail.ReachAsync(moment.Position, cancellationToken).WaitAsync(Patience, cancellationToken);
        var news = TakeNews(first);
        if (moment.Generation != _generation)
        {
            // Rebuilt between the two: the tail is about to hear of it.
            return [];
        }

        var (epoch, whole) = (_live.Epoch, _wholeDue);
        if (whole)
        {
            await WriteWholeAsync(moment, news, first, cancellationToken);
            _live.Trust(epoch);
            _wholeDue = false;
            _wholeAt = _time.GetTimestamp();
            NoteUp(true);
            _allOwed = true;
        }
        else
        {
            await WriteDirtyAsync(moment, first, cancellationToken);
            await WriteTopsAsync(all: false, cancellationToken);
        }

        // What is known to have changed since is not in the moment.
        var later = news.Position > moment.Position ? _owed.ToList() : [];
        var changed = TakeOwed();
        _owed.UnionWith(later);
        return changed;
    }

    private FactTail.News TakeNews(DateOnly first)
    {
        var news = _tail.Take();
        _owed.UnionWith(news.Dirty);
        _tops?.Add(news.Ranked, news.Position, first);
        _allOwed |= news.Renamed || news.Generation != _generation;
        _wholeDue |= news.Generation != _generation;
        _generation = news.Generation;
        return news;
    }

    private HashSet<Scope>? TakeOwed()
    {
        var scopes = _allOwed ? null : _owed.Select(h => h.Scope).ToHashSet();
        _owed.Clear();
        _allOwed = false;
        return scopes;
    }

    private async Task WriteWholeAsync(Moment moment, FactTail.News news, DateOnly first, CancellationToken cancellationToken)
    {
        var counters = await CounterStore.ReadSinceAsync(moment, first, cancellationToken);
        var standing = await CounterStore.ReadStandingAsync(moment, null, cancellationToken);
        await WriteAsync(counters, whole: true, standing, moment.Position, cancellationToken);
        if (_tops is null || _tops.Generation != _generation)
        {
            _tops = await TopLists.LoadAsync(moment, first, cancellationToken);
            // What was committed since the moment was told already, and is not told again.
            _tops.Add(news.Ranked, news.Position, first);
        }

        await WriteTopsAsync(all: true, cancellationToken);
    }

    private async Task WriteDirtyAsync(Moment moment, DateOnly first, CancellationToken cancellationToken)
    {
        if (_owed.Count == 0)
        {
            return;
        }

        var counters = await CounterStore.ReadHoursAsync(moment, [.. _owed.Where(h => h.Day >= first)], cancellationToken);
        // Also of scopes in which only an older day has changed: who stands where is of no day.
        var scopes = _owed.Select(h => h.Scope).ToHashSet();
        var standing = await CounterStore.ReadStandingAsync(moment, scopes, cancellationToken);
        var absent = await WriteAsync(counters, whole: false, standing, moment.Position, cancellationToken);
        if (absent.Count > 0)
        {
            // A scope's first event of the day, or Redis was emptied: all hours of that day.
            var days = absent.SelectMany(a => Enumerable.Range(0, 24).Select(h => new DirtyHour(a.Scope, a.Day, (short)h))).ToList();
            var all = await CounterStore.ReadHoursAsync(moment, days, cancellationToken);
            await WriteAsync(all, whole: true, [], moment.Position, cancellationToken);
        }
    }

    /// <param name="standing">always all stages of a scope</param>
    /// <returns>the days that a part was offered for but are not there to take it</returns>
    private async Task<List<(Scope Scope, DateOnly Day)>> WriteAsync(
        List<LiveRow> counters,
        bool whole,
        List<StandingRow> standing,
        long position,
        CancellationToken cancellationToken
    )
    {
        var days = counters
            .GroupBy(c => (c.Scope, c.Day))
            .Select(g =>
                (
                    g.Key.Scope,
                    Day: (DateOnly?)g.Key.Day,
                    Hash: new LiveStore.LiveHash(
                        LiveStore.DayKey(_generation, g.Key.Scope, g.Key.Day),
                        whole,
                        [.. g.Select(c => (c.Field, c.Value))],
                        g.Max(c => c.LastFact)
                    )
                )
            );
        var stages = standing
            .GroupBy(s => s.Scope)
            .Select(g =>
                (
                    Scope: g.Key,
                    Day: (DateOnly?)null,
                    Hash: new LiveStore.LiveHash(
                        LiveStore.StandingKey(_generation, g.Key),
                        true,
                        [.. g.Select(s => (((short)s.Stage).ToString(CultureInfo.InvariantCulture), (RedisValue)s.Value))],
                        g.Max(s => s.LastFact)
                    )
                )
            );
        var scopes = days.Concat(stages).GroupBy(h => h.Scope, (_, hashes) => hashes.ToList()).ToList();
        var writes = scopes.ConvertAll(hashes => _live.WriteAsync(hashes.ConvertAll(h => h.Hash), position));
        var done = await Task.WhenAll(writes).WaitAsync(Patience, cancellationToken);
        return
        [
            .. scopes.SelectMany((hashes, s) => hashes.Where((_, h) => !done[s][h])).Select(absent => (absent.Scope, absent.Day!.Value)),
        ];
    }

    private async Task WriteTopsAsync(bool all, CancellationToken cancellationToken)
    {
        var tops = _tops!;
        var writes = tops.Take(all)
            .Select(day =>
                _live.WriteAsync(
                    [
                        new(
                            LiveStore.TopsKey(tops.Generation, day.Scope, day.Day),
                            IsWhole: true,
                            [.. day.Heads.Select(l => (l.List, LiveStore.Pack(l.Head)))],
                            tops.Position
                        ),
                    ],
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
