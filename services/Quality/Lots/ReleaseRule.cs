using System.Globalization;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Lots;

/// <summary>A result as it is reported.</summary>
public sealed record LotTest(string Test, decimal? Value, string Unit);

/// <summary>Whether a lot may be released on its results. Pure.</summary>
public static class ReleaseRule
{
    /// <summary>Each result with the limit that it keeps.</summary>
    /// <exception cref="FaultException">No results, or any that is unknown, doubled, malformed or over its limit; all are named.</exception>
    public static IReadOnlyList<(LotTest Test, LotLimit Limit)> Check(string piece, IReadOnlyList<LotTest>? tests, LotLimits limits)
    {
        if (tests is not { Count: > 0 })
        {
            throw QualityFaults.Missing.Exception("tests");
        }

        var faults = new FaultList();
        var kept = new List<(LotTest, LotLimit)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tests.Count; i++)
        {
            var (test, field) = (tests[i], $"tests[{i}]");
            if (limits.Find(test.Test, piece) is not { } limit)
            {
                faults.Add(QualityFaults.UnknownTest, field + ".test", test.Test, piece);
            }
            else if (!seen.Add(test.Test))
            {
                faults.Add(QualityFaults.DoubledTest, field + ".test", test.Test);
            }
            else if (test.Unit != limit.Unit)
            {
                faults.Add(QualityFaults.WrongUnit, field + ".unit", limit.Unit);
            }
            else if (test.Value is not (>= 0 and <= 1_000_000))
            {
                faults.Add(QualityFaults.BadValue, field + ".value");
            }
            else if (test.Value > limit.Max)
            {
                faults.Add(
                    QualityFaults.OverLimit,
                    field + ".value",
                    limit.NameZh,
                    test.Value.Value.ToString(CultureInfo.InvariantCulture),
                    limit.Max.ToString(CultureInfo.InvariantCulture),
                    limit.Unit,
                    $"{limit.Source}, {limit.Edition}",
                    limit.NameEn
                );
            }
            else
            {
                kept.Add((test, limit));
            }
        }

        faults.ThrowIfAny();
        return kept;
    }
}
