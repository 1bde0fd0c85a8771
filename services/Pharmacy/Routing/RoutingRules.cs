using TcmBrain.Contracts;

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
    public double KilometresForConsortium { get; init; } = 35;

    /// <summary>
    /// The nearest that can is passed over only for one that is better by more than this: what a queue will be is a guess, and a detour is not.
    /// </summary>
    public double Margin { get; init; } = 12;

    /// <summary>An urgent one is wanted within so many hours: 急煎 is to be done within two (国中医药发〔2009〕3号), then it has to be brought.</summary>
    public double UrgentHours { get; init; } = 5;

    /// <summary>What is approved before this time of the region's day is wanted the same day.</summary>
    public TimeOnly SameDayUntil { get; init; } = new(12, 0);

    /// <summary>The same day means by then.</summary>
    public TimeOnly SameDayBy { get; init; } = new(20, 30);

    /// <summary>Every other one is wanted the next day by then.</summary>
    public TimeOnly NextDayBy { get; init; } = new(14, 0);

    /// <summary>Minutes from taking up to checked, of one prescription.</summary>
    public int DispensingMinutes { get; init; } = 30;

    /// <summary>Minutes from soaking to packed, of one prescription.</summary>
    public int DecoctionMinutes { get; init; } = 150;

    /// <summary>Minutes that a parcel takes apart from its way.</summary>
    public int HandOverMinutes { get; init; } = 60;

    public double KilometresAnHour { get; init; } = 40;

    /// <summary>When a prescription is wanted: as the patient said, else by its urgency and the time of its approval.</summary>
    public DateTimeOffset DueBy(DateTimeOffset approvedAt, bool urgent, DateTimeOffset? neededBy)
    {
        if (neededBy is { } asked)
        {
            return asked;
        }

        if (urgent)
        {
            return approvedAt + TimeSpan.FromHours(UrgentHours);
        }

        var start = RegionTime.StartOf(RegionTime.DayOf(approvedAt));
        return approvedAt - start < SameDayUntil.ToTimeSpan() ? start + SameDayBy.ToTimeSpan() : start.AddDays(1) + NextDayBy.ToTimeSpan();
    }
}
