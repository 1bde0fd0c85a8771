using TcmBrain.MachineServers;

namespace DotNet.Testcontainers.Containers;

/// <summary>What stands in for a container: one of the machine's own servers in a temporary folder on free ports.</summary>
public abstract class MachineContainer : IContainer
{
    private readonly MachineServer server;

    private protected MachineContainer(MachineServer server) => this.server = server;

    public string Hostname => server.Host;

    public string Name => $"{server.Name}-{server.Port}";

    public Task StartAsync(CancellationToken ct = default) => server.StartAsync(ct);

    public Task StopAsync(CancellationToken ct = default) => server.StopAsync(ct);

    public Task PauseAsync(CancellationToken ct = default)
    {
        server.Pause();
        return Task.CompletedTask;
    }

    public Task UnpauseAsync(CancellationToken ct = default)
    {
        server.Resume();
        return Task.CompletedTask;
    }

    public ushort GetMappedPublicPort(int containerPort) =>
        Map(containerPort) is { } port ? (ushort)port : throw new InvalidOperationException($"Exposed port {containerPort} is not mapped.");

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    private protected abstract int? Map(int containerPort);
}
