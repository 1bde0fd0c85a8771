using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Live;
using TcmBrain.Contracts;
using TcmBrain.Exchange;

namespace TcmBrain.Cockpit.Reading;

/// <summary>
/// The answers that are being looked at (看板): each is read and rendered once per change of its scope, however many callers and streams
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
    private readonly FlowStore _flows;
    private readonly ConcurrentDictionary<(string What, Scope Scope, DateOnly Day), Entry> _entries = new();

    internal Board(
        FactTail tail,
        LiveView view,
        LiveStore live,
        CounterStore counters,
        RankingStore rankings,
        FlowStore flows,
        InstitutionRegister register,
        TimeProvider time
    ) =>
        (_tail, _view, _live, _counters, _rankings, _flows, _register, _time) = (
            tail,
            view,
            live,
            counters,
            rankings,
            flows,
            register,
            time
        );

    /// <summary>Today in Asia/Shanghai.</summary>
    public DateOnly Today => RegionTime.DayOf(_time.GetUtcNow());

    public Task<Rendered> SummaryAsync(Scope scope, DateOnly day, CancellationToken cancellationToken) =>
        GetAsync(("summary", scope, day), TimeSpan.Zero, () => RenderSummaryAsync(scope, day), cancellationToken);

    /// <summary>At most a second older than the summary.</summary>
    public Task<Rendered> RankingsAsync(Scope scope, DateOnly day, CancellationToken cancellationToken) =>
        ViewAsync(
            "rankings",
            scope,
            day,
            async () =>
                await _live.ReadTopsAsync(_tail.Generation, scope, day) is { } lists
                    ? _rankings.View(day, lists)
                    : await _rankings.ReadAsync(scope, day, CancellationToken.None),
            cancellationToken
        );

    /// <inheritdoc cref="RankingsAsync"/>
    public Task<Rendered> FlowsAsync(Scope scope, DateOnly day, CancellationToken cancellationToken) =>
        ViewAsync("flows", scope, day, () => _flows.ReadAsync(scope, day, CancellationToken.None), cancellationToken);

    /// <summary>Any other view: at most a second older than the summary, and read once for all who want it.</summary>
    public Task<Rendered> ViewAsync<T>(string what, Scope scope, DateOnly day, Func<Task<T>> read, CancellationToken cancellationToken)
        where T : notnull => GetAsync((what, scope, day), RankingAge, async () => Render(await read()), cancellationToken);

    private async Task<Rendered> GetAsync(
        (string What, Scope Scope, DateOnly Day) key,
        TimeSpan age,
        Func<Task<Rendered>> render,
        CancellationToken cancellationToken
    )
    {
        // Taken before reading, so that what comes meanwhile is read the next time.
        var flush = _view.VersionOf(key.Scope);
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
        var rates = Rate.All.ToDictionary(r => r.Name, r => r.Of(metric => totals.GetValueOrDefault(metric)));
        var times = JourneyReading
            .Measures.Select(m => (m.Name, Time: numbers.TurnRounds.TryGetValue(m.Name, out var sketch) ? TimeView.Of(sketch) : null))
            .Where(t => t.Time is not null)
            .ToDictionary(t => t.Name, t => t.Time!);
        return Render(new SummaryView(View(scope), day, numbers.AsOf, numbers.Source, totals, hours, standing, rates, times));
    }

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

    internal static Rendered Render<T>(T view)
        where T : notnull
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(view, EventJson.Options);
        return new(json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 12))}\"", view);
    }

    private sealed class Entry(long flush, long at, Lazy<Task<Rendered>> answer)
    {
        public long Flush => flush;

        public long At => at;

        public Task<Rendered> Answer => answer.Value;
    }
}
