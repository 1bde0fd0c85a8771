using DotNet.Testcontainers.Containers;

namespace DotNet.Testcontainers.Builders;

/// <summary>What the builders have in common. As in Testcontainers each call answers a new builder and leaves the old as it was.</summary>
public abstract record MachineContainerBuilder<TSelf, TContainer>
    where TSelf : MachineContainerBuilder<TSelf, TContainer>
    where TContainer : IContainer
{
    /// <summary>The machine has one version of each server, so the image says only which one is meant with real containers.</summary>
    public TSelf WithImage(string image)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(image);
        return (TSelf)this;
    }

    /// <summary>Cleaning up can't be switched off here.</summary>
    public TSelf WithCleanUp(bool cleanUp) =>
        cleanUp ? (TSelf)this : throw new NotSupportedException("the machine's own servers are always cleaned up");

    public abstract TContainer Build();
}
