using TcmBrain.Contracts;

namespace TcmBrain.Cockpit.Folding;

/// <summary>Day and hour of Asia/Shanghai.</summary>
public static class RegionHour
{
    public static (DateOnly Day, short Hour) Of(DateTimeOffset instant)
    {
        var local = instant.ToOffset(RegionTime.Offset);
        return (DateOnly.FromDateTime(local.DateTime), (short)local.Hour);
    }

    public static (DateOnly Day, short Hour) Of(long unixMilliseconds) => Of(DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds));
}
