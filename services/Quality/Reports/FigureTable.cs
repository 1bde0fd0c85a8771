namespace TcmBrain.Quality.Reports;

/// <summary>What the monthly figures are and where they are counted: one table for the report, the API and the records behind each number.</summary>
internal static class FigureTable
{
    /// <summary>Over <c>quality.fact f</c>: a prescription counts when the condition holds; a share is of those where <paramref name="Of"/> holds.</summary>
    internal sealed record OfFact(string Section, string Code, string Zh, string En, string When, string? Of = null);

    /// <summary>Counted by a statement of its own, with <c>@prefix</c>, <c>@from_instant</c> and <c>@to_instant</c>: value, denominator or null.</summary>
    internal sealed record OfOther(string Section, string Code, string Zh, string En, string Sql, string Page);

    public const string Prescriptions = "prescriptions";
    public const string Audit = "audit";
    public const string Lots = "lots";
    public const string Process = "process";
    public const string Punctuality = "punctuality";

    public static readonly IReadOnlyList<(string Code, string Zh, string En)> Sections =
    [
        (Prescriptions, "处方", "Prescriptions"),
        (Audit, "审方与点评", "Audit and review"),
        (Lots, "批次", "Lots"),
        (Process, "偏差与整改", "Deviations and CAPA"),
        (Punctuality, "时效", "Punctuality"),
    ];

    public static readonly IReadOnlyList<OfFact> Facts =
    [
        new(Prescriptions, "received", "接收处方", "Prescriptions received", "true"),
        new(Prescriptions, "approved", "放行处方", "Approved", "f.approved_at is not null"),
        new(Prescriptions, "delivered", "送达处方", "Delivered", "f.delivered_at is not null"),
        new(Prescriptions, "ended-otherwise", "未完成(拒绝、撤回、失效、退回)", "Ended otherwise", "f.ended is not null"),
        new(Prescriptions, "traced", "追溯覆盖率", "Traced", "t.prescription_id is not null", "f.checked_at is not null"),
        new(Audit, "intercepted", "审方拦截", "Intercepted by the audit", "f.outcome in ('double_sign', 'resolve', 'block')"),
        new(
            Audit,
            "intercepted-share",
            "拦截率",
            "Share intercepted",
            "f.outcome in ('double_sign', 'resolve', 'block')",
            "f.outcome is not null"
        ),
        new(
            Audit,
            "overridden",
            "拦截后双签放行率",
            "Passed by a second signature",
            "f.approved_at is not null",
            "f.outcome = 'double_sign'"
        ),
        new(Process, "deviations", "有煎煮偏差的处方", "Prescriptions with a deviation", "f.deviations > 0"),
        new(
            Process,
            "weighed-right",
            "全部药味误差 ±5% 以内",
            "All pieces within ±5 %",
            "f.portions_within = f.portions",
            "f.portions is not null"
        ),
        new(
            Punctuality,
            "promise-kept",
            "按承诺时间送达率",
            "Promise kept",
            "f.delivered_at <= f.promised_at",
            "f.delivered_at is not null and f.promised_at is not null"
        ),
        new(
            Punctuality,
            "urgent-in-time",
            "急煎 2 小时达标率",
            "Urgent within 2 hours",
            "f.decocted_at <= f.received_at + interval '2 hours'",
            "f.urgent and f.decocted_at is not null"
        ),
    ];

    private const string LotsOfRegion = "starts_with(substr(centre_code, 3, 6), @prefix)";

    public static readonly IReadOnlyList<OfOther> Others =
    [
        new(
            Lots,
            "lots-accepted",
            "入库批次",
            "Lots accepted",
            $"select count(*), null::bigint from quality.lot where {LotsOfRegion} and accepted_at >= @from_instant and accepted_at < @to_instant",
            "/release"
        ),
        new(
            Lots,
            "lots-passed",
            "检验放行率",
            "Lots passed",
            $"select count(*) filter (where state in ('released', 'recalled')), count(*) from quality.lot where {LotsOfRegion} and state <> 'waiting' and decided_at >= @from_instant and decided_at < @to_instant",
            "/release"
        ),
        new(
            Lots,
            "lots-recalled",
            "召回批次",
            "Lots recalled",
            $"select count(*), null::bigint from quality.lot where {LotsOfRegion} and state = 'recalled' and decided_at >= @from_instant and decided_at < @to_instant",
            "/release"
        ),
        new(
            Process,
            "nonconformities",
            "新增不符合项",
            "Nonconformities found",
            $"select count(*), null::bigint from quality.nonconformity where {LotsOfRegion} and detected_at >= @from_instant and detected_at < @to_instant",
            "/nonconformities"
        ),
        new(
            Process,
            "nonconformities-closed",
            "其中已关闭",
            "of them closed",
            $"select count(*) filter (where state = 'closed'), count(*) from quality.nonconformity where {LotsOfRegion} and detected_at >= @from_instant and detected_at < @to_instant",
            "/nonconformities"
        ),
        new(
            Audit,
            "rational",
            "处方点评合理率",
            "Rational on review",
            "select count(*) filter (where final_rational), count(*) from quality.review where starts_with(region_code, @prefix) and concluded_at >= @from_instant and concluded_at < @to_instant",
            "/appraisal-results"
        ),
    ];
}
