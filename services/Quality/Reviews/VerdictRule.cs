using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Reviews;

/// <summary>A verdict is rational without codes, or irrational with at least one of the national codes, each once. Pure.</summary>
public static class VerdictRule
{
    /// <summary>The verdict with its codes in the order of the national list.</summary>
    /// <exception cref="FaultException">Every fault is named.</exception>
    public static (bool Rational, string[] Codes) Check(bool? rational, IReadOnlyList<string>? codes, ReviewCodes national)
    {
        var chosen = codes ?? [];
        var faults = new FaultList();
        faults.Require(rational is not null, QualityFaults.Missing, "rational");
        faults.Require(rational is not true || chosen.Count == 0, QualityFaults.CodesOfRational, "codes");
        faults.Require(rational is not false || chosen.Count > 0, QualityFaults.NoCodes, "codes");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < chosen.Count; i++)
        {
            if (!national.Contains(chosen[i]))
            {
                faults.Add(QualityFaults.UnknownCode, $"codes[{i}]", chosen[i]);
            }
            else if (!seen.Add(chosen[i]))
            {
                faults.Add(QualityFaults.DoubledCode, $"codes[{i}]", chosen[i]);
            }
        }

        faults.ThrowIfAny();
        return (rational!.Value, [.. national.All.Where(c => seen.Contains(c.Code)).Select(c => c.Code)]);
    }
}
