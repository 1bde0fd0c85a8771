using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using TcmBrain.MachineServers.RabbitMq;

namespace Testcontainers.RabbitMq;

/// <summary>With the management plugin, as the image <c>rabbitmq:3-management</c> has it.</summary>
public sealed record RabbitMqBuilder : MachineContainerBuilder<RabbitMqBuilder, RabbitMqContainer>
{
    public const ushort RabbitMqPort = 5672;
    public const ushort RabbitMqManagementPort = 15672;

    private string Username { get; init; } = "rabbitmq";
    private string Password { get; init; } = "rabbitmq";

    public RabbitMqBuilder WithUsername(string username) => this with { Username = username };

    public RabbitMqBuilder WithPassword(string password) => this with { Password = password };

    public override RabbitMqContainer Build() => new(new RabbitMqServer(new RabbitMqOptions { UserName = Username, Password = Password }));
}

public sealed class RabbitMqContainer : MachineContainer
{
    private readonly RabbitMqServer server;

    internal RabbitMqContainer(RabbitMqServer server)
        : base(server) => this.server = server;

    /// <summary><c>amqp://user:password@host:port/</c></summary>
    public string GetConnectionString() => server.ConnectionString + "/";

    private protected override int? Map(int containerPort) =>
        containerPort switch
        {
            RabbitMqBuilder.RabbitMqPort => server.Port,
            RabbitMqBuilder.RabbitMqManagementPort => server.ManagementPort,
            _ => null,
        };
}
