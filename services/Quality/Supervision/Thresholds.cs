using System.Collections.Frozen;

namespace TcmBrain.Quality.Supervision;

/// <summary>From where on a pattern fires (阈值): data with an edition, so that an alert can say by which edition it was raised.</summary>
public sealed class Thresholds
{
    public sealed record Row(string Edition, string Pattern, string Parameter, double Value, string Zh, string En, string Because);

    private readonly FrozenDictionary<(string Pattern, string Parameter), Row> rows;

    private Thresholds(string edition, IEnumerable<Row> rows)
    {
        Edition = edition;
        this.rows = rows.ToFrozenDictionary(r => (r.Pattern, r.Parameter));
    }

    public string Edition { get; }

    public IEnumerable<Row> All =>
        rows.Values.OrderBy(r => r.Pattern, StringComparer.Ordinal).ThenBy(r => r.Parameter, StringComparer.Ordinal);

    /// <exception cref="KeyNotFoundException">The edition does not say.</exception>
    public double Of(string pattern, string parameter) => rows[(pattern, parameter)].Value;

    public Thresholds With(string pattern, string parameter, double value) =>
        new(Edition, rows.Values.Select(r => (r.Pattern, r.Parameter) == (pattern, parameter) ? r with { Value = value } : r));

    /// <summary>The newest edition of Data/supervision_thresholds.csv.</summary>
    public static Thresholds Load()
    {
        var all = EmbeddedTable.Read<Row>("supervision_thresholds.csv");
        var newest = all.Max(r => r.Edition)!;
        return new Thresholds(newest, all.Where(r => r.Edition == newest));
    }
}

/// <summary>What a pattern is, for people; Data/supervision_patterns.csv.</summary>
public sealed record PatternText(string Code, string Subject, string Zh, string En, string WhatZh, string WhatEn, string Source)
{
    public static IReadOnlyList<PatternText> Load() => EmbeddedTable.Read<PatternText>("supervision_patterns.csv");
}
