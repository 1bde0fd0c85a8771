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

    /// <summary>Returns when nothing moves any more.</summary>
    public static async Task<Untouched> TakeAsync(Platform platform)
    {
        Dictionary<string, long>? before = null;
        var still = 0;
        await Eventually.Be(
            async () =>
            {
                var now = await CountAsync(platform);
                var same = before is not null && now.All(r => before[r.Key] == r.Value) && now["pending"] == 0;
                before = now;
                still = same ? still + 1 : 0;
                // Looks follow each other at growing intervals: so many are half a second.
                return still == 7;
            },
            "the platform has nothing left to do",
            TimeSpan.FromSeconds(45)
        );
        return new Untouched(before!, platform.Resources());
    }

    public async Task ShouldHoldAsync(Platform platform)
    {
        var now = await CountAsync(platform);
        now.Where(r => rows[r.Key] != r.Value)
            .Select(r => $"{r.Key}: {rows[r.Key]} before, {r.Value} after")
            .ShouldBeEmpty("something was stored");
        foreach (var resource in platform.Resources())
        {
            resource.Health.ShouldBe("Healthy", resource.Name);
            var before = resources.Single(r => r.Name == resource.Name);
            resource.Pid.ShouldBe(before.Pid, resource.Name);
            resource.Restarts.ShouldBe(before.Restarts, resource.Name);
        }
    }

    /// <summary>The rows that refused input could have left: events of all services, and the records of those that were called.</summary>
    private static async Task<Dictionary<string, long>> CountAsync(Platform platform)
    {
        var counts = new Dictionary<string, long> { ["pending"] = 0 };
        foreach (var service in Topology.Services.Select(s => s.Name))
        {
            counts[$"{service}.outbox"] = await platform.CountAsync(service, "select count(*) from exchange.outbox");
            counts["pending"] += await platform.CountAsync(service, "select count(*) from exchange.outbox_pending");
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
