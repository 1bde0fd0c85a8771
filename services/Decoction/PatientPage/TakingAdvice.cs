using TcmBrain.Decoction.Packing;

namespace TcmBrain.Decoction.PatientPage;

/// <summary>
/// What every patient is told of storing and taking a decoction, each with its source. Foods to avoid (忌口) are not said: no source that the
/// platform holds names them for a prescription, and none is invented.
/// </summary>
public static class TakingAdvice
{
    private const string Regulation = "《医疗机构中药煎药室管理规范》国中医药发〔2009〕3号";
    private const string Local = "各地代煎中药管理要求(标签内容), 期限可配置";

    /// <summary>Bags keep this long when refrigerated; regional rules say seven days at most. Marked M: for a pharmacist to confirm.</summary>
    public const int RefrigeratedDays = 7;

    /// <param name="refrigeratedDays">as configured for this room</param>
    public static IReadOnlyList<Advice> Of(bool decocted, bool external, IReadOnlyList<PackedApart> apart, int refrigeratedDays)
    {
        var advice = new List<Advice>();
        if (external)
        {
            advice.Add(
                new(
                    "external",
                    "外用药,不可内服。",
                    "For external use only. Do not drink it.",
                    Regulation + ": 内服、外用使用不同标识",
                    "M"
                )
            );
        }

        if (decocted)
        {
            advice.Add(
                new(
                    "storage",
                    $"收到后放冰箱冷藏(2–8 ℃),{refrigeratedDays} 天内用完;不要冷冻。",
                    $"Keep it in the refrigerator (2–8 °C) and use it within {refrigeratedDays} days; do not freeze it.",
                    Local,
                    "M"
                )
            );
            if (!external)
            {
                advice.Add(
                    new(
                        "warming",
                        "服用前连袋放入热水中温热,不要用微波炉加热密封袋;除医嘱另有要求外温服。",
                        "Warm the closed bag in hot water before drinking; never put a sealed bag into a microwave. Drink it warm unless told otherwise.",
                        Local,
                        "M"
                    )
                );
            }

            advice.Add(
                new(
                    "spoiled",
                    "胀袋、漏液、有异味或霉变时不要使用,请联系煎药中心。",
                    "Do not use a bag that is swollen, leaks, smells or looks wrong; call the decoction centre.",
                    Regulation + ": 包装与质量检查",
                    "M"
                )
            );
        }
        else
        {
            advice.Add(
                new(
                    "soak",
                    "自行煎煮:先用冷水浸泡 30 分钟以上,用陶瓷、不锈钢或砂锅,不用铁锅。",
                    "Decoct it yourself: soak it in cold water for at least 30 minutes; use ceramic or stainless steel, never iron.",
                    Regulation + " 第十三、十五条",
                    "M"
                )
            );
        }

        foreach (var part in apart)
        {
            if (Apart(part) is { } line)
            {
                advice.Add(line);
            }
        }

        return advice;
    }

    /// <summary>For the small label of what is packed apart: who puts it in, and when.</summary>
    public static string HowToUse(string handling, bool decocted) =>
        handling switch
        {
            "冲服" => "服药时用药液冲服,每次分量服用",
            "烊化" when decocted => "煎药室:滤出药液后加热溶化兑入",
            "烊化" => "加入温热药液中溶化后服",
            "后下" when decocted => "煎药室:头煎结束前 5–10 分钟放入",
            "后下" => "煎好前 5–10 分钟放入",
            "先煎" when decocted => "煎药室:按方案时间先煎",
            "先煎" => "先煎 10–15 分钟或按医嘱,再放其他药",
            "包煎" => (decocted ? "煎药室:" : "") + "装布袋煎",
            _ => (decocted ? "煎药室:" : "") + "单独煎约 2 小时后兑入",
        };

    private static Advice? Apart(PackedApart part)
    {
        var pieces = string.Join("、", part.Pieces);
        return part.Handling switch
        {
            "冲服" => new(
                "apart",
                $"另包 {pieces}:服药时用药液冲服。",
                $"Packed apart: {pieces}. Stir it into the warm decoction when you drink it.",
                "《中国药典》2020 年版一部【用法与用量】冲服",
                "C*"
            ),
            "烊化" => new(
                "apart",
                $"另包 {pieces}:加入温热药液中搅拌至完全溶化后服。",
                $"Packed apart: {pieces}. Dissolve it in the hot decoction, stirring, and drink it with it.",
                Regulation + ": 烊化",
                "M"
            ),
            "后下" => new(
                "apart",
                $"另包 {pieces}:煎好前 5–10 分钟放入。",
                $"Packed apart: {pieces}. Add it 5–10 minutes before the decoction is done.",
                Regulation + ": 后下",
                "M"
            ),
            "先煎" => new(
                "apart",
                $"另包 {pieces}:先煎 10–15 分钟(或按医嘱)再放入其他药。",
                $"Packed apart: {pieces}. Boil it for 10–15 minutes (or as told) before adding the rest.",
                Regulation + ": 先煎",
                "M"
            ),
            "包煎" => new(
                "apart",
                $"另包 {pieces}:装在布袋里煎。",
                $"Packed apart: {pieces}. Boil it in its cloth bag.",
                Regulation + ": 包煎",
                "M"
            ),
            "另煎" => new(
                "apart",
                $"另包 {pieces}:单独煎约 2 小时,兑入药液服。",
                $"Packed apart: {pieces}. Boil it by itself for about 2 hours and mix it into the decoction.",
                Regulation + ": 另煎",
                "M"
            ),
            _ => null,
        };
    }
}
