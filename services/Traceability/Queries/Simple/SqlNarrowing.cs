using Npgsql;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>
/// The part of a query that indexes answer: conditions over event <c>e</c>. It may let through more than the query asks, never less; each
/// event is looked at again.
/// </summary>
internal sealed class SqlNarrowing(int firstParameter)
{
    private readonly List<string> conditions = [];

    public List<NpgsqlParameter> Parameters { get; } = [];

    /// <summary>Whether few events come through: of some things or ids.</summary>
    public bool IsSharp { get; private set; }

    public string Where => conditions.Count == 0 ? "true" : string.Join(" and ", conditions);

    public string Add(object value)
    {
        Parameters.Add(new NpgsqlParameter { Value = value });
        return FormattableString.Invariant($"${firstParameter + Parameters.Count - 1}");
    }

    public void Require(string condition) => conditions.Add(condition);

    /// <summary>A column of <see cref="VocabularyStore"/>.</summary>
    public void Word(string column, TermKind kind, IReadOnlyCollection<string> canonical) =>
        Require(
            $"e.{column} = any(array(select v.id from traceability.vocabulary v where v.kind = {(short)kind} and v.value = any({Add(canonical.ToArray())})))"
        );

    /// <summary>EventIDs, their error declarations among them.</summary>
    public void Ids(IEnumerable<string> eventIds)
    {
        IsSharp = true;
        Require(
            "("
                + string.Join(
                    " or ",
                    eventIds
                        .Select(EventIdentity.Of)
                        .Select(key => $"e.event_key >= {Add(key)} and e.event_key < {Add(EventIdentity.After(key))}")
                )
                + ")"
        );
    }

    public void Items(IReadOnlyCollection<EpcPattern> patterns, IReadOnlyCollection<string> roles)
    {
        IsSharp = true;
        var role = $"i.role = any({Add(roles.ToArray())})";
        var exact = Add(patterns.Select(p => p.Exact).Distinct().ToArray());
        var ranges = patterns
            .SelectMany(p => p.Prefixes)
            .Distinct()
            .Select(prefix => (From: Add(prefix), To: Add(prefix + "\U0010ffff")))
            .Select(r => $"left(i.item, 36) between left({r.From}, 36) and left({r.To}, 36) and i.item >= {r.From} and i.item < {r.To}")
            .ToList();
        var found =
            $"select i.leaf_index from unnest({exact}) as t (thing) join traceability.event_item i on traceability.same_thing(i.item, t.thing) where {role}";
        if (ranges.Count > 0)
        {
            found += $" union all select i.leaf_index from traceability.event_item i where {role} and ({string.Join(" or ", ranges)})";
        }

        Require($"e.leaf_index in ({found})");
    }

    /// <summary>The column is kept to the microsecond.</summary>
    public void From(string column, DateTimeOffset time) => Require($"{column} >= {Add(Whole(time))}");

    public void Before(string column, DateTimeOffset time) => Require($"{column} <= {Add(Whole(time).AddMilliseconds(1))}");

    private static DateTimeOffset Whole(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUniversalTime().ToUnixTimeMilliseconds());
}
