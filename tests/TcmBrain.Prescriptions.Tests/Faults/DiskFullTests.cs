using System.Diagnostics;
using Npgsql;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Setup;
using TcmBrain.Testing;
using TcmBrain.Testing.Running;

namespace TcmBrain.Prescriptions.Tests.Faults;

/// <summary>The disk of the prescriptions' database fills up: a small tmpfs as its tablespace. Mounting needs root; without, it is skipped.</summary>
public sealed class DiskFullTests(Servers servers)
{
    [Fact]
    public async Task A_full_disk_refuses_what_it_cannot_keep_and_nothing_is_half_done()
    {
        var folder = Directory.CreateTempSubdirectory("tcm-small-disk-").FullName;
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess && (await RunAsync("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder)).ExitCode == 0,
            "a small disk cannot be mounted here"
        );
        try
        {
            // A server of its own: one full disk stops the checkpoints, and with them every database beside it.
            await using var own = new Servers();
            var text = await DatabaseOnAsync(own, folder);
            await using var stand = await FaultStand.StartAsync(servers, text);
            var ballast = Path.Combine(folder, "ballast");
            await FillAsync(ballast);
            var pushed = Enumerable.Range(0, 3_000).Select(_ => PrescriptionsFixture.Clean()).ToList();
            var refused = 0;

            var pushing = FaultStand.PushAllAsync(() => stand.Service.Grpc, pushed, _ => Interlocked.Increment(ref refused));
            await Eventually.Be(() => refused > 0, "the disk is full", TimeSpan.FromSeconds(180));
            File.Delete(ballast);
            var replies = await pushing;

            await stand.AddsUpAsync(pushed, replies);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await RunAsync("umount", "-l", folder);
            Directory.Delete(folder);
        }
    }

    /// <summary>A new database whose tables lie there; the server's own log of changes stays where it is.</summary>
    private static async Task<string> DatabaseOnAsync(Servers server, string folder)
    {
        var text = new NpgsqlConnectionStringBuilder(await server.EmptyDatabaseAsync("prescriptions"));
        var space = Directory.CreateDirectory(Path.Combine(folder, "space")).FullName;
        (await RunAsync("chmod", "755", folder)).ExitCode.ShouldBe(0);
        (await RunAsync("chown", "postgres", space)).ExitCode.ShouldBe(0);
        var name = $"small_{Guid.CreateVersion7():N}";
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(text.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString
        );
        foreach (
            var sql in (string[])[$"create tablespace {name} location '{space}'", $"create database \"{text.Database}\" tablespace {name}"]
        )
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        await Migrations.ApplyAsync(text.ConnectionString, "prescriptions");
        return text.ConnectionString;
    }

    /// <summary>Leaves a mebibyte.</summary>
    private static async Task FillAsync(string file)
    {
        var free = new DriveInfo(Path.GetDirectoryName(file)!).AvailableFreeSpace;
        await File.WriteAllBytesAsync(file, new byte[Math.Max(0, free - (1 << 20))]);
    }

    private static Task<ToolRun> RunAsync(string program, params string[] arguments) =>
        ToolRun.RunAsync(new ProcessStartInfo(program, arguments), TimeSpan.FromSeconds(120));
}
