using TcmBrain.Contracts;

namespace TcmBrain.Pharmacy.Centres;

/// <summary>When a centre works, by the region's clock.</summary>
/// <param name="ClosedWeekdays">ISO: 1 is Monday</param>
public sealed record OpeningHours(TimeOnly Opens, TimeOnly Closes, IReadOnlyList<int> ClosedWeekdays, IReadOnlyList<DateOnly> ClosedDays)
{
    /// <summary>Nobody is promised anything further ahead.</summary>
    private const int MostDays = 60;

    public double MinutesADay => (Closes - Opens).TotalMinutes;

    public bool IsOpen(DateOnly day) =>
        !ClosedDays.Contains(day) && !ClosedWeekdays.Contains(day.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)day.DayOfWeek);

    /// <summary>When so much work is done that begins at the earliest <paramref name="from"/> and rests while the centre is closed.</summary>
    public DateTimeOffset After(DateTimeOffset from, TimeSpan work)
    {
        var day = RegionTime.DayOf(from);
        for (var i = 0; i < MostDays; i++, day = day.AddDays(1))
        {
            if (!IsOpen(day))
            {
                continue;
            }

            var start = RegionTime.StartOf(day);
            var (opens, closes) = (start + Opens.ToTimeSpan(), start + Closes.ToTimeSpan());
            var begin = from > opens ? from : opens;
            if (begin >= closes)
            {
                continue;
            }

            if (begin + work <= closes)
            {
                return begin + work;
            }

            work -= closes - begin;
        }

        return RegionTime.StartOf(day);
    }
}
