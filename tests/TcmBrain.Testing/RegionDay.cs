using TcmBrain.Contracts;

namespace TcmBrain.Testing;

/// <summary>For tests that ask what was counted today (or this month): the region's day must not end under their hands.</summary>
public static class RegionDay
{
    /// <summary>Returns at once but shortly before midnight: then as soon as the next day has begun.</summary>
    /// <param name="within">what the test may take on a slow machine</param>
    public static Task NotEndingAsync(TimeSpan? within = null)
    {
        var needed = within ?? TimeSpan.FromMinutes(4);
        var day = RegionTime.DayOf(DateTimeOffset.UtcNow + needed);
        return Eventually.Be(() => RegionTime.DayOf(DateTimeOffset.UtcNow) == day, "the region's next day", needed * 2);
    }
}
