using System.Runtime.InteropServices;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Cockpit.Folding;

/// <summary>Whose numbers: a region (subtree), an institution or a centre.</summary>
public readonly record struct Scope(char Kind, string Code) : IComparable<Scope>
{
    public const char RegionKind = 'r';
    public const char InstitutionKind = 'i';
    public const char CentreKind = 'c';

    /// <summary>Everywhere, also what has no region.</summary>
    public static readonly Scope Everywhere = new(RegionKind, "000000");

    public static Scope OfRegion(string code) => new(RegionKind, code);

    public static Scope OfInstitution(string code) => new(InstitutionKind, code);

    public static Scope OfCentre(string code) => new(CentreKind, code);

    public int CompareTo(Scope other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : string.CompareOrdinal(Code, other.Code);
}

public readonly record struct CounterKey(Scope Scope, DateOnly Day, short Hour, string Metric) : IComparable<CounterKey>
{
    public int CompareTo(CounterKey other)
    {
        var order = Scope.CompareTo(other.Scope);
        order = order != 0 ? order : Day.CompareTo(other.Day);
        order = order != 0 ? order : Hour.CompareTo(other.Hour);
        return order != 0 ? order : string.CompareOrdinal(Metric, other.Metric);
    }
}

public readonly record struct RankingKey(string List, DateOnly Day, string Region, string Institution, string Topic)
    : IComparable<RankingKey>
{
    public int CompareTo(RankingKey other)
    {
        var order = string.CompareOrdinal(List, other.List);
        order = order != 0 ? order : Day.CompareTo(other.Day);
        order = order != 0 ? order : string.CompareOrdinal(Region, other.Region);
        order = order != 0 ? order : string.CompareOrdinal(Institution, other.Institution);
        return order != 0 ? order : string.CompareOrdinal(Topic, other.Topic);
    }
}

/// <summary>What a ranking counts, and its weight: milligrams for herbs, doses otherwise.</summary>
public record struct RankingValue(long Count, long Amount);

public record struct ProgressValue(string Region, string Institution, long Progress);

/// <summary>
/// The sums of any number of facts, in any order (归并). The fold adds a tally of a batch to the tables; the recomputation is the tally
/// of everything.
/// </summary>
public sealed class Tally
{
    public const string Herbs = "herb";
    public const string Syndromes = "syndrome";
    public const string Institutions = "institution";

    private readonly Dictionary<CounterKey, long> _counters = [];
    private readonly Dictionary<RankingKey, RankingValue> _rankings = [];
    private readonly Dictionary<Guid, ProgressValue> _prescriptions = [];

    public IReadOnlyDictionary<CounterKey, long> Counters => _counters;

    public IReadOnlyDictionary<RankingKey, RankingValue> Rankings => _rankings;

    /// <summary>Furthest progress by prescription.</summary>
    public IReadOnlyDictionary<Guid, ProgressValue> Prescriptions => _prescriptions;

    public void Add(Fact fact)
    {
        var local = fact.OccurredAt.ToOffset(RegionTime.Offset);
        var (day, hour) = (DateOnly.FromDateTime(local.DateTime), (short)local.Hour);
        AddTo(Scope.Everywhere, fact, day, hour);
        foreach (var region in Ancestry(fact.Region))
        {
            AddTo(Scope.OfRegion(region), fact, day, hour);
        }

        if (fact.Institution is not null)
        {
            AddTo(Scope.OfInstitution(fact.Institution), fact, day, hour);
        }

        if (fact.Centre is not null)
        {
            AddTo(Scope.OfCentre(fact.Centre), fact, day, hour);
        }

        Rank(fact, day);
        if (fact is { Region: not null, Institution: not null } && Stages.Progress(fact) is { } progress)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_prescriptions, fact.AggregateId, out var exists);
            if (!exists || known.Progress < progress)
            {
                known = new(fact.Region, fact.Institution, progress);
            }
        }
    }

    /// <summary>How many prescriptions stand where, over all of this tally.</summary>
    public Dictionary<(Scope Scope, Stage Stage), long> Standing()
    {
        var standing = new Dictionary<(Scope, Stage), long>();
        foreach (var (region, institution, progress) in _prescriptions.Values)
        {
            foreach (var scope in ScopesOf(region, institution))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(standing, (scope, Stages.At(progress)), out _)++;
            }
        }

        return standing;
    }

    /// <summary>The scopes that a prescription stands in.</summary>
    public static IEnumerable<Scope> ScopesOf(string region, string institution)
    {
        yield return Scope.Everywhere;
        foreach (var at in Ancestry(region))
        {
            yield return Scope.OfRegion(at);
        }

        yield return Scope.OfInstitution(institution);
    }

    /// <summary>A region and those above it; nothing for what is no region code.</summary>
    public static IEnumerable<string> Ancestry(string? region)
    {
        for (var at = RegionCode.IsWellFormed(region) ? region : null; at is not null; at = RegionCode.Parent(at))
        {
            yield return at;
        }
    }

    private void Rank(Fact fact, DateOnly day)
    {
        if (fact is not { Region: { } region, Institution: { } institution })
        {
            return;
        }

        if (fact.Type == nameof(PrescriptionReceived))
        {
            AddTo(new RankingKey(Institutions, day, region, institution, institution), fact.Quantity);
            if (!string.IsNullOrEmpty(fact.Topic))
            {
                AddTo(new RankingKey(Syndromes, day, region, institution, fact.Topic), fact.Quantity);
            }
        }
        else if (fact is { Type: nameof(PrescriptionApproved), Pieces: { } pieces, Weights: { } weights })
        {
            for (var i = 0; i < pieces.Length; i++)
            {
                AddTo(new RankingKey(Herbs, day, region, institution, pieces[i]), weights[i]);
            }
        }
    }

    private void AddTo(RankingKey key, long amount)
    {
        ref var value = ref CollectionsMarshal.GetValueRefOrAddDefault(_rankings, key, out _);
        value = new(value.Count + 1, value.Amount + amount);
    }

    private void AddTo(Scope scope, Fact fact, DateOnly day, short hour)
    {
        var sink = new Sink(_counters, scope, day, hour);
        Metrics.Count(fact, ref sink);
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
}
