using TcmBrain.Contracts.Events;

namespace TcmBrain.Decoction.Recipes;

/// <summary>
/// From a checked prescription to its recipe. Pure; the numbers are 《医疗机构中药煎药室管理规范》(国中医药发〔2009〕3号) art. 15
/// unless their <see cref="RuleSource"/> says otherwise.
/// </summary>
public static class RecipeRule
{
    private const string Regulation = "《医疗机构中药煎药室管理规范》国中医药发〔2009〕3号 第十五条";

    public static readonly MinuteLimit Soak = new(30, null, 30, new("soak", Regulation + ": 浸泡不少于30分钟", "M"));

    /// <summary>Minutes after boiling, by class.</summary>
    private static readonly Dictionary<DecoctionClass, MinuteLimit> Boil = new()
    {
        [DecoctionClass.Light] = new(15, 20, 18, new("first-boil.light", Regulation + ": 解表类、清热类、芳香类 15–20 分钟", "M")),
        [DecoctionClass.Ordinary] = new(20, 30, 25, new("first-boil.ordinary", Regulation + ": 一般 20–30 分钟", "M")),
        [DecoctionClass.Tonic] = new(40, 60, 50, new("first-boil.tonic", Regulation + ": 滋补类 40–60 分钟", "M")),
    };

    /// <summary>"Slightly shorter" is all that the regulation says of the second boil; five minutes is the default taken here.</summary>
    private const int SecondBoilShorterBy = 5;

    private static readonly MinuteLimit DecoctFirst = new(10, 15, 15, new("decoct-first", Regulation + ": 先煎 10–15 分钟", "M"));
    private static readonly MinuteLimit AddLate = new(5, 10, 5, new("add-late", Regulation + ": 后下, 第一煎结束前 5–10 分钟", "M"));
    private static readonly MinuteLimit Separately = new(120, null, 120, new("decoct-separately", Regulation + ": 另煎约 2 小时", "M"));

    /// <summary>What has to boil far longer before the rest goes in.</summary>
    private static readonly (string[] Pieces, MinuteLimit Limit)[] LongFirst =
    [
        (
            ["附子", "黑顺片", "白附片", "淡附片", "炮附片", "制川乌", "制草乌"],
            new(30, 60, 45, new("decoct-first.aconite", "《中国药典》2020: 先煎、久煎; 实践 0.5–1 小时, 至口尝无麻舌感", "C*"))
        ),
        (["雷公藤"], new(60, 120, 90, new("decoct-first.tripterygium", "文火先煎 1–2 小时", "M"))),
        (["水牛角"], new(180, null, 180, new("decoct-first.buffalo-horn", "《中国药典》2020: 宜先煎 3 小时以上", "C*"))),
    ];

    /// <summary>Words of syndrome names, the first that occurs decides. An expert's default, for a pharmacist to confirm.</summary>
    private static readonly (string Word, DecoctionClass Class)[] SyndromeWords =
    [
        ("束表", DecoctionClass.Light),
        ("犯表", DecoctionClass.Light),
        ("袭表", DecoctionClass.Light),
        ("袭肺", DecoctionClass.Light),
        ("风寒犯肺", DecoctionClass.Light),
        ("风热犯肺", DecoctionClass.Light),
        ("表寒", DecoctionClass.Light),
        ("太阳", DecoctionClass.Light),
        ("卫分", DecoctionClass.Light),
        ("卫气同病", DecoctionClass.Light),
        ("营卫不和", DecoctionClass.Light),
        ("错杂", DecoctionClass.Ordinary),
        ("上热下寒", DecoctionClass.Ordinary),
        ("虚", DecoctionClass.Tonic),
        ("亏", DecoctionClass.Tonic),
        ("不足", DecoctionClass.Tonic),
        ("下陷", DecoctionClass.Tonic),
        ("热", DecoctionClass.Light),
        ("火", DecoctionClass.Light),
        ("暑", DecoctionClass.Light),
    ];

    private static readonly string[] LightCategories = ["发散", "清热", "清虚热", "化湿", "开窍"];
    private static readonly string[] TonicCategories = ["补气", "补血", "补阴", "补阳"];
    private static readonly string[] ApartWords = ["包煎", "烊化", "冲服"];

    /// <param name="categoryOf">The catalogue's category of a piece (发散风寒药, 补气药, …), null for one it does not know.</param>
    /// <param name="ageYears">Of the patient; null: not told.</param>
    public static Recipe Derive(PrescriptionChecked prescription, Func<string, string?> categoryOf, int? ageYears = null)
    {
        var (kind, reasonZh, reasonEn) = Classify(prescription, categoryOf);
        var boil = Boil[kind];
        var special = Special(prescription.Portions);
        var first = special.FirstOrDefault(s => s.Handling == "先煎")?.Limit;
        var firstBoil = first is null ? boil : Sum(first, boil);
        var secondBoil = new MinuteLimit(
            boil.Minimum - SecondBoilShorterBy,
            boil.Maximum,
            boil.Target - SecondBoilShorterBy,
            new("second-boil", Regulation + ": 第二煎时间略短", "M")
        );
        return new Recipe(
            kind,
            reasonZh,
            reasonEn,
            Soak,
            firstBoil,
            secondBoil,
            special,
            MaximumCelsius: 100,
            prescription.Doses * prescription.PacksPerDose,
            prescription.MillilitresPerPack
        )
        {
            Water = WaterRule.Derive(prescription, firstBoil.Target, secondBoil.Target, ageYears),
            Moments = Timeline.Of(special, firstBoil),
        };
    }

    /// <summary>The regulation speaks of kinds of medicines, so the pieces decide; where they are mixed, the syndrome does.</summary>
    private static (DecoctionClass Kind, string Zh, string En) Classify(PrescriptionChecked prescription, Func<string, string?> categoryOf)
    {
        var total = prescription.Portions.Sum(p => p.Weighed.Milligrams);
        if (2 * WeightOf(LightCategories) >= total && total > 0)
        {
            return (
                DecoctionClass.Light,
                "解表、清热、芳香类饮片占半数以上",
                "exterior-releasing, heat-clearing or aromatic pieces are at least half"
            );
        }

        if (2 * WeightOf(TonicCategories) >= total && total > 0)
        {
            return (DecoctionClass.Tonic, "补益类饮片占半数以上", "tonic pieces are at least half");
        }

        foreach (var (word, kind) in SyndromeWords)
        {
            if (prescription.SyndromeName.Contains(word, StringComparison.Ordinal))
            {
                return (kind, $"证型“{prescription.SyndromeName}”", $"syndrome {prescription.SyndromeName}");
            }
        }

        return (DecoctionClass.Ordinary, "一般", "neither kind prevails");

        long WeightOf(string[] categories) =>
            prescription
                .Portions.Where(p =>
                    categoryOf(p.Piece) is { } category && categories.Any(c => category.StartsWith(c, StringComparison.Ordinal))
                )
                .Sum(p => p.Weighed.Milligrams);
    }

    private static List<SpecialHandling> Special(WeighedPortion[] portions)
    {
        var special = new List<SpecialHandling>();
        if (With("先煎") is { Count: > 0 } early)
        {
            special.Add(new("先煎", early, LongestFirst(early)));
        }

        if (With("后下") is { Count: > 0 } late)
        {
            special.Add(new("后下", late, AddLate));
        }

        if (With("另煎") is { Count: > 0 } apart)
        {
            special.Add(new("另煎", apart, Separately));
        }

        special.AddRange(ApartWords.Select(word => new SpecialHandling(word, With(word), null)).Where(s => s.Pieces.Count > 0));
        return special;

        List<string> With(string word) =>
            [.. portions.Where(p => p.Handling.Contains(word, StringComparison.Ordinal)).Select(p => p.Piece).Distinct()];
    }

    private static MinuteLimit LongestFirst(List<string> pieces) =>
        LongFirst.Where(rule => rule.Pieces.Intersect(pieces).Any()).Select(rule => rule.Limit).MaxBy(limit => limit.Minimum)
        ?? DecoctFirst;

    private static MinuteLimit Sum(MinuteLimit first, MinuteLimit rest) =>
        new(
            first.Minimum + rest.Minimum,
            first.Maximum + rest.Maximum,
            first.Target + rest.Target,
            new(first.Source.RuleId + "+" + rest.Source.RuleId, first.Source.Clause + "; " + rest.Source.Clause, rest.Source.Mark)
        );
}
