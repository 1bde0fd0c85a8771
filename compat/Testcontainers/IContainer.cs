namespace DotNet.Testcontainers.Containers;

/// <summary>The members of Testcontainers' interface that the tests use.</summary>
public interface IContainer : IAsyncDisposable
{
    /// <summary>Always this machine.</summary>
    string Hostname { get; }

    string Name { get; }

    /// <summary>The port of this machine on which the container's port answers.</summary>
    /// <exception cref="InvalidOperationException">The container doesn't serve that port.</exception>
    ushort GetMappedPublicPort(int containerPort);

    /// <summary>Returns when the server answers.</summary>
    Task StartAsync(CancellationToken ct = default);

    /// <summary>Data stays; a later start is on the same data.</summary>
    Task StopAsync(CancellationToken ct = default);

    /// <summary>Freezes the server: connections stay open, nothing answers.</summary>
    Task PauseAsync(CancellationToken ct = default);

    Task UnpauseAsync(CancellationToken ct = default);
}
