using TcmBrain.Contracts;
using TcmBrain.Testing.Running;

namespace TcmBrain.EndToEnd.Tests.BadInput;

/// <summary>What must be the same before and after something was refused: every row count, every process, every restart.</summary>
public sealed class Untouched
{
    private readonly Dictionary<string, long> rows;
    private readonly IReadOnlyList<PlatformResource> resources;

    private Untouched(Dictionary<string, long> rows, IReadOnlyList<PlatformResource> resources) =>
        (this.rows, this.resources) = (rows, resources);

    /// <summary>
    /// Does what is refused once nothing moves any more, and sees that nothing came of it. What the platform does by itself, as its watches do
    /// when their time has come, is not done by a refusal: that happens each time.
    /// </summary>
    public static async Task LeavesNothingAsync(Platform platform, Func<Task> refused)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = await TakeAsync(platform);
            await refused();
            await Stillness.ComeAsync(platform.Database);
            var stored = await before.StoredSinceAsync(platform);
            await before.ShouldRunAsync(platform);
            if (stored.Count == 0)
            {
                return;
            }

            attempt.ShouldBeLessThan(3, $"something was stored: {string.Join("; ", stored)}");
        }
    }

    private static async Task<Untouched> TakeAsync(Platform platform)
    {
        await platform.BeHealthyAsync();
        await Stillness.ComeAsync(platform.Database);
        return new Untouched(await CountAsync(platform), platform.Resources());
    }

    private async Task<List<string>> StoredSinceAsync(Platform platform) =>
        [.. (await CountAsync(platform)).Where(r => rows[r.Key] != r.Value).Select(r => $"{r.Key}: {rows[r.Key]} before, {r.Value} after")];

    /// <summary>All are well, and no process is another.</summary>
    private async Task ShouldRunAsync(Platform platform)
    {
        await platform.BeHealthyAsync();
        foreach (var resource in platform.Resources())
        {
            var before = resources.Single(r => r.Name == resource.Name);
            resource.Pid.ShouldBe(before.Pid, resource.Name);
            resource.Restarts.ShouldBe(before.Restarts, resource.Name);
        }
    }

    /// <summary>The rows that refused input could have left: events of all services, and the records of those that were called.</summary>
    private static async Task<Dictionary<string, long>> CountAsync(Platform platform)
    {
        var counts = new Dictionary<string, long>();
        foreach (var service in Topology.Services.Select(s => s.Name))
        {
            counts[$"{service}.outbox"] = await platform.CountAsync(service, "select count(*) from exchange.outbox");
        }

        foreach (
            var (service, table) in ((string, string)[])
                [
                    ("prescriptions", "prescriptions.prescriptions"),
                    ("prescriptions", "prescriptions.history"),
                    ("pharmacy", "pharmacy.lots"),
                    ("pharmacy", "pharmacy.movements"),
                    ("pharmacy", "pharmacy.shelves"),
                    ("institutions", "institutions.institution"),
                    ("institutions", "institutions.practitioner"),
                    ("traceability", "traceability.event"),
                ]
        )
        {
            counts[table] = await platform.CountAsync(service, $"select count(*) from {table}");
        }

        return counts;
    }
}
