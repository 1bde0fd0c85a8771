using TcmBrain.Contracts.Events;

namespace TcmBrain.Decoction.Recipes;

/// <summary>How much potable water goes in, and what has to come out (加水量与得量). Millilitres.</summary>
/// <param name="HerbMilligrams">All pieces that are boiled in the vessel, dry.</param>
/// <param name="AbsorbedMillilitres">What the pieces keep.</param>
/// <param name="FirstMillilitres">Water for soaking and first boil.</param>
/// <param name="YieldMillilitres">What is to be filled into bags, all doses together.</param>
/// <param name="VesselMillilitres">The least capacity of a vessel that takes it without boiling over.</param>
/// <param name="AdviceZh">Null: the volume is what the regulation says for that age.</param>
public sealed record WaterPlan(
    long HerbMilligrams,
    int AbsorbedMillilitres,
    int FirstMillilitres,
    int SecondMillilitres,
    int YieldMillilitres,
    int YieldPerDoseMillilitres,
    int VesselMillilitres,
    IReadOnlyList<RuleSource> Sources,
    string? AdviceZh,
    string? AdviceEn
);

/// <summary>
/// Water by weight and absorption. The regulation gives 2–5 cm above the pieces, which no controller can measure; the amounts are the
/// practice's equivalent and an expert's default throughout, to be confirmed by a pharmacist (mark M).
/// </summary>
public static class WaterRule
{
    private const string Regulation = "《医疗机构中药煎药室管理规范》国中医药发〔2009〕3号 第十五条";

    /// <summary>Under fourteen the regulation's volume for children goes.</summary>
    public const int ChildBelowYears = 14;

    public const int EvaporationPerMinute = 10;

    /// <summary>Of the yield; the pieces are wet already when the second water comes.</summary>
    private const int FirstSharePercent = 55;
    private const int FillPercent = 85;

    public static readonly RuleSource Absorption = new(
        "water.absorption",
        "吸水量(毫升/克): 矿物贝甲类 0.2, 花叶全草类 2.0, 其余 1.2",
        "M"
    );
    public static readonly RuleSource Evaporation = new("water.evaporation", "沸后蒸发约 10 毫升/分钟", "M");
    public static readonly RuleSource Cover = new("water.cover", Regulation + ": 水面高出饮片 2–5 厘米, 头煎取得量之 55%", "M");
    public static readonly RuleSource YieldChild = new("yield.child", Regulation + ": 儿童每剂 100–300 毫升", "M");
    public static readonly RuleSource YieldAdult = new("yield.adult", Regulation + ": 成人每剂 400–600 毫升", "M");
    public static readonly RuleSource Fill = new("vessel.fill", "装量不超过容器的 85%", "M");

    private static readonly string[] HardWords =
    [
        "石",
        "牡蛎",
        "龙骨",
        "龙齿",
        "珍珠母",
        "蛤壳",
        "瓦楞子",
        "龟甲",
        "鳖甲",
        "水牛角",
        "自然铜",
        "禹余粮",
    ];
    private static readonly string[] LightEndings = ["花", "叶", "草", "苏", "荷", "蒿", "皮壳", "芥", "茅根"];

    /// <summary>What is not boiled in the vessel: dissolved, taken with it, or boiled apart.</summary>
    private static readonly string[] OutsideWords = ["烊化", "冲服", "另煎"];

    /// <param name="ageYears">Null: not told; then no volume is called too much or too little.</param>
    public static WaterPlan Derive(PrescriptionChecked prescription, int firstMinutes, int secondMinutes, int? ageYears)
    {
        var boiled = prescription.Portions.Where(p => !OutsideWords.Any(w => p.Handling.Contains(w, StringComparison.Ordinal))).ToList();
        var absorbed = (int)(boiled.Sum(p => p.Weighed.Milligrams * TenthsPerGram(p.Piece)) / 10_000);
        var perDose = prescription.PacksPerDose * prescription.MillilitresPerPack;
        var child = ageYears < ChildBelowYears;
        var range = child ? YieldChild : YieldAdult;
        var (least, most) = child ? (100, 300) : (400, 600);
        // Whose age is not told is not judged by it.
        var outside = ageYears is not null && (perDose < least || perDose > most);
        return Of(
            boiled.Sum(p => p.Weighed.Milligrams),
            absorbed,
            prescription.Doses * perDose,
            perDose,
            firstMinutes,
            secondMinutes,
            [Absorption, Evaporation, Cover, range, Fill],
            outside ? $"每剂 {perDose} 毫升,超出 {least}–{most} 毫升" : null,
            outside ? $"{perDose} ml a dose is outside {least}–{most} ml" : null
        );
    }

    /// <summary>The same pieces boiled for other minutes.</summary>
    public static WaterPlan ForMinutes(WaterPlan plan, int firstMinutes, int secondMinutes) =>
        Of(
            plan.HerbMilligrams,
            plan.AbsorbedMillilitres,
            plan.YieldMillilitres,
            plan.YieldPerDoseMillilitres,
            firstMinutes,
            secondMinutes,
            plan.Sources,
            plan.AdviceZh,
            plan.AdviceEn
        );

    private static WaterPlan Of(
        long herb,
        int absorbed,
        int yield,
        int perDose,
        int firstMinutes,
        int secondMinutes,
        IReadOnlyList<RuleSource> sources,
        string? adviceZh,
        string? adviceEn
    )
    {
        var first = Tens(absorbed + (firstMinutes * EvaporationPerMinute) + (yield * FirstSharePercent / 100));
        var second = Tens((secondMinutes * EvaporationPerMinute) + yield - (yield * FirstSharePercent / 100));
        // A gram of dry pieces takes about a millilitre of room.
        var room = Math.Max(first, second + absorbed) + (int)(herb / 1000);
        return new(herb, absorbed, first, second, yield, perDose, Tens(room * 100 / FillPercent), sources, adviceZh, adviceEn);
    }

    private static long TenthsPerGram(string piece) =>
        HardWords.Any(w => piece.Contains(w, StringComparison.Ordinal)) ? 2
        : LightEndings.Any(w => piece.EndsWith(w, StringComparison.Ordinal)) ? 20
        : 12;

    private static int Tens(int millilitres) => (millilitres + 9) / 10 * 10;
}
