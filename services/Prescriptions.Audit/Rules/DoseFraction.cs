namespace TcmBrain.Prescriptions.Audit.Rules;

/// <summary>A patient's share of the adult dose: the age group's, or the body weight's when that is lower and the patient very light.</summary>
internal readonly record struct DoseFraction(long Numerator, long Denominator, string Zh, string En)
{
    public bool IsFull => Numerator == Denominator;

    /// <summary>The adult range itself, whatever the age.</summary>
    public DoseFraction Adult => new(1, 1, "药典", "pharmacopoeia");

    public static DoseFraction Of(AuditContext context)
    {
        var band = context.Band;
        var reference = context.Policy.ReferenceWeightGrams;
        if (
            context.Request.WeightGrams is { } weight
            && weight > 0
            && weight < band.LightBelowGrams
            && weight * band.Denominator < reference * band.Numerator
        )
        {
            return new(weight, reference, $"体重 {weight / 1000m:0.#} kg 的", $"{weight / 1000m:0.#} kg body weight");
        }
        return band.IsAdult ? new(1, 1, "药典", "pharmacopoeia") : new(band.Numerator, band.Denominator, band.NameZh, band.NameEn);
    }

    /// <summary>The share of an adult limit in whole units, rounded down.</summary>
    public long Limit(long adult) => adult * Numerator / Denominator;

    public bool IsBelow(long daily, long adultMinimum) => daily * Denominator < adultMinimum * Numerator;
}
