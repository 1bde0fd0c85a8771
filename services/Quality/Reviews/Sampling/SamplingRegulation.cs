namespace TcmBrain.Quality.Reviews.Sampling;

/// <summary>A number that the regulation asks for (抽样率与绝对数), with where it is written.</summary>
/// <param name="Setting">outpatient (with emergency) or inpatient.</param>
/// <param name="SharePermyriad">In 1/10 000 of what is counted.</param>
/// <param name="Minimum">At least so many a month; all if there are fewer.</param>
/// <param name="Evidence">How the number is known: C read in the source, C* second-hand, M not checked against the text yet.</param>
public sealed record RegulatedNumber(
    string Setting,
    int SharePermyriad,
    int Minimum,
    string CountedZh,
    string CountedEn,
    string Source,
    string ArticleZh,
    string ArticleEn,
    string Edition,
    string Evidence
);

/// <summary>What a month's sample has to have at least (Data/review_regulation.csv). Where several apply, the highest counts.</summary>
public sealed class SamplingRegulation(IReadOnlyList<RegulatedNumber> numbers)
{
    public IReadOnlyList<RegulatedNumber> Numbers => numbers;

    public static SamplingRegulation Load() => new(EmbeddedTable.Read<RegulatedNumber>("review_regulation.csv"));

    public int SharePermyriad(string setting) => numbers.Where(n => n.Setting == setting).Max(n => n.SharePermyriad);

    public int Minimum(string setting) => numbers.Where(n => n.Setting == setting).Max(n => n.Minimum);

    /// <summary>How many of an institution's month the regulation asks for.</summary>
    public int Required(string setting, int population) => SampleSize.Of(population, SharePermyriad(setting), Minimum(setting));
}

/// <summary>A share of the population, rounded up, and at least a minimum; all if there are fewer.</summary>
public static class SampleSize
{
    public static int Of(int population, int sharePermyriad, int minimum) =>
        (int)Math.Min(population, Math.Max(minimum, ((long)population * sharePermyriad + 9_999) / 10_000));
}
