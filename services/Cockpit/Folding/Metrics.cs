using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// What is counted of events (指标口径): from each fact, how much of what. A counter is the sum of these rows, or of <see cref="JourneyReading"/>'s, and
/// nothing else; the records behind a number are the facts whose rows made it.
/// </summary>
public static partial class Metrics
{
    /// <summary>Every event, of whatever type.</summary>
    public const string Events = "events";

    /// <summary>Prescriptions (and revisions of them) accepted.</summary>
    public const string Received = "received";

    /// <summary>Audits that did not let the prescription pass by itself: double signature, resolution or block.</summary>
    public const string Intercepted = "intercepted";
    public const string Dispensed = "dispensed";
    public const string Decocted = "decocted";
    public const string Delivered = "delivered";
    public const string Traced = "traced";

    /// <summary>Events of <see cref="Folding.Alarms"/>.</summary>
    public const string Alarms = "alarms";

    /// <summary>Trace records that the steps of prescriptions call for …</summary>
    public const string TraceDue = "trace-due";

    /// <summary>… and those that are in the log.</summary>
    public const string TraceThere = "trace-there";

    /// <summary>Those that the day's curve is drawn from.</summary>
    public static readonly string[] Hourly = [Events, Received, Intercepted, "approved", Dispensed, Decocted, Delivered, Traced, Alarms];

    private static readonly FrozenDictionary<string, Row[]> Rows = Table()
        .GroupBy(r => r.Type, r => r.Row)
        .ToFrozenDictionary(g => g.Key, g => g.ToArray());

    /// <summary>Names of everything that is counted.</summary>
    public static readonly FrozenSet<string> All = Rows
        .Values.SelectMany(rows => rows.Select(r => r.Metric))
        .Concat(JourneyReading.Anchors.Keys)
        .Append(Events)
        .Append(Alarms)
        .ToFrozenSet();

    /// <summary>Changes when the tables of what is counted do; numbers made under another are recomputed.</summary>
    public static readonly string Shape = Convert.ToHexStringLower(
        SHA256
            .HashData(
                Encoding.UTF8.GetBytes(
                    string.Join(
                        '|',
                        Rows.SelectMany(t => t.Value.Select(r => $"{t.Key}:{r.Metric}"))
                            .Concat(JourneyReading.Measures.Select(m => m.Name))
                            .Concat(JourneyReading.Anchors.Keys)
                            .Concat(RankingLists.Sources.Keys)
                            .Concat(Folding.Alarms.Types)
                            .Order(StringComparer.Ordinal)
                    )
                )
            )
            .AsSpan(0, 8)
    );

    public static void Count<TSink>(Fact fact, ref TSink sink)
        where TSink : IMetricSink, allows ref struct
    {
        sink.Add(Events, 1);
        if (fact.Alarm > 0)
        {
            sink.Add(Alarms, 1);
        }

        if (Rows.TryGetValue(fact.Type, out var rows))
        {
            foreach (var row in rows)
            {
                sink.Add(row.Metric, row.Of(fact));
            }
        }
    }

    /// <summary>Types of the events that a metric is counted from; empty when there is no such metric here. Null: all of them.</summary>
    public static string[]? TypesOf(string metric) =>
        metric switch
        {
            Events => null,
            Alarms => [.. Folding.Alarms.Types],
            _ => [.. Rows.Where(t => t.Value.Any(r => r.Metric == metric)).Select(t => t.Key)],
        };

    private static (string Type, Row Row)[] On<TEvent>(params (string Metric, Func<Fact, long> Of)[] rows)
        where TEvent : Event => Array.ConvertAll(rows, r => (typeof(TEvent).Name, new Row(r.Metric, r.Of)));

    private static (string Type, Row Row)[] Each<TEvent>(string metric)
        where TEvent : Event => On<TEvent>((metric, One));

    private static long One(Fact fact) => 1;

    private sealed record Row(string Metric, Func<Fact, long> Of);
}

/// <summary>Takes the contributions of a fact; a contribution of 0 makes no row.</summary>
public interface IMetricSink
{
    void Add(string metric, long value);
}
