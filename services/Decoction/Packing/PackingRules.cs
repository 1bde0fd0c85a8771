using TcmBrain.Decoction.Steps;

namespace TcmBrain.Decoction.Packing;

/// <summary>A bag that was taken out and looked at.</summary>
/// <param name="Sealed">it stood the pressure of the hand upside down without a drop</param>
public sealed record MeasuredBag(string Serial, int Millilitres, bool Sealed);

/// <summary>
/// What is wrong with the bags. Pure. 《医疗机构中药煎药室管理规范》 art. 15 asks for equal filling in clean, closed packaging; how far a volume
/// may be away, and how many bags are looked at, are an expert's defaults (mark M), configured by <c>Delivery:VolumePercent</c>.
/// </summary>
public static class PackingRules
{
    private const string Regulation = "《医疗机构中药煎药室管理规范》国中医药发〔2009〕3号 第十五条";

    /// <summary>At least this many are measured, or all where there are fewer.</summary>
    public const int LeastMeasured = 2;

    /// <param name="bags">as the recipe asks</param>
    public static IEnumerable<Deviation> Check(
        int bags,
        int millilitres,
        int counted,
        IReadOnlyCollection<string> lost,
        IReadOnlyList<MeasuredBag> measured,
        int percent
    )
    {
        if (counted != bags - lost.Count)
        {
            yield return new Deviation(
                Step.Packing,
                "packing.count",
                $"清点 {counted} 袋,应为 {bags - lost.Count} 袋(方案 {bags} 袋,损失 {lost.Count} 袋)",
                $"{counted} bags counted instead of {bags - lost.Count} ({bags} in the recipe, {lost.Count} lost)"
            );
        }

        if (lost.Count > 0)
        {
            yield return new Deviation(
                Step.Packing,
                "packing.lost",
                $"损失 {lost.Count} 袋,患者少得 {lost.Count} 袋",
                $"{lost.Count} bags are lost: the patient gets so many fewer"
            );
        }

        var leaking = measured.Count(bag => !bag.Sealed);
        if (leaking > 0)
        {
            yield return new Deviation(
                Step.Packing,
                "packing.leak",
                $"{leaking} 袋密封不严({Regulation})",
                $"{leaking} bags do not hold ({Regulation})"
            );
        }

        var off = measured.Where(bag => Math.Abs(bag.Millilitres - millilitres) * 100 > millilitres * percent).ToList();
        if (off.Count > 0)
        {
            yield return new Deviation(
                Step.Packing,
                "packing.volume",
                $"{off.Count} 袋装量超出 {millilitres} ml ±{percent}%(如 {off[0].Serial} 为 {off[0].Millilitres} ml;{Regulation}:等量分装)",
                $"{off.Count} bags are outside {millilitres} ml ±{percent}% (such as {off[0].Serial} with {off[0].Millilitres} ml)"
            );
        }
    }
}
