using System.Globalization;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Quality.Reviews;

/// <summary>Whole months of the region's calendar; <see cref="Until"/> is exclusive.</summary>
internal readonly record struct Months(DateOnly From, DateOnly Until)
{
    private const int Longest = 12;

    /// <param name="last">Inclusive; <paramref name="first"/> when left out.</param>
    /// <exception cref="FaultException">No months, too many, or in the future.</exception>
    public static Months Of(string? first, string? last, DateTimeOffset now)
    {
        var thisMonth = This(now);
        if (
            Parse(first) is { } from
            && Parse(string.IsNullOrEmpty(last) ? first : last) is { } until
            && from <= until
            && until <= thisMonth
            && until < from.AddMonths(Longest)
        )
        {
            return new Months(from, until.AddMonths(1));
        }

        throw QualityFaults.BadPeriod.Exception("month");
    }

    /// <summary>The first day of the month that it is in the region.</summary>
    public static DateOnly This(DateTimeOffset now) => RegionTime.DayOf(now) is var day ? new DateOnly(day.Year, day.Month, 1) : default;

    public static DateOnly? Parse(string? month) =>
        DateOnly.TryParseExact(month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)
            ? first
            : null;

    public static string Text(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
