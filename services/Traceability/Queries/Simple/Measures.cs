using System.Collections.Frozen;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>Units of UN/CEFACT Recommendation 20 that measure the same: value in base unit = value · factor + offset.</summary>
internal static class Measures
{
    private static readonly FrozenDictionary<string, (string Kind, decimal Factor, decimal Offset)> Units = new Dictionary<
        string,
        (string, decimal, decimal)
    >
    {
        ["KEL"] = ("temperature", 1m, 0m),
        ["CEL"] = ("temperature", 1m, 273.15m),
        ["FAH"] = ("temperature", 5m / 9m, 459.67m * 5m / 9m),
        ["KGM"] = ("mass", 1m, 0m),
        ["GRM"] = ("mass", 0.001m, 0m),
        ["MGM"] = ("mass", 0.000001m, 0m),
        ["TNE"] = ("mass", 1000m, 0m),
        ["LBR"] = ("mass", 0.45359237m, 0m),
        ["ONZ"] = ("mass", 0.028349523125m, 0m),
        ["MTR"] = ("length", 1m, 0m),
        ["CMT"] = ("length", 0.01m, 0m),
        ["MMT"] = ("length", 0.001m, 0m),
        ["KMT"] = ("length", 1000m, 0m),
        ["LTR"] = ("volume", 0.001m, 0m),
        ["MLT"] = ("volume", 0.000001m, 0m),
        ["MTQ"] = ("volume", 1m, 0m),
        ["PAL"] = ("pressure", 1m, 0m),
        ["KPA"] = ("pressure", 1000m, 0m),
        ["MPA"] = ("pressure", 1000000m, 0m),
        ["BAR"] = ("pressure", 100000m, 0m),
        ["SEC"] = ("time", 1m, 0m),
        ["MIN"] = ("time", 60m, 0m),
        ["HUR"] = ("time", 3600m, 0m),
        ["P1"] = ("share", 0.01m, 0m),
        ["C62"] = ("share", 1m, 0m),
    }.ToFrozenDictionary();

    /// <summary>The value in the wanted unit; null when the two units do not measure the same.</summary>
    /// <param name="isDifference">A distance between two values, such as a standard deviation: scales have no zero then.</param>
    public static decimal? Convert(decimal value, string? unit, string wanted, bool isDifference = false)
    {
        if (unit == wanted)
        {
            return value;
        }

        if (
            unit is null
            || !Units.TryGetValue(unit, out var from)
            || !Units.TryGetValue(wanted, out var to)
            || from.Kind != to.Kind
            || Math.Abs(value) > 1_000_000_000_000m
        )
        {
            return null;
        }

        // Beyond twelve decimals there is only what the conversion itself lost.
        var shift = isDifference ? 0 : from.Offset - to.Offset;
        return Math.Round((value * from.Factor + shift) / to.Factor, 12);
    }
}
