using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Reviews.Judging;

/// <summary>What was decided about one code, with why.</summary>
public sealed record CodeComment(string? Code, string? Comment);

/// <param name="Round">1 the first review, 2 the second, 3 the arbiter's: the one that the caller has on its screen.</param>
/// <param name="Codes">Those that apply.</param>
/// <param name="Dismissed">Pre-filled ones that do not, each with why.</param>
public sealed record VerdictRequest(
    int? Round,
    bool? Rational,
    IReadOnlyList<CodeComment>? Codes,
    IReadOnlyList<CodeComment>? Dismissed,
    string? Comment
);

/// <summary>A decision about one code as it is kept.</summary>
public sealed record CodeDecision(string Code, bool Applies, string Comment);

public sealed record Verdict(bool Rational, string[] Codes, CodeDecision[] Decisions, string Comment);

/// <summary>
/// A verdict is rational without codes, or irrational with at least one of the national codes, each once. What the audit found is confirmed
/// or dismissed with a reason, never passed over; a code that is not meant for pieces needs a reason to be given. Pure.
/// </summary>
public static class VerdictRule
{
    private const int LongestComment = 500;

    /// <param name="suggested">What was pre-filled.</param>
    /// <returns>The verdict with its codes in the order of the national list.</returns>
    /// <exception cref="FaultException">Every fault is named.</exception>
    public static Verdict Check(VerdictRequest request, IReadOnlyList<SuggestedCode> suggested, ReviewCodes national)
    {
        var (chosen, dismissed) = (request.Codes ?? [], request.Dismissed ?? []);
        var faults = new FaultList();
        faults.Require(request.Round is not null, QualityFaults.Missing, "round");
        faults.Require(request.Round is null or (>= 1 and <= 3), QualityFaults.OutOfRange, "round", 1, 3);
        faults.Require(request.Rational is not null, QualityFaults.Missing, "rational");
        faults.Require(request.Rational is not true || chosen.Count == 0, QualityFaults.CodesOfRational, "codes");
        faults.Require(request.Rational is not false || chosen.Count > 0, QualityFaults.NoCodes, "codes");
        faults.Require((request.Comment?.Length ?? 0) <= LongestComment, QualityFaults.TooLong, "comment", LongestComment);
        var seen = new Dictionary<string, CodeDecision>(StringComparer.Ordinal);
        Gather(faults, seen, chosen, "codes", applies: true, national);
        Gather(faults, seen, dismissed, "dismissed", applies: false, national);
        foreach (var code in suggested.Where(s => s.MustBeDecided).Select(s => s.Code).Distinct().Where(c => !seen.ContainsKey(c)))
        {
            faults.Add(QualityFaults.Undecided, "dismissed", code);
        }

        faults.ThrowIfAny();
        return new Verdict(
            request.Rational!.Value,
            national.Ordered(seen.Values.Where(d => d.Applies).Select(d => d.Code)),
            [.. national.Ordered(seen.Keys).Select(c => seen[c])],
            request.Comment?.Trim() ?? ""
        );
    }

    private static void Gather(
        FaultList faults,
        Dictionary<string, CodeDecision> seen,
        IReadOnlyList<CodeComment> given,
        string field,
        bool applies,
        ReviewCodes national
    )
    {
        for (var i = 0; i < given.Count; i++)
        {
            var (code, comment) = (given[i].Code ?? "", given[i].Comment?.Trim() ?? "");
            if (!national.Contains(code))
            {
                faults.Add(QualityFaults.UnknownCode, $"{field}[{i}]", code);
            }
            else if (!seen.TryAdd(code, new CodeDecision(code, applies, comment)))
            {
                faults.Add(QualityFaults.DoubledCode, $"{field}[{i}]", code);
            }
            else
            {
                faults.Require(
                    comment.Length > 0 || (applies && national[code].Applies),
                    QualityFaults.CommentMissing,
                    $"{field}[{i}].comment",
                    code
                );
                faults.Require(comment.Length <= LongestComment, QualityFaults.TooLong, $"{field}[{i}].comment", LongestComment);
            }
        }
    }
}
