namespace TcmBrain.Decoction.Telemetry;

/// <summary>What has to be known of a vessel to believe a reading.</summary>
internal sealed record MeasuredVessel(
    int VesselId,
    string Name,
    string? Controller,
    IReadOnlyList<(DateTimeOffset From, DateTimeOffset Until)> Calibrations
)
{
    /// <summary>An empty name is the vessel's own controller.</summary>
    public bool Knows(string device) => device.Length == 0 || device == Controller;

    public bool IsCalibratedAt(DateTimeOffset time)
    {
        foreach (var (from, until) in Calibrations)
        {
            if (from <= time && time < until)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The vessels of the reporting controller's centre, looked up again now and then while a call goes on.</summary>
internal sealed class CentreVessels(ReadingStore store, string centreCode, TimeProvider time)
{
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(5);
    private Dictionary<string, MeasuredVessel> vessels = [];
    private DateTimeOffset readAt = DateTimeOffset.MinValue;

    public string CentreCode => centreCode;

    public async ValueTask<MeasuredVessel?> FindAsync(string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now - readAt > Stale)
        {
            vessels = await store.VesselsAsync(centreCode, cancellationToken);
            readAt = time.GetUtcNow();
        }

        return vessels.GetValueOrDefault(name);
    }
}
