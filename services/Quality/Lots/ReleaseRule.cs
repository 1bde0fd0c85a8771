using System.Globalization;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Lots;

/// <summary>A result as it is reported.</summary>
/// <param name="Value">Null: below <paramref name="Detection"/> (低于检出限).</param>
/// <param name="Detection">The detection limit of the method, where nothing was found.</param>
public sealed record LotTest(string Test, decimal? Value, string Unit, decimal? Detection = null);

/// <summary>A well-formed result beside its limit.</summary>
public sealed record JudgedTest(LotTest Test, LotLimit Limit, bool Passes);

/// <summary>Whether a lot may be released on its results. Pure.</summary>
public static class ReleaseRule
{
    /// <summary>Each result beside its limit, whether it passes or not.</summary>
    /// <exception cref="FaultException">No results, or any that is unknown, doubled or malformed; all are named.</exception>
    public static IReadOnlyList<JudgedTest> Judge(
        string piece,
        IReadOnlyList<LotTest>? tests,
        LotLimits limits,
        DateOnly? producedOn = null
    )
    {
        var (judged, faults) = JudgeAll(piece, tests, limits, producedOn);
        faults.ThrowIfAny();
        return [.. judged.Select(j => j.Judged)];
    }

    /// <summary>Each result with the limit that it keeps.</summary>
    /// <exception cref="FaultException">As <see cref="Judge"/>, and any that does not pass.</exception>
    public static IReadOnlyList<(LotTest Test, LotLimit Limit)> Check(
        string piece,
        IReadOnlyList<LotTest>? tests,
        LotLimits limits,
        DateOnly? producedOn = null
    )
    {
        var (judged, faults) = JudgeAll(piece, tests, limits, producedOn);
        foreach (var (test, field) in judged.Where(j => !j.Judged.Passes))
        {
            AddFailed(faults, test, field + ".value");
        }

        faults.ThrowIfAny();
        return [.. judged.Select(j => (j.Judged.Test, j.Judged.Limit))];
    }

    /// <summary>Names a result that does not pass, with its limit and where that stands.</summary>
    public static void AddFailed(FaultList faults, JudgedTest judged, string field)
    {
        var (limit, below) = (judged.Limit, judged.Test.Value is null || judged.Limit.Min is { } min && judged.Test.Value < min);
        faults.Add(
            below ? QualityFaults.UnderLimit : QualityFaults.OverLimit,
            field,
            limit.NameZh,
            Text(judged.Test.Value) ?? "<" + Text(judged.Test.Detection),
            Text(below ? limit.Min : limit.Max)!,
            limit.Unit,
            $"{limit.Source}, {limit.Edition}",
            limit.NameEn
        );
    }

    private static string? Text(decimal? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static (List<(JudgedTest Judged, string Field)> Judged, FaultList Faults) JudgeAll(
        string piece,
        IReadOnlyList<LotTest>? tests,
        LotLimits limits,
        DateOnly? producedOn
    )
    {
        if (tests is not { Count: > 0 })
        {
            throw QualityFaults.Missing.Exception("tests");
        }

        var faults = new FaultList();
        var judged = new List<(JudgedTest, string)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tests.Count; i++)
        {
            var (test, field) = (tests[i], $"tests[{i}]");
            if (limits.Find(test.Test ?? "", piece, producedOn) is not { } limit)
            {
                faults.Add(QualityFaults.UnknownTest, field + ".test", test.Test ?? "", piece);
            }
            else if (!seen.Add(test.Test!))
            {
                faults.Add(QualityFaults.DoubledTest, field + ".test", test.Test!);
            }
            else if (test.Unit != limit.Unit)
            {
                faults.Add(QualityFaults.WrongUnit, field + ".unit", limit.Unit);
            }
            else if (test is { Value: null, Detection: not null })
            {
                AddBelow(test, limit, field, judged, faults);
            }
            else if (test.Value is not (>= 0 and <= 1_000_000) || test.Detection is not null)
            {
                faults.Add(QualityFaults.BadValue, field + ".value");
            }
            else
            {
                var passes = (limit.Max is null || test.Value <= limit.Max) && (limit.Min is null || test.Value >= limit.Min);
                judged.Add((new(test, limit, passes), field));
            }
        }

        return (judged, faults);
    }

    /// <summary>"Nothing found" says something only when the method could have found what the limit forbids.</summary>
    private static void AddBelow(LotTest test, LotLimit limit, string field, List<(JudgedTest, string)> judged, FaultList faults)
    {
        if (test.Detection is not (> 0 and <= 1_000_000))
        {
            faults.Add(QualityFaults.BadValue, field + ".detection");
        }
        else if (limit.Max is > 0 && test.Detection > limit.Max || limit.Min is { } least && test.Detection > least)
        {
            faults.Add(
                QualityFaults.DetectionTooCoarse,
                field + ".detection",
                Text(test.Detection)!,
                Text(limit.Max ?? limit.Min)!,
                limit.Unit
            );
        }
        else
        {
            judged.Add((new(test, limit, limit.Min is null), field));
        }
    }
}
