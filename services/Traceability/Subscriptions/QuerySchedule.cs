using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TcmBrain.Traceability.Subscriptions;

/// <summary>
/// When a standing query runs (EPCIS 2.0, 8.2.5.3): values, ranges <c>[1-5]</c>, steps <c>0/30</c> and lists of those, in UTC. What is not given
/// is any value, and the least one where it is finer than all that is given: <c>hour 1, minute 5</c> is once a day.
/// </summary>
public sealed class QuerySchedule
{
    private static readonly (string Name, int Least, int Most)[] Fields =
    [
        ("second", 0, 59),
        ("minute", 0, 59),
        ("hour", 0, 23),
        ("dayOfMonth", 1, 31),
        ("month", 1, 12),
        ("dayOfWeek", 1, 7),
    ];

    private readonly HashSet<int>[] allowed;

    private QuerySchedule(HashSet<int>[] allowed, string json) => (this.allowed, Json) = (allowed, json);

    /// <summary>As it was given.</summary>
    public string Json { get; }

    /// <summary>Names of the fields, as they stand in a schedule and in an address.</summary>
    public static IEnumerable<string> Names => Fields.Select(f => f.Name);

    /// <summary>Null when it is no schedule: nothing given, a name that is none, or a value out of its range.</summary>
    public static QuerySchedule? Parse(JsonElement schedule)
    {
        if (schedule.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in schedule.EnumerateObject())
        {
            if (
                Array.TrueForAll(Fields, f => f.Name != field.Name)
                || field.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)
            )
            {
                return null;
            }

            given[field.Name] = field.Value.ToString();
        }

        return Parse(given);
    }

    public static QuerySchedule? Parse(IReadOnlyDictionary<string, string> given)
    {
        if (given.Count == 0)
        {
            return null;
        }

        var allowed = new HashSet<int>[Fields.Length];
        var finest = Array.FindIndex(Fields, f => given.ContainsKey(f.Name));
        // A day of the week is a day.
        finest = given.ContainsKey("dayOfWeek") ? Math.Min(finest, 3) : finest;
        for (var i = 0; i < Fields.Length; i++)
        {
            var (name, least, most) = Fields[i];
            if (given.TryGetValue(name, out var text))
            {
                if (Values(text, least, most) is not { Count: > 0 } values)
                {
                    return null;
                }

                allowed[i] = values;
            }
            else
            {
                allowed[i] = i < finest ? [least] : [.. Enumerable.Range(least, most - least + 1)];
            }
        }

        var json = new JsonObject(given.Select(g => KeyValuePair.Create(g.Key, (JsonNode?)g.Value)));
        return new QuerySchedule(allowed, json.ToJsonString());
    }

    /// <summary>The first time after that one; null when there is none within four years (30 February).</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var at = new DateTime(after.UtcDateTime.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc).AddSeconds(1);
        var end = at.AddYears(4);
        while (at < end)
        {
            if (!allowed[4].Contains(at.Month) || !allowed[3].Contains(at.Day) || !allowed[5].Contains(Weekday(at)))
            {
                at = at.Date.AddDays(1);
            }
            else if (!allowed[2].Contains(at.Hour))
            {
                at = at.Date.AddHours(at.Hour + 1);
            }
            else if (!allowed[1].Contains(at.Minute))
            {
                at = at.Date.AddHours(at.Hour).AddMinutes(at.Minute + 1);
            }
            else if (!allowed[0].Contains(at.Second))
            {
                at = at.AddSeconds(1);
            }
            else
            {
                return new DateTimeOffset(at, TimeSpan.Zero);
            }
        }

        return null;
    }

    /// <summary>1 is Monday.</summary>
    private static int Weekday(DateTime day) => day.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)day.DayOfWeek;

    private static HashSet<int>? Values(string text, int least, int most)
    {
        var values = new HashSet<int>();
        foreach (var element in text.Split(','))
        {
            var range = element.Trim() is ['[', .. var inner, ']'] ? inner.Split('-') : null;
            var step = range is null ? element.Trim().Split('/') : null;
            if (
                !Number(range?[0] ?? step![0], least, most, out var from)
                || !Number(
                    range is { Length: 2 } ? range[1]
                        : range is null ? step![0]
                        : "",
                    least,
                    most,
                    out var to
                )
                || step is { Length: > 2 }
            )
            {
                return null;
            }

            var by = 1;
            if (step is { Length: 2 })
            {
                if (!Number(step[1], 1, most, out by))
                {
                    return null;
                }

                to = most;
            }

            if (to < from)
            {
                return null;
            }

            for (var value = from; value <= to; value += by)
            {
                values.Add(value);
            }
        }

        return values;
    }

    private static bool Number(string text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
}
