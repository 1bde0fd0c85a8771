namespace TcmBrain.MachineServers.RabbitMq;

/// <summary>How to run the machine's RabbitMQ.</summary>
public sealed record RabbitMqOptions
{
    /// <summary>Null: a temporary one, removed on dispose.</summary>
    public string? DataFolder { get; init; }

    /// <summary>AMQP; 0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>Management page and API; 0: a free one.</summary>
    public int ManagementPort { get; init; }

    /// <summary>An administrator; fixed when the folder is initialised.</summary>
    public string UserName { get; init; } = "guest";

    /// <summary>Fixed when the folder is initialised.</summary>
    public required string Password { get; init; }

    /// <summary>Lines added to <c>rabbitmq.conf</c>, as <c>key = value</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
