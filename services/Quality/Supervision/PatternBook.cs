using TcmBrain.Quality.Supervision.Patterns;

namespace TcmBrain.Quality.Supervision;

/// <summary>All patterns of supervision (监管规则).</summary>
public static class PatternBook
{
    public const string OverLong = "over-long";
    public const string OverDose = "over-dose";
    public const string Override = "override-habit";

    /// <summary>《处方管理办法》 article 19: 7 days for outpatients, 3 in emergency, unless a reason is stated.</summary>
    public static bool IsOverLong(Case c) => !c.LongExplained && c.Days > (c.VisitKind == "emergency" ? 3 : 7);

    public static readonly IReadOnlyList<IPattern> All =
    [
        new ShareAgainstPeers(
            OverLong,
            "超过规定天数且未注明理由",
            "last longer than allowed without a stated reason",
            c => c is { VisitKind: "outpatient" or "emergency", Days: > 0 },
            IsOverLong
        ),
        new ShareAgainstPeers(OverDose, "有药味超过剂量上限", "have a piece above its dose limit", c => c.Audited, c => c.OverDose),
        new ManyInstitutions(),
        new HerbSpike(),
        new PriceOutliers(),
        new ShareAgainstPeers(
            Override,
            "被审方拦截后经双签放行",
            "were stopped by the audit and passed by a second signature",
            c => c.Audited,
            c => c.Overridden
        ),
    ];

    /// <summary>Everything worth a look in a month, the strongest of each pattern first.</summary>
    public static IReadOnlyList<Signal> Find(SupervisedMonth month, Thresholds thresholds) =>
        [.. All.SelectMany(p => p.Find(month, thresholds).OrderByDescending(s => s.Strength))];
}
