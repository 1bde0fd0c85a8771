namespace TcmBrain.Decoction.Telemetry;

/// <summary>The vessels of the reporting controller's centre, looked up once for a call.</summary>
internal sealed class CentreVessels(ReadingStore store, string centreCode)
{
    private Dictionary<string, int>? vessels;

    public async ValueTask<int?> FindAsync(string name, CancellationToken cancellationToken)
    {
        vessels ??= await store.VesselsAsync(centreCode, cancellationToken);
        return vessels.TryGetValue(name, out var id) ? id : null;
    }
}
