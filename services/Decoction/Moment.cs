using System.Globalization;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Decoction;

/// <summary>Times that devices and people report.</summary>
internal static class Moment
{
    /// <summary>A device's clock may be this much ahead of ours.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    /// <summary>UTC, to the microsecond that the database keeps, so that a repeated report is recognised.</summary>
    public static DateTimeOffset Stored(this DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <exception cref="FaultException">Missing or in the future.</exception>
    public static DateTimeOffset Reported(this DateTimeOffset? time, string field, DateTimeOffset now)
    {
        if (time is not { } told)
        {
            throw DecoctionFaults.Missing.Exception(field);
        }

        return told <= now + Tolerance ? told.Stored() : throw DecoctionFaults.InFuture.Exception(field, told.Text());
    }

    public static string Text(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
