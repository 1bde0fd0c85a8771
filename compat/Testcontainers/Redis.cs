using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using TcmBrain.MachineServers.Redis;

namespace Testcontainers.Redis;

public sealed record RedisBuilder : MachineContainerBuilder<RedisBuilder, RedisContainer>
{
    public const ushort RedisPort = 6379;

    public override RedisContainer Build() => new(new RedisServer(new RedisOptions()));
}

public sealed class RedisContainer : MachineContainer
{
    private readonly RedisServer server;

    internal RedisContainer(RedisServer server)
        : base(server) => this.server = server;

    /// <summary>For StackExchange.Redis: <c>host:port</c>.</summary>
    public string GetConnectionString() => server.ConnectionString;

    private protected override int? Map(int containerPort) => containerPort == RedisBuilder.RedisPort ? server.Port : null;
}
