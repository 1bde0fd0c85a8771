using TcmBrain.Cockpit.Folding;

namespace TcmBrain.Cockpit.Reading;

/// <summary>What a map is coloured by: a total, <c>rate:NAME</c> or <c>p95:MEASURE</c>.</summary>
internal abstract record MapMeasure(string Name)
{
    public abstract Task<Dictionary<Scope, (double? Value, long? Part, long? Whole)>> ReadAsync(
        HistoryStore store,
        IReadOnlyCollection<Scope> scopes,
        DateOnly day,
        CancellationToken cancellationToken
    );

    /// <summary>Null when there is no such measure.</summary>
    public static MapMeasure? Parse(string text) =>
        text.Split(':', 2) switch
        {
            ["rate", var name] when Rate.All.FirstOrDefault(r => r.Name == name) is { } rate => new OfRate(text, rate),
            ["p95", var name] when JourneyReading.Measures.Any(m => m.Name == name) => new OfTime(text, name),
            [var metric] when Metrics.All.Contains(metric) => new OfTotal(metric),
            _ => null,
        };

    private sealed record OfTotal(string Metric) : MapMeasure(Metric)
    {
        public override async Task<Dictionary<Scope, (double? Value, long? Part, long? Whole)>> ReadAsync(
            HistoryStore store,
            IReadOnlyCollection<Scope> scopes,
            DateOnly day,
            CancellationToken cancellationToken
        ) =>
            (await store.TotalsAsync(scopes, [Metric], day, cancellationToken)).ToDictionary(
                g => g.Key,
                g => ((double?)g.Sum(v => v.Value), (long?)null, (long?)null)
            );
    }

    private sealed record OfRate(string Text, Rate Rate) : MapMeasure(Text)
    {
        public override async Task<Dictionary<Scope, (double? Value, long? Part, long? Whole)>> ReadAsync(
            HistoryStore store,
            IReadOnlyCollection<Scope> scopes,
            DateOnly day,
            CancellationToken cancellationToken
        ) =>
            (await store.TotalsAsync(scopes, [Rate.Part, Rate.Whole], day, cancellationToken))
                .Select(g => (g.Key, View: Rate.Of(metric => g.Where(v => v.Metric == metric).Sum(v => v.Value))))
                .Where(r => r.View.Whole > 0)
                .ToDictionary(r => r.Key, r => (r.View.Value, (long?)r.View.Part, (long?)r.View.Whole));
    }

    private sealed record OfTime(string Text, string Measure) : MapMeasure(Text)
    {
        public override async Task<Dictionary<Scope, (double? Value, long? Part, long? Whole)>> ReadAsync(
            HistoryStore store,
            IReadOnlyCollection<Scope> scopes,
            DateOnly day,
            CancellationToken cancellationToken
        ) =>
            (await store.SketchesAsync(scopes, Measure, day, cancellationToken)).ToDictionary(
                s => s.Key,
                s => ((double?)TimeView.Of(s.Value)?.P95, (long?)null, (long?)null)
            );
    }
}
