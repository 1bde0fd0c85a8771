using System.Collections.Frozen;

namespace TcmBrain.Quality.Reviews.Judging;

/// <summary>A code of the national worksheet (点评代码): 1-1…1-15 不规范, 2-1…2-9 不适宜, 3-1…3-4 超常 (卫医管发〔2010〕28号).</summary>
/// <param name="NotForPiecesZh">Why it does not concern prescriptions of pieces; empty when it does. It can be given all the same, with a comment.</param>
public sealed record ReviewCode(string Code, string Kind, string Zh, string En, string NotForPiecesZh, string NotForPiecesEn)
{
    public bool Applies => NotForPiecesZh.Length == 0;
}

/// <summary>An audit rule, or all whose id starts so, with the code that a reviewer would put down for it; empty: none.</summary>
/// <param name="Certainty">finding: it has to be confirmed or dismissed. hint: worth a look.</param>
public sealed record FindingCode(string RulePrefix, string Code, string Certainty, string Zh, string En);

/// <summary>The national codes, and which of them the audit's findings suggest. Data/review_codes.csv, Data/finding_codes.csv.</summary>
public sealed class ReviewCodes
{
    private readonly FrozenDictionary<string, ReviewCode> codes;
    private readonly FindingCode[] findings;

    public ReviewCodes(IReadOnlyList<ReviewCode> codes, IReadOnlyList<FindingCode> findings)
    {
        All = codes;
        this.codes = codes.ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);
        this.findings = [.. findings.OrderByDescending(f => f.RulePrefix.Length)];
    }

    public IReadOnlyList<ReviewCode> All { get; }

    public static ReviewCodes Load() =>
        new(EmbeddedTable.Read<ReviewCode>("review_codes.csv"), EmbeddedTable.Read<FindingCode>("finding_codes.csv"));

    public bool Contains(string code) => codes.ContainsKey(code);

    public ReviewCode this[string code] => codes[code];

    /// <summary>The code for an audit rule; the longest matching prefix decides. Null: none.</summary>
    public FindingCode? Of(string ruleId) =>
        findings.FirstOrDefault(f => ruleId.StartsWith(f.RulePrefix, StringComparison.Ordinal)) is { Code.Length: > 0 } found
            ? found
            : null;

    /// <summary>In the order of the worksheet.</summary>
    public string[] Ordered(IEnumerable<string> chosen)
    {
        var set = chosen.ToHashSet(StringComparer.Ordinal);
        return [.. All.Where(c => set.Contains(c.Code)).Select(c => c.Code)];
    }
}
