namespace TcmBrain.Prescriptions.Audit;

/// <summary>What an age means for a toxic piece.</summary>
public enum ToxicAtAge : byte
{
    /// <summary>The adult rules.</summary>
    Adult,

    /// <summary>Half of the age's fraction is the limit; above it the prescriber signs again.</summary>
    Over,

    /// <summary>The prescriber signs again at any dose; the limit is half of the age's fraction.</summary>
    DoubleSign,
    Block,
}

/// <summary>An age group and its share of the adult dose. It reaches up to the next one.</summary>
/// <param name="VeryToxic">For 大毒 and controlled toxic pieces.</param>
/// <param name="Toxic">For 有毒 pieces.</param>
/// <param name="LightBelowGrams">Below this weight the body weight sets the limit, when that is lower.</param>
public sealed record AgeBand(
    string NameZh,
    string NameEn,
    int FromYears,
    int FromDays,
    int Numerator,
    int Denominator,
    ToxicAtAge VeryToxic,
    ToxicAtAge Toxic,
    int LightBelowGrams
)
{
    public bool IsAdult => Toxic == ToxicAtAge.Adult;
}
