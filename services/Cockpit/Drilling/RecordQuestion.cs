using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Drilling;

/// <summary>
/// Which facts are behind a number (钻取), and what each gave to it. Nothing is defined twice: a candidate is a record when the very functions that count
/// say that it counted.
/// </summary>
/// <param name="Types">Types that can be; null: all.</param>
/// <param name="ByJourney">true: it is the journey's scopes that it counts for, not the event's own</param>
/// <param name="ValueOf">null: not behind this number</param>
internal sealed record RecordQuestion(string Name, string[]? Types, bool ByJourney, Func<Fact, Journey?, RecordValue?> ValueOf)
{
    /// <summary>A total's name, <c>rate:NAME</c> or <c>time:MEASURE</c>; null when there is no such number.</summary>
    public static RecordQuestion? OfMetric(string text)
    {
        switch (text.Split(':', 2))
        {
            case ["time", var name] when JourneyReading.Measures.FirstOrDefault(m => m.Name == name) is { } measure:
                return new(text, [measure.Anchor], true, (fact, journey) => Timed(measure, fact, journey));
            case ["rate", var name] when Rate.All.FirstOrDefault(r => r.Name == name) is { } rate:
                return OfRate(text, rate);
            case [var metric] when JourneyReading.Anchors.TryGetValue(metric, out var anchor):
                return new(metric, [anchor], true, (fact, journey) => Counted(metric, fact, journey) is var n and > 0 ? new(n) : null);
            case [var metric] when Metrics.All.Contains(metric):
                return new(metric, Metrics.TypesOf(metric), false, (fact, _) => Summed(metric, fact) is var n and not 0 ? new(n) : null);
            default:
                return null;
        }
    }

    /// <summary>An entry of a top list; the value is its weight there.</summary>
    public static RecordQuestion? OfRanking(string list, string topic) =>
        RankingLists.Sources.TryGetValue(list, out var type)
            ? new(
                $"{list}:{topic}",
                [type],
                false,
                (fact, _) =>
                {
                    var sink = new TopicSink(list, topic);
                    if (fact is { Region: not null, Institution: not null })
                    {
                        RankingLists.Read(fact, sink);
                    }

                    return sink.Found ? new(sink.Amount) : null;
                }
            )
            : null;

    /// <summary>Prescriptions that were sent this way.</summary>
    public static RecordQuestion OfFlow(string? institution, string? centre, string? district) =>
        new(
            "flow",
            [nameof(PrescriptionRouted)],
            true,
            (fact, journey) =>
                journey is { District: not null, Centre: not null }
                && journey.RoutedVersion == fact.Version
                && journey.Revision == fact.Revision
                && (institution is null || journey.Institution == institution)
                && (centre is null || journey.Centre == centre)
                && (district is null || journey.District == district)
                    ? new(1)
                    : null
        );

    private static RecordQuestion OfRate(string text, Rate rate)
    {
        var whole = OfMetric(rate.Whole)!;
        var part = OfMetric(rate.Part)!;
        // Where the share is of other events, a record of the whole can't say whether it is part.
        var together = whole.Types is { } types && part.Types is { } others && types.SequenceEqual(others);
        return whole with
        {
            Name = text,
            ValueOf = (fact, journey) =>
                whole.ValueOf(fact, journey) is not { } all ? null
                : !together ? new(null)
                : (part.ValueOf(fact, journey)?.Amount ?? 0) is var some && rate.Rest ? new(all.Amount - some)
                : new(some),
        };
    }

    private static RecordValue? Timed(Measure measure, Fact fact, Journey? journey) =>
        journey is not null
        && measure.To(journey) == fact.OccurredAt.ToUnixTimeMilliseconds()
        && JourneyReading.Duration(journey, measure) is { } duration
            ? new(TimeView.Seconds(duration))
            : null;

    private static long Counted(string metric, Fact fact, Journey? journey)
    {
        var sink = new CountSink(metric, fact.OccurredAt.ToUnixTimeMilliseconds());
        if (journey is not null)
        {
            JourneyReading.Read(journey, sink);
        }

        return sink.Count;
    }

    private static long Summed(string metric, Fact fact)
    {
        var sink = new SumSink(metric);
        Metrics.Count(fact, ref sink);
        return sink.Sum;
    }

    private struct SumSink(string metric) : IMetricSink
    {
        public long Sum { get; private set; }

        public void Add(string name, long value) => Sum += name == metric ? value : 0;
    }

    private sealed class CountSink(string metric, long at) : IJourneySink
    {
        public long Count { get; private set; }

        void IJourneySink.Count(string name, long when) => Count += name == metric && when == at ? 1 : 0;

        public void Time(string measure, long when, long milliseconds) { }

        public void Flow(string centre, string district, long when) { }
    }

    private sealed class TopicSink(string list, string topic) : IRankingSink
    {
        public bool Found { get; private set; }

        public long Amount { get; private set; }

        public void Add(string name, string entry, long amount)
        {
            if (name == list && entry == topic)
            {
                (Found, Amount) = (true, Amount + amount);
            }
        }
    }
}

/// <param name="Amount">what the record gave; null: that cannot be said of a single one</param>
internal readonly record struct RecordValue(double? Amount);
