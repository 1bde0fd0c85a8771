using TcmBrain.Cockpit.Indicators.Plans;
using TcmBrain.Cockpit.Indicators.Transfer;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Cockpit.Indicators;

/// <summary>
/// The four plans that come with the platform (内置规划), as they were published, brought in by the same import as anybody's. A region that changes
/// its plan keeps its change: what is there already stays.
/// </summary>
internal sealed class PublishedPlans(PlanImport import) : IStartupTask
{
    public static byte[] File()
    {
        using var stream = typeof(PublishedPlans).Assembly.GetManifestResourceStream("published-plans.csv")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var report = await import.RunAsync(
            Reach.Platform,
            File(),
            new ImportMode(All: true, Preview: false),
            onlyNew: true,
            cancellationToken
        );
        if (report.Refused > 0)
        {
            throw new InvalidOperationException($"published-plans.csv, row {report.Faults[0].Row}: {report.Faults[0].En}");
        }
    }
}
