using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Lots;

/// <summary>A result on file.</summary>
/// <param name="Kind">first, correction or retest</param>
/// <param name="OfResult">what it corrects, or is a retest of</param>
public sealed record LotResult(
    Guid ResultId,
    string Kind,
    LotTest Test,
    LotLimit Limit,
    bool Passes,
    string EnteredBy,
    DateTimeOffset EnteredAt,
    Guid? OfResult
);

/// <summary>What the results of a lot add up to. Nothing is ever taken away: a correction takes the place of what it corrects, a retest that of the first. Pure.</summary>
public static class LotResults
{
    /// <summary>The result that counts, by test.</summary>
    public static IReadOnlyDictionary<string, LotResult> Effective(IReadOnlyList<LotResult> results)
    {
        var corrected = results.Where(r => r.Kind == "correction").ToDictionary(r => r.OfResult!.Value);
        return results
            .Where(r => r.Kind != "correction")
            .GroupBy(r => r.Test.Test)
            .ToDictionary(g => g.Key, g => Last(g.FirstOrDefault(r => r.Kind == "retest") ?? g.First()));

        LotResult Last(LotResult result)
        {
            while (corrected.TryGetValue(result.ResultId, out var next))
            {
                result = next;
            }

            return result;
        }
    }

    /// <summary>Why the lot may not be released on these; nothing when it may.</summary>
    public static FaultList Obstacles(IReadOnlyList<LotResult> results, IReadOnlyList<LotLimit> limits, TestNeeds needs)
    {
        var faults = new FaultList();
        var effective = Effective(results);
        foreach (var missing in limits.Where(l => needs.Of(l.Test).IsRequired && !effective.ContainsKey(l.Test)))
        {
            faults.Add(QualityFaults.TestMissing, "tests", missing.NameZh, missing.NameEn, missing.Source);
        }

        foreach (var failed in effective.Values.Where(r => !r.Passes))
        {
            ReleaseRule.AddFailed(faults, new JudgedTest(failed.Test, failed.Limit, false), "tests");
        }

        return faults;
    }

    /// <summary>
    /// Until when a retest of this result may be entered (复检): it does not pass, there was none yet, and its days are not over. Null: not at all.
    /// </summary>
    public static DateTimeOffset? RetestUntil(LotResult effective, IReadOnlyList<LotResult> results, TestNeeds needs) =>
        effective.Passes || results.Any(r => r.Kind == "retest" && r.Test.Test == effective.Test.Test)
            ? null
            : effective.EnteredAt.AddDays(needs.Of(effective.Test.Test).RetestDays);
}
