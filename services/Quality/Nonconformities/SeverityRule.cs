namespace TcmBrain.Quality.Nonconformities;

/// <summary>How grave a nonconformity is when it opens by itself: a row of Data/nonconformity_severity.csv.</summary>
/// <param name="RulePrefix">Of the rule that found it; the longest that fits decides.</param>
public sealed record SeverityRow(string Source, string RulePrefix, string Severity, string Mark);

public sealed class SeverityRule(IReadOnlyList<SeverityRow> rows)
{
    public static SeverityRule Load() => new(EmbeddedTable.Read<SeverityRow>("nonconformity_severity.csv"));

    public IReadOnlyList<SeverityRow> Rows => rows;

    public string Of(string source, string rule) =>
        rows.Where(r => r.Source == source && rule.StartsWith(r.RulePrefix, StringComparison.Ordinal))
            .MaxBy(r => r.RulePrefix.Length)
            ?.Severity
        ?? throw new ArgumentException($"No severity is laid down for {source}.", nameof(source));
}
