using System.Collections.Concurrent;
using System.Text.Json;
using TcmBrain.Cockpit.Access;
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
    private static readonly TimeSpan ViewAge = TimeSpan.FromSeconds(1);
    private const int Most = 4000;

    /// <summary>Answers that say something of their scope alone.</summary>
    private static readonly HashSet<string> Shown = ["summary", "rankings", "flows"];

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

    /// <param name="fresh">false: may be a second older than the summary</param>
    public Task<Rendered> RankingsAsync(Scope scope, DateOnly day, CancellationToken cancellationToken, bool fresh = false) =>
        GetAsync(("rankings", scope, day), fresh ? TimeSpan.Zero : ViewAge, () => RenderRankingsAsync(scope, day), cancellationToken);

    /// <inheritdoc cref="RankingsAsync"/>
    public Task<Rendered> FlowsAsync(Scope scope, DateOnly day, CancellationToken cancellationToken, bool fresh = false) =>
        GetAsync(
            ("flows", scope, day),
            fresh ? TimeSpan.Zero : ViewAge,
            async () => Render(await _flows.ReadAsync(scope, day, CancellationToken.None)),
            cancellationToken
        );

    /// <summary>Any other view: may be a second older than the summary, and is read once for all who want it.</summary>
    public Task<Rendered> ViewAsync<T>(string what, Scope scope, DateOnly day, Func<Task<T>> read, CancellationToken cancellationToken)
        where T : notnull => GetAsync((what, scope, day), ViewAge, async () => Render(await read()), cancellationToken);

    private async Task<Rendered> GetAsync(
        (string What, Scope Scope, DateOnly Day) key,
        TimeSpan age,
        Func<Task<Rendered>> render,
        CancellationToken cancellationToken
    )
    {
        // Taken before reading, so that what comes meanwhile is read the next time.
        var version = VersionOf(key.What, key.Scope);
        var now = _time.GetTimestamp();
        if (_entries.Count > Most)
        {
            _entries.Clear();
        }

        var known = _entries.TryGetValue(key, out var entry);
        if (!known || (entry!.Version != version && _time.GetElapsedTime(entry.At, now) >= age) || entry.Answer.IsFaulted)
        {
            var fresh = new Entry(version, now, new Lazy<Task<Rendered>>(render));
            // Whoever loses the race takes the winner's reading.
            var won = known ? _entries.TryUpdate(key, fresh, entry!) : _entries.TryAdd(key, fresh);
            entry = won ? fresh : _entries.GetValueOrDefault(key) ?? fresh;
        }

        return await entry.Answer.WaitAsync(cancellationToken);
    }

    /// <summary>A map shows others than its scope: institutions by what has no region. Whatever happens changes what is everywhere.</summary>
    private long VersionOf(string what, Scope scope) => _view.VersionOf(Shown.Contains(what) ? scope : Scope.Everywhere);

    private async Task<Rendered> RenderRankingsAsync(Scope scope, DateOnly day) =>
        Render(
            await _live.ReadTopsAsync(_tail.Generation, scope, day) is { } lists
                ? _rankings.View(day, lists)
                : await _rankings.ReadAsync(scope, day, CancellationToken.None)
        );

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
        return new(json, KnownTag.Of(json));
    }

    private sealed class Entry(long version, long at, Lazy<Task<Rendered>> answer)
    {
        public long Version => version;

        public long At => at;

        public Task<Rendered> Answer => answer.Value;
    }
}
