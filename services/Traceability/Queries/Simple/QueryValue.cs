using System.Globalization;
using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>A parameter and its values: of an address (divided by |) or of a query's JSON.</summary>
internal sealed record QueryParameter(string Name, IReadOnlyList<string> Values)
{
    /// <exception cref="FaultException">The value is an object, or a list of something else than texts, numbers and truth values.</exception>
    public static QueryParameter Of(string name, JsonElement value) =>
        new(
            name,
            value.ValueKind switch
            {
                JsonValueKind.Array => [.. value.EnumerateArray().Select(item => Single(name, item))],
                JsonValueKind.Null => [],
                _ => [Single(name, value)],
            }
        );

    /// <exception cref="FaultException">There is none.</exception>
    public IReadOnlyList<string> All() => Values.Count > 0 ? Values : throw Bad("至少一个值", "at least one value");

    /// <exception cref="FaultException">There is none, or more than one.</exception>
    public string One() => Values.Count == 1 ? Values[0] : throw Bad("一个值", "one value");

    public int Count() =>
        int.TryParse(One(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw Bad("正整数", "a whole number above zero");

    public decimal Number() => QueryValue.Number(One()) ?? throw Bad("数", "a number");

    public IReadOnlyList<decimal> Numbers() => [.. All().Select(v => QueryValue.Number(v) ?? throw Bad("数", "a number"))];

    public DateTimeOffset Time() => QueryValue.Time(One()) ?? throw Bad("带时区的日期时间", "a date and time with its offset");

    /// <summary>A parameter that says by being there. False means as much as leaving it out.</summary>
    public bool Flag() =>
        Values.Count == 0
        || One() switch
        {
            "" or "true" or "1" => true,
            "false" or "0" => false,
            _ => throw Bad("true 或 false", "true or false"),
        };

    public FaultException Bad(string zh, string en) => TraceabilityFaults.BadParameter.Exception(Name, zh, en);

    private static string Single(string name, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => throw TraceabilityFaults.BadParameter.Exception(name, "文本、数或其数组", "texts or numbers"),
        };
}

/// <summary>Comparing values of events with those of queries.</summary>
internal static class QueryValue
{
    public static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static decimal? Number(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Number => Number(value.GetRawText()),
            JsonValueKind.String => Number(value.GetString()!),
            _ => null,
        };

    /// <summary>With its offset; a + that an address made a blank of is one.</summary>
    public static DateTimeOffset? Time(string text)
    {
        text = text.Replace(' ', '+');
        return
            text.Length >= 20
            && text.Contains('T', StringComparison.Ordinal)
            && (text.EndsWith('Z') || text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':')
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : null;
    }

    /// <summary>A number equals a number, a time the same instant, an identifier its other forms, a text itself.</summary>
    public static bool Same(JsonElement value, string wanted) =>
        Scalar(value) switch
        {
            null => false,
            { } text when text == wanted => true,
            { } text when value.ValueKind == JsonValueKind.Number => Number(text) is { } number && number == Number(wanted),
            { } text when Time(wanted) is { } instant => Time(text) == instant,
            { } text => DigitalLink.Canonical(wanted) is { } link && DigitalLink.Canonical(text) == link,
        };

    /// <summary>Below, equal or above; null when the two cannot be compared.</summary>
    public static int? Compare(JsonElement value, string wanted)
    {
        if (Scalar(value) is not { } text)
        {
            return null;
        }

        if (Number(wanted) is { } number)
        {
            return Number(text)?.CompareTo(number);
        }

        return Time(wanted) is { } instant ? Time(text)?.CompareTo(instant) : null;
    }

    /// <summary>The text of a value; of a typed JSON-LD value or an element with attributes that of its content.</summary>
    public static string? Scalar(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Object when value.TryGetProperty("@value", out var typed) => Scalar(typed),
            JsonValueKind.Object when value.TryGetProperty("#text", out var content) => Scalar(content),
            _ => null,
        };
}
