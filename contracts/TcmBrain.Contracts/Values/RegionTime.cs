namespace TcmBrain.Contracts;

/// <summary>A region's calendar: instants are UTC everywhere, days are counted in Asia/Shanghai (UTC+8, no summer time).</summary>
public static class RegionTime
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    public static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    public static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), Offset);
}
