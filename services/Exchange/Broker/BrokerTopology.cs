using RabbitMQ.Client;
using TcmBrain.Contracts;

namespace TcmBrain.Exchange.Broker;

/// <summary>Declares the topology table on the broker: a fan-out exchange an event, a quorum queue and an error queue a listener.</summary>
public sealed class BrokerTopology(string broker)
{
    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    /// <summary>Idempotent; declaring what stands already changes nothing.</summary>
    public async Task DeclareAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await ConnectAsync(broker, "tcm-topology", cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var type in Topology.EventTypes)
        {
            await channel.ExchangeDeclareAsync(Topology.ExchangeName(type), ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        }

        foreach (var service in Topology.Services.Where(s => s.ListensTo.Length > 0))
        {
            await DeclareQueueAsync(channel, service.Queue, cancellationToken);
            await DeclareQueueAsync(channel, service.ErrorQueue, cancellationToken);
            foreach (var type in service.ListensTo)
            {
                await channel.ExchangeBindAsync(service.Queue, Topology.ExchangeName(type), "", cancellationToken: cancellationToken);
            }
        }
    }

    private static async Task DeclareQueueAsync(IChannel channel, string queue, CancellationToken cancellationToken)
    {
        // The queue has an exchange of its own name, so that one queue alone can be sent to (replay, redrive).
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Quorum, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, queue, "", cancellationToken: cancellationToken);
    }

    internal static Task<IConnection> ConnectAsync(string broker, string name, CancellationToken cancellationToken) =>
        new ConnectionFactory
        {
            Uri = new Uri(broker),
            ClientProvidedName = name,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        }.CreateConnectionAsync(cancellationToken);
}
