using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Contracts;
using TcmBrain.Exchange;

namespace TcmBrain.Cockpit.Reading;

/// <summary>
/// The answers that are being looked at (看板): each is read and rendered once per refresh of the live view, however many callers and streams
/// want it, and from Redis while that is there.
/// </summary>
public sealed class Board
{
    private static readonly TimeSpan RankingAge = TimeSpan.FromSeconds(1);
    private const int Most = 2000;

    private readonly FactTail _tail;
    private readonly LiveView _view;
    private readonly LiveStore _live;
    private readonly CounterStore _counters;
    private readonly RankingStore _rankings;
    private readonly InstitutionRegister _register;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(bool Ranking, Scope Scope, DateOnly Day), Entry> _entries = new();

    internal Board(
        FactTail tail,
        LiveView view,
        LiveStore live,
        CounterStore counters,
        RankingStore rankings,
        InstitutionRegister register,
        TimeProvider time
    ) => (_tail, _view, _live, _counters, _rankings, _register, _time) = (tail, view, live, counters, rankings, register, time);

    /// <summary>Today in Asia/Shanghai.</summary>
    public DateOnly Today => RegionTime.DayOf(_time.GetUtcNow());

    public Task<Rendered> SummaryAsync(Scope scope, DateOnly day, CancellationToken cancellationToken) =>
        GetAsync((false, scope, day), TimeSpan.Zero, () => RenderSummaryAsync(scope, day), cancellationToken);

    /// <summary>At most a second older than the summary.</summary>
    public Task<Rendered> RankingsAsync(Scope scope, DateOnly day, CancellationToken cancellationToken) =>
        GetAsync((true, scope, day), RankingAge, () => RenderRankingsAsync(scope, day), cancellationToken);

    private async Task<Rendered> GetAsync(
        (bool, Scope, DateOnly) key,
        TimeSpan age,
        Func<Task<Rendered>> render,
        CancellationToken cancellationToken
    )
    {
        var flush = _view.Flushes;
        var now = _time.GetTimestamp();
        if (_entries.Count > Most)
        {
            _entries.Clear();
        }

        var known = _entries.TryGetValue(key, out var entry);
        if (!known || (entry!.Flush != flush && _time.GetElapsedTime(entry.At, now) >= age) || entry.Answer.IsFaulted)
        {
            var fresh = new Entry(flush, now, new Lazy<Task<Rendered>>(render));
            // Whoever loses the race takes the winner's reading.
            var won = known ? _entries.TryUpdate(key, fresh, entry!) : _entries.TryAdd(key, fresh);
            entry = won ? fresh : _entries.GetValueOrDefault(key) ?? fresh;
        }

        return await entry.Answer.WaitAsync(cancellationToken);
    }

    private async Task<Rendered> RenderSummaryAsync(Scope scope, DateOnly day)
    {
        var numbers = await _live.ReadAsync(_tail.Generation, scope, day) ?? await _counters.ReadAsync(scope, day, CancellationToken.None);
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var hours = Metrics.Hourly.ToDictionary(m => m, _ => new long[24]);
        foreach (var (hour, metric, value) in numbers.Hours)
        {
            totals[metric] = totals.GetValueOrDefault(metric) + value;
            if (hours.TryGetValue(metric, out var curve))
            {
                curve[hour] += value;
            }
        }

        var standing = numbers.Standing.OrderBy(s => s.Key).ToDictionary(s => Stages.Name(s.Key), s => s.Value);
        return Render(new SummaryView(View(scope), day, numbers.AsOf, numbers.Source, totals, hours, standing));
    }

    private async Task<Rendered> RenderRankingsAsync(Scope scope, DateOnly day) =>
        Render(await _rankings.ReadAsync(scope, day, CancellationToken.None));

    private ScopeView View(Scope scope)
    {
        var card = scope.Kind == Scope.RegionKind ? null : _register.Find(scope.Code);
        var kind = scope.Kind switch
        {
            Scope.RegionKind => "region",
            Scope.InstitutionKind => "institution",
            _ => "centre",
        };
        return new(kind, scope.Code, card?.NameZh, card?.NameEn);
    }

    private static Rendered Render<T>(T view)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(view, EventJson.Options);
        return new(json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 12))}\"");
    }

    private sealed class Entry(long flush, long at, Lazy<Task<Rendered>> answer)
    {
        public long Flush => flush;

        public long At => at;

        public Task<Rendered> Answer => answer.Value;
    }
}
