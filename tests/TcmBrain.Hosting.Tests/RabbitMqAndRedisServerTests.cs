using System.Net;
using System.Net.Sockets;
using TcmBrain.MachineServers;
using TcmBrain.MachineServers.Processes;
using TcmBrain.MachineServers.RabbitMq;
using TcmBrain.MachineServers.Redis;

namespace TcmBrain.Hosting.Tests;

public sealed class RabbitMqAndRedisServerTests
{
    [Fact]
    public async Task Two_nodes_run_side_by_side_and_leave_nothing()
    {
        var one = new RabbitMqServer(new RabbitMqOptions { Password = "p/w+=1" });
        var two = new RabbitMqServer(new RabbitMqOptions { Password = "p" });
        var processes = new List<ProcessIdentity>();
        await using (one)
        await using (two)
        {
            await Task.WhenAll(one.StartAsync(), two.StartAsync());
            one.NodeName.ShouldNotBe(two.NodeName);
            await one.BeHealthyAsync();
            await two.BeHealthyAsync();
            processes.AddRange(ProcessTree.Of(one.ProcessId!.Value));
            processes.AddRange(ProcessTree.Of(two.ProcessId!.Value));

            await two.KillAsync();
            // The other one's end is no matter of mine.
            await one.BeHealthyAsync();
            await two.StartAsync();
            await two.BeHealthyAsync();
            processes.AddRange(ProcessTree.Of(two.ProcessId!.Value));
        }
        (await ProcessTree.WaitUntilGoneAsync(processes, TimeSpan.FromSeconds(120))).ShouldBeTrue();
        // Those of the hosts that other tests run are their children, not ours.
        Directory
            .EnumerateDirectories("/proc")
            .Select(folder => StatusOf(folder))
            .ShouldNotContain(status =>
                status.Contains("Name:\tepmd\n") && status.Contains($"PPid:\t{Environment.ProcessId}\n") && !status.Contains("State:\tZ")
            );
        Directory.Exists(one.DataFolder).ShouldBeFalse();
    }

    [Fact]
    public async Task A_paused_server_keeps_its_connections_and_answers_nothing()
    {
        await using var server = new RedisServer(new RedisOptions { Password = "p" }) { AnswerTimeout = TimeSpan.FromSeconds(3) };
        await server.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);

        server.Pause();
        (await server.IsHealthyAsync()).ShouldBeFalse();
        client.Connected.ShouldBeTrue();

        server.Resume();
        await server.BeHealthyAsync();
        await server.StopAsync();
        (await server.IsHealthyAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_paused_server_can_be_stopped()
    {
        await using var server = new RedisServer(new RedisOptions());
        await server.StartAsync();
        server.Pause();
        await server.StopAsync();
        server.IsRunning.ShouldBeFalse();
        (await server.Exit).ShouldBe(0, "it went by itself, asked and not killed");
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_its_holder()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        await using var server = new RedisServer(new RedisOptions { Port = port });

        var failure = await Should.ThrowAsync<MachineServerException>(() => server.StartAsync());

        failure.Failure.ShouldBe(ServerFailure.PortInUse);
        failure.Message.ShouldContain($"port {port}, wanted for Redis, is in use by ");
        failure.Message.ShouldContain($"(process {Environment.ProcessId})");
    }

    [Fact]
    public async Task A_damaged_append_only_file_is_told_of()
    {
        var folder = TemporaryFolder.Create();
        try
        {
            await using (var server = new RedisServer(new RedisOptions { DataFolder = folder }))
                await server.StartAsync();
            var manifest = Directory.GetFiles(Path.Combine(folder, "appendonlydir"), "*.manifest").Single();
            await File.WriteAllTextAsync(manifest, "no manifest at all\n");

            await using var broken = new RedisServer(new RedisOptions { DataFolder = folder });
            var failure = await Should.ThrowAsync<MachineServerException>(() => broken.StartAsync());

            failure.Failure.ShouldBe(ServerFailure.DiedAtStart);
            failure.Message.ShouldContain(folder);
        }
        finally
        {
            TemporaryFolder.Remove(folder);
        }
    }

    private static string StatusOf(string folder)
    {
        try
        {
            return File.ReadAllText(folder + "/status");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
