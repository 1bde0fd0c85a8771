using System.Collections.Frozen;

namespace TcmBrain.Quality.Reviews;

/// <summary>A code of the national worksheet (点评代码): 1-1…1-15 不规范, 2-1…2-9 不适宜, 3-1…3-4 超常 (卫医管发〔2010〕28号).</summary>
public sealed record ReviewCode(string Code, string Kind, string Zh, string En);

/// <summary>An audit rule, or all whose id starts so, with the code that a reviewer would put down for it; empty: none.</summary>
public sealed record FindingCode(string RulePrefix, string Code);

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

    /// <summary>Codes to pre-fill for these audit rules, in the worksheet's order; the longest matching prefix decides.</summary>
    public IReadOnlyList<string> Suggest(IEnumerable<string> ruleIds)
    {
        var suggested = ruleIds
            .Select(id => findings.FirstOrDefault(f => id.StartsWith(f.RulePrefix, StringComparison.Ordinal))?.Code ?? "")
            .ToHashSet(StringComparer.Ordinal);
        return [.. All.Where(c => suggested.Contains(c.Code)).Select(c => c.Code)];
    }
}
