namespace TcmBrain.Pharmacy.Routing;

/// <summary>
/// What the choice of a centre weighs (configuration section <c>Routing</c>). Everything is told in kilometres that would weigh as much, so that the
/// parts of a score can be read side by side. The values are the house's own defaults, not of any regulation, except where said.
/// </summary>
public sealed record RoutingRules
{
    /// <summary>An hour past the time by which it is wanted weighs as much as so many kilometres.</summary>
    public double KilometresPerLateHour { get; init; } = 20;

    /// <summary>A centre whose day is full weighs so many kilometres more than an empty one; in between by the square.</summary>
    public double KilometresPerFullDay { get; init; } = 12;

    /// <summary>Ten yuan more than the cheapest weigh as much as so many kilometres.</summary>
    public double KilometresPerTenYuan { get; init; } = 2;

    /// <summary>A centre of the prescriber's own consortium may be so much further away.</summary>
    public double KilometresForConsortium { get; init; } = 10;

    /// <summary>An urgent one is wanted within so many hours: 急煎 is to be done within two (国中医药发〔2009〕3号), and has to be brought.</summary>
    public double UrgentHours { get; init; } = 4;

    /// <summary>Every other one is wanted within so many hours, unless the patient said when it is fetched.</summary>
    public double UsualHours { get; init; } = 24;

    /// <summary>Minutes from taking up to checked, of one prescription.</summary>
    public int DispensingMinutes { get; init; } = 30;

    /// <summary>Minutes from soaking to packed, of one prescription.</summary>
    public int DecoctionMinutes { get; init; } = 150;

    /// <summary>Minutes that a parcel takes apart from its way.</summary>
    public int HandOverMinutes { get; init; } = 60;

    public double KilometresAnHour { get; init; } = 40;
}
