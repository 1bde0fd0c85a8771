using System.Globalization;
using TcmBrain.Contracts;

namespace TcmBrain.Quality.Facts;

/// <summary>A month, quarter or year of the region's calendar: 2026-11, 2026-Q4, 2026.</summary>
/// <param name="To">the first day that is no longer in it</param>
public sealed record Period(string Text, DateOnly From, DateOnly To)
{
    private int Months => (To.Year - From.Year) * 12 + To.Month - From.Month;

    public Period Before => Starting(From.AddMonths(-Months), Months);

    /// <summary>month, quarter or year</summary>
    public string Kind =>
        Months switch
        {
            1 => "month",
            3 => "quarter",
            _ => "year",
        };

    public static Period OfMonth(DateOnly day) => Starting(new DateOnly(day.Year, day.Month, 1), 1);

    public static Period Of(string kind, DateOnly day) =>
        kind switch
        {
            "year" => Starting(new DateOnly(day.Year, 1, 1), 12),
            "quarter" => Starting(new DateOnly(day.Year, (day.Month - 1) / 3 * 3 + 1, 1), 3),
            _ => OfMonth(day),
        };

    /// <summary>Null when it is none.</summary>
    public static Period? Parse(string? text)
    {
        if (
            text is null
            || text.Length < 4
            || !int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
        )
        {
            return null;
        }

        return year is < 2000 or > 2200 ? null
            : text.Length == 4 ? Starting(new DateOnly(year, 1, 1), 12)
            : text.AsSpan(4) is ['-', 'Q', >= '1' and <= '4' and var quarter] ? Starting(new DateOnly(year, (quarter - '1') * 3 + 1, 1), 3)
            : text.AsSpan(4) is ['-', _, _]
            && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var month)
            && month is >= 1 and <= 12
                ? Starting(new DateOnly(year, month, 1), 1)
            : null;
    }

    public static Period Now(TimeProvider time) => OfMonth(RegionTime.DayOf(time.GetUtcNow()));

    private static Period Starting(DateOnly from, int months) =>
        new(
            months switch
            {
                1 => from.ToString("yyyy-MM", CultureInfo.InvariantCulture),
                3 => string.Create(CultureInfo.InvariantCulture, $"{from.Year:0000}-Q{(from.Month - 1) / 3 + 1}"),
                _ => from.ToString("yyyy", CultureInfo.InvariantCulture),
            },
            from,
            from.AddMonths(months)
        );
}
