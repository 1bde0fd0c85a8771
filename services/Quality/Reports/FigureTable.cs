namespace TcmBrain.Quality.Reports;

/// <summary>What the monthly figures are and where they are counted: one table for the report, the API and the records behind each number.</summary>
internal static class FigureTable
{
    /// <summary>Over <c>quality.fact f</c>: a prescription counts when the condition holds; a share is of those where <paramref name="Of"/> holds.</summary>
    internal sealed record OfFact(string Section, string Code, string Zh, string En, string When, string? Of = null);

    /// <summary>
    /// Over the rows of a <see cref="Source"/> of the month and region: those where <paramref name="When"/> holds, as a share of all of them or as a number.
    /// </summary>
    internal sealed record OfOther(string Section, string Code, string Zh, string En, Source From, string When, bool Share);

    /// <summary>What else is counted: a table, of which what lies in the region (<c>@prefix</c>) and month (<c>@from_instant</c>, <c>@to_instant</c>).</summary>
    /// <param name="Kind">What a record is, by which its page is found.</param>
    /// <param name="Page">Where there is no list of exactly these records: the page that speaks of them; null otherwise.</param>
    internal sealed record Source(
        string Kind,
        string Table,
        string Id,
        string Place,
        string Number,
        string NumberEn,
        string State,
        string At,
        string Region,
        string? Page = null
    )
    {
        public string OfMonth => $"{Region} and {At} >= @from_instant and {At} < @to_instant";
    }

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

    private const string OfCentre = "starts_with(substr(r.centre_code, 3, 6), @prefix)";
    private const string LotNumber = "r.piece || ' ' || r.lot_number";

    private static readonly Source AcceptedLots = new(
        "lot",
        "quality.lot",
        "r.lot_id",
        "r.centre_code",
        LotNumber,
        LotNumber,
        "r.state",
        "r.accepted_at",
        OfCentre
    );

    private static readonly Source DecidedLots = AcceptedLots with { At = "r.decided_at" };

    private static readonly Source Nonconformities = new(
        "nonconformity",
        "quality.nonconformity",
        "r.nonconformity_id",
        "r.centre_code",
        "r.text_zh",
        "r.text_en",
        "r.state",
        "r.detected_at",
        OfCentre
    );

    private static readonly Source Reviews = new(
        "review",
        "quality.review",
        "r.prescription_id",
        "r.institution_code",
        "r.prescription_id::text",
        "r.prescription_id::text",
        "r.stage",
        "r.concluded_at",
        "starts_with(r.region_code, @prefix)",
        "/appraisal-results"
    );

    public static readonly IReadOnlyList<OfOther> Others =
    [
        new(Lots, "lots-accepted", "入库批次", "Lots accepted", AcceptedLots, "true", Share: false),
        new(Lots, "lots-passed", "检验放行率", "Lots passed", DecidedLots, "r.state in ('released', 'recalled')", Share: true),
        new(Lots, "lots-recalled", "召回批次", "Lots recalled", DecidedLots, "r.state = 'recalled'", Share: false),
        new(Process, "nonconformities", "新增不符合项", "Nonconformities found", Nonconformities, "true", Share: false),
        new(Process, "nonconformities-closed", "其中已关闭", "of them closed", Nonconformities, "r.state = 'closed'", Share: true),
        new(Audit, "rational", "处方点评合理率", "Rational on review", Reviews, "r.final_rational", Share: true),
    ];
}
