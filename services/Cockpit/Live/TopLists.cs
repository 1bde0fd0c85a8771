using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Cockpit.Reading;

namespace TcmBrain.Cockpit.Live;

/// <summary>An entry of a top list, and its weight: milligrams for herbs, doses otherwise.</summary>
internal readonly record struct Ranked(
    [property: JsonPropertyName("t")] string Topic,
    [property: JsonPropertyName("c")] long Count,
    [property: JsonPropertyName("a")] long Amount
) : IComparable<Ranked>
{
    /// <summary>Those that stand higher come first.</summary>
    public int CompareTo(Ranked other)
    {
        var order = other.Count.CompareTo(Count);
        order = order != 0 ? order : other.Amount.CompareTo(Amount);
        return order != 0 ? order : string.CompareOrdinal(Topic, other.Topic);
    }
}

/// <summary>
/// The top lists (排行) of every scope, of the last days: read once from the rankings as they stood at a position, then each later fact added in the
/// order of its id, so they are exactly those of the position that they have come to. Not thread-safe.
/// </summary>
internal sealed class TopLists
{
    /// <summary>Entries that are shown of a list.</summary>
    public const int Longest = 50;

    private static readonly HashSet<string> Sources = [.. RankingLists.Sources.Values];
    private readonly Dictionary<(Scope Scope, DateOnly Day), ScopeDay> _days = [];
    private DateOnly _first;

    private TopLists(Guid generation, long position, DateOnly first) => (Generation, Position, _first) = (generation, position, first);

    /// <summary>Of the tables that these were read from.</summary>
    public Guid Generation { get; }

    /// <summary>Id of the last fact that is in them.</summary>
    public long Position { get; private set; }

    /// <summary>True when an event of that type counts in a list.</summary>
    public static bool Counts(string type) => Sources.Contains(type);

    /// <summary>All that the days from one on hold, as of one moment.</summary>
    public static async Task<TopLists> LoadAsync(Moment moment, DateOnly first, CancellationToken cancellationToken)
    {
        var lists = new TopLists(moment.Generation, moment.Position, first);
        await using var command = moment.Command(
            "select list, day, region, institution, topic, count, amount from cockpit.rankings where list = any($1) and day >= $2"
        );
        command.Parameters.AddWithValue(RankingLists.Sources.Keys.ToArray());
        command.Parameters.AddWithValue(first);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var day = reader.GetFieldValue<DateOnly>(1);
            foreach (var scope in Tally.ScopesOf(reader.GetString(2), reader.GetString(3), null))
            {
                lists.Add(scope, day, reader.GetString(0), reader.GetString(4), reader.GetInt64(5), reader.GetInt64(6));
            }
        }

        return lists;
    }

    /// <summary>Adds what came since; what is in them already is passed over.</summary>
    /// <param name="facts">rising, without a gap in those that <see cref="Counts"/></param>
    /// <param name="upTo">where the facts end</param>
    /// <param name="first">days before are forgotten</param>
    public void Add(IEnumerable<TickerEvent> facts, long upTo, DateOnly first)
    {
        if (first > _first)
        {
            _first = first;
            foreach (var key in _days.Keys.Where(k => k.Day < first).ToList())
            {
                _days.Remove(key);
            }
        }

        foreach (var e in facts)
        {
            var day = RegionHour.Of(e.OccurredAt).Day;
            if (e.Id > Position && day >= _first && e is { Region: not null, Institution: not null })
            {
                RankingLists.Read(e.Fact(), new Sink(this, [.. Tally.ScopesOf(e.Region, e.Institution, null)], day));
            }
        }

        Position = Math.Max(Position, upTo);
    }

    /// <summary>The heads of the lists of each scope and day: of those that may have changed since the last call, or of all.</summary>
    public IEnumerable<(Scope Scope, DateOnly Day, IEnumerable<(string List, Ranked[] Head)> Heads)> Take(bool all)
    {
        foreach (var ((scope, day), lists) in _days)
        {
            if (all || lists.Changed)
            {
                lists.Changed = false;
                yield return (scope, day, lists.Heads());
            }
        }
    }

    private void Add(Scope scope, DateOnly day, string list, string topic, long count, long amount)
    {
        ref var lists = ref CollectionsMarshal.GetValueRefOrAddDefault(_days, (scope, day), out _);
        (lists ??= new()).Add(list, topic, count, amount);
    }

    private readonly struct Sink(TopLists lists, Scope[] scopes, DateOnly day) : IRankingSink
    {
        public void Add(string list, string topic, long amount)
        {
            foreach (var scope in scopes)
            {
                lists.Add(scope, day, list, topic, 1, amount);
            }
        }
    }

    private sealed class ScopeDay
    {
        private readonly Dictionary<string, Dictionary<string, RankingValue>> _lists = [];

        public bool Changed { get; set; }

        public void Add(string list, string topic, long count, long amount)
        {
            ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(_lists, list, out _);
            ref var value = ref CollectionsMarshal.GetValueRefOrAddDefault(entries ??= new(StringComparer.Ordinal), topic, out _);
            value = new(value.Count + count, value.Amount + amount);
            Changed = true;
        }

        public IEnumerable<(string List, Ranked[] Head)> Heads() => _lists.Select(l => (l.Key, Head(l.Value)));

        private static Ranked[] Head(Dictionary<string, RankingValue> list)
        {
            var entries = new Ranked[list.Count];
            var i = 0;
            foreach (var (topic, value) in list)
            {
                entries[i++] = new(topic, value.Count, value.Amount);
            }

            Array.Sort(entries);
            return entries.Length <= Longest ? entries : entries[..Longest];
        }
    }
}
