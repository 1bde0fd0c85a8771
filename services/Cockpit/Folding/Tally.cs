using System.Runtime.InteropServices;
using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Folding;

/// <summary>
/// The sums of any number of facts, in any order (归并), and what they tell of journeys. The fold adds a tally of a batch to the tables; the recomputation
/// is the tally of everything.
/// </summary>
public sealed class Tally
{
    private readonly Dictionary<CounterKey, long> _counters = [];
    private readonly Dictionary<RankingKey, RankingValue> _rankings = [];
    private readonly Dictionary<Guid, Journey> _journeys = [];

    public IReadOnlyDictionary<CounterKey, long> Counters => _counters;

    public IReadOnlyDictionary<RankingKey, RankingValue> Rankings => _rankings;

    /// <summary>What these facts tell, by prescription.</summary>
    public IReadOnlyDictionary<Guid, Journey> Journeys => _journeys;

    public void Add(Fact fact)
    {
        var (day, hour) = RegionHour.Of(fact.OccurredAt);
        foreach (var scope in ScopesOf(fact.Region, fact.Institution, fact.Centre))
        {
            var sink = new Sink(_counters, scope, day, hour);
            Metrics.Count(fact, ref sink);
        }

        if (fact is { Region: not null, Institution: not null })
        {
            RankingLists.Read(fact, new RankSink(_rankings, fact, day));
        }

        if (Journey.Of(fact) is { } told)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_journeys, fact.AggregateId, out var exists);
            if (exists)
            {
                known!.Join(told);
            }
            else
            {
                known = told;
            }
        }
    }

    /// <summary>What all journeys of this tally contribute, known of nothing before.</summary>
    public Contributions Contributions()
    {
        var contributions = new Contributions();
        foreach (var journey in _journeys.Values)
        {
            contributions.Add(journey, 1);
        }

        return contributions;
    }

    /// <summary>The scopes that something stands in: everywhere, its region and those above, its institution, its centre.</summary>
    public static IEnumerable<Scope> ScopesOf(string? region, string? institution, string? centre)
    {
        yield return Scope.Everywhere;
        foreach (var at in Ancestry(region))
        {
            yield return Scope.OfRegion(at);
        }

        if (institution is not null)
        {
            yield return Scope.OfInstitution(institution);
        }

        if (centre is not null)
        {
            yield return Scope.OfCentre(centre);
        }
    }

    /// <summary>A region and those above it; nothing for what is no region code.</summary>
    public static IEnumerable<string> Ancestry(string? region)
    {
        for (var at = RegionCode.IsWellFormed(region) ? region : null; at is not null; at = RegionCode.Parent(at))
        {
            yield return at;
        }
    }

    private readonly struct Sink(Dictionary<CounterKey, long> counters, Scope scope, DateOnly day, short hour) : IMetricSink
    {
        public void Add(string metric, long value)
        {
            if (value != 0)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counters, new CounterKey(scope, day, hour, metric), out _) += value;
            }
        }
    }

    private readonly struct RankSink(Dictionary<RankingKey, RankingValue> rankings, Fact fact, DateOnly day) : IRankingSink
    {
        public void Add(string list, string topic, long amount)
        {
            var key = new RankingKey(list, day, fact.Region!, fact.Institution!, topic);
            ref var value = ref CollectionsMarshal.GetValueRefOrAddDefault(rankings, key, out _);
            value = new(value.Count + 1, value.Amount + amount);
        }
    }
}
