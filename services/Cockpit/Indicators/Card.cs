using TcmBrain.Cockpit.Indicators.Evaluation;
using TcmBrain.Cockpit.Indicators.Language;
using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Indicators;

/// <summary>An expression as it is written and in words, with its value and the parts that open down to records.</summary>
public sealed record ExpressionView(string Text, string Zh, string En, decimal? Value, IReadOnlyList<TermView> Terms)
{
    public static ExpressionView? Of(Node? node, decimal? value) =>
        node is null
            ? null
            : new(
                node.ToString(),
                Words.Zh(node),
                Words.En(node),
                value,
                [.. node.Terms().Select((t, at) => new TermView(at, t.ToString(), Words.Zh(t), Words.En(t)))]
            );
}

/// <param name="At">its place among the terms of the expression, from 0</param>
public sealed record TermView(int At, string Text, string Zh, string En);

/// <summary>The value of a region directly below.</summary>
public sealed record ChildView(string RegionCode, string NameZh, string NameEn, decimal? Value, string? Source);

/// <summary>All that is to be said of an indicator (指标卡).</summary>
/// <param name="Raw">before it is measured against a baseline</param>
public sealed record CardView(
    WallItem Item,
    string PlanNameZh,
    string PlanNameEn,
    string PlanRegionCode,
    string PlanSource,
    string DefinitionZh,
    decimal Scale,
    decimal? Raw,
    ExpressionView? Numerator,
    ExpressionView? Denominator,
    IReadOnlyList<PathPoint> Path,
    IReadOnlyList<SeriesPoint> Series,
    IReadOnlyList<ChildView> Children
);

public sealed class Card(PlanStore plans, Evaluator evaluator, Npgsql.NpgsqlDataSource database)
{
    /// <exception cref="FaultException">COC-0336, COC-0337</exception>
    public async Task<(ReadIndicator Indicator, string Region)> FindAsync(
        Reach reach,
        string code,
        int seq,
        string region,
        CancellationToken cancellationToken
    )
    {
        var plan = await plans.FindAsync(reach, code, cancellationToken);
        var indicator = plan.Indicators.FirstOrDefault(i => i.Seq == seq) ?? throw CockpitFaults.UnknownIndicator.Exception("seq");
        var within = Wall.Narrower(plan.RegionCode, region) ?? throw CockpitFaults.UnknownRegion.Exception("region");
        return (ReadIndicator.Of(plan, indicator), within);
    }

    public async Task<CardView> OfAsync(Reach reach, string code, int seq, string region, DateOnly day, CancellationToken cancellationToken)
    {
        var (indicator, within) = await FindAsync(reach, code, seq, region, cancellationToken);
        var tree = await RegionTree.LoadAsync(database, cancellationToken);
        var children = tree.Children(within).Where(c => reach.Covers(c.Code)).OrderBy(c => c.Code, StringComparer.Ordinal).ToList();
        var all = await evaluator.MeasureAsync([(indicator, within), .. children.Select(c => (indicator, c.Code))], day, cancellationToken);
        var measured = all[0];
        return new(
            WallItem.Of(measured),
            indicator.Plan.NameZh,
            indicator.Plan.NameEn,
            indicator.Plan.RegionCode,
            indicator.Plan.Source,
            indicator.Indicator.DefinitionZh,
            indicator.Indicator.Scale,
            measured.Raw.Value,
            ExpressionView.Of(indicator.Numerator, measured.Raw.Numerator),
            ExpressionView.Of(indicator.Denominator, measured.Raw.Denominator),
            new TargetPath(indicator.Indicator).Points,
            measured.Series,
            [.. children.Zip(all.Skip(1), (c, m) => new ChildView(c.Code, c.NameZh, c.NameEn, m.Value, m.Raw.Source))]
        );
    }
}
