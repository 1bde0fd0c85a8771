using System.Globalization;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Pharmacy;

/// <summary>Times that devices and people report.</summary>
internal static class Moment
{
    /// <summary>A device's clock may be this much ahead of ours.</summary>
    private static readonly TimeSpan Fast = TimeSpan.FromMinutes(2);

    /// <summary>UTC, to the microsecond that the database keeps; now when the device says nothing.</summary>
    /// <exception cref="FaultException">It is in the future.</exception>
    public static DateTimeOffset OrNow(this DateTimeOffset? told, string field, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var moment = (told ?? now).ToUniversalTime();
        return moment <= now + Fast
            ? moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerMicrosecond))
            : throw PharmacyFaults.InFuture.Exception(field, moment.Text());
    }

    public static string Text(this DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Text(this DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
