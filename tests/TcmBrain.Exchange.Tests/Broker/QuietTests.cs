using System.Globalization;
using MassTransit.UsageTracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TcmBrain.Exchange.TestHost;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Broker;

/// <summary>The exchange speaks to its database and its broker and to nobody else.</summary>
public sealed class QuietTests(Servers servers)
{
    [Fact]
    public async Task The_bus_reports_its_usage_to_nobody()
    {
        await using var node = Node.Build("cockpit", "Host=nowhere", "amqp://nobody:nobody@127.0.0.1:1", x => x.FoldWith<EffectFold>());

        // MassTransit's own switch (on unless it is turned off), or its tracker not there at all.
        (node.Services.GetService<IUsageTracker>() is UsageTracker { Enabled: true }).ShouldBeFalse();
    }

    [Fact]
    public async Task A_process_at_work_has_no_connection_but_to_database_and_broker()
    {
        var stage = await Stage.SetAsync(servers);
        await using var listener = TestProcess.Start("cockpit", stage.Cockpit, stage.Broker);
        await using var publisher = await stage.PublisherAsync();
        await publisher.TellAsync(Enumerable.Range(0, 100).Select(_ => Samples.Registered()));
        await stage.ShouldHaveTakenOnceAsync(100);

        var allowed = new[] { new Uri(stage.Broker).Port, new Npgsql.NpgsqlConnectionStringBuilder(stage.Cockpit).Port };
        var remotes = Remotes(listener.Id);
        remotes.ShouldNotBeEmpty();
        remotes.ShouldAllBe(r => r.Loopback && allowed.Contains(r.Port));
    }

    [Fact]
    public async Task Without_its_broker_a_service_is_degraded_but_takes_work()
    {
        var database = await servers.DatabaseAsync("institutions");
        await using var node = await Node.StartAsync(
            "institutions",
            database,
            "amqp://nobody:nobody@127.0.0.1:1",
            _ => { },
            s => s.AddHealthChecks()
        );
        await node.TellAsync([Samples.Registered()]);

        var report = await node.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        report.Status.ShouldBe(HealthStatus.Degraded);
        (await Database.PendingAsync(database)).ShouldBe(1);
    }

    /// <summary>The far ends of a process's TCP connections, whatever their state.</summary>
    private static List<(bool Loopback, int Port)> Remotes(int process)
    {
        var sockets = new DirectoryInfo($"/proc/{process}/fd")
            .EnumerateFileSystemInfos()
            .Select(handle => handle.LinkTarget)
            .OfType<string>()
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target[8..^1])
            .ToHashSet();
        return
        [
            .. new[] { "tcp", "tcp6" }
                .SelectMany(table => File.ReadLines($"/proc/{process}/net/{table}").Skip(1))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => sockets.Contains(fields[9]) && fields[3] != "0A")
                .Select(fields => fields[2].Split(':'))
                .Select(remote =>
                    (
                        // 127.x.x.x, as itself or mapped into IPv6, and ::1; the kernel writes little-endian words.
                        remote[0].EndsWith("7F", StringComparison.Ordinal)
                            || remote[0] == "00000000000000000000000001000000",
                        int.Parse(remote[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                    )
                ),
        ];
    }
}
