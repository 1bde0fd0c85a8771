using RabbitMQ.Client;
using TcmBrain.Contracts;

namespace TcmBrain.Exchange.Broker;

/// <summary>
/// Declares the topology table on the broker. An event has a fan-out exchange to which it is told, bound to a second one, to which
/// its listeners' queues are bound; a listener has a quorum queue and an error queue.
/// </summary>
public sealed class BrokerTopology(string broker)
{
    /// <summary>
    /// Of every queue; MassTransit must name the same when it declares. Some brokers drop what was redelivered twenty times,
    /// which a database that is away for long would reach: the limit is put out of reach.
    /// </summary>
    internal static readonly IReadOnlyDictionary<string, object?> QueueArguments = new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = 1_000_000,
    };

    /// <summary>Idempotent; declaring what stands already changes nothing. Several may declare at once.</summary>
    public async Task DeclareAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await ConnectAsync(broker, "tcm-topology", cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var service in Topology.Services.Where(s => s.ListensTo.Length > 0))
        {
            await DeclareQueueAsync(channel, service.Queue, cancellationToken);
            await DeclareQueueAsync(channel, service.ErrorQueue, cancellationToken);
        }

        foreach (var type in Topology.EventTypes)
        {
            var listeners = ListenersExchange(type);
            await channel.ExchangeDeclareAsync(listeners, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
            foreach (var service in Topology.ListenersOf(type))
            {
                await channel.QueueBindAsync(service.Queue, listeners, "", cancellationToken: cancellationToken);
            }

            // Last, and in one step: on a broker that came back empty an event reaches all its listeners or is returned, never a few.
            var told = Topology.ExchangeName(type);
            await channel.ExchangeDeclareAsync(told, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
            await channel.ExchangeBindAsync(listeners, told, "", cancellationToken: cancellationToken);
        }
    }

    internal static string ListenersExchange(Type eventType) => Topology.ExchangeName(eventType) + ".listeners";

    private static async Task DeclareQueueAsync(IChannel channel, string queue, CancellationToken cancellationToken)
    {
        // The queue has an exchange of its own name, so that one queue alone can be sent to (replay, redrive).
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            queue,
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?>(QueueArguments),
            cancellationToken: cancellationToken
        );
        await channel.QueueBindAsync(queue, queue, "", cancellationToken: cancellationToken);
    }

    internal static Task<IConnection> ConnectAsync(string broker, string name, CancellationToken cancellationToken) =>
        new ConnectionFactory
        {
            Uri = new Uri(broker),
            ClientProvidedName = name,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(15),
            // A broker under load is slow and not away; one that is away is known by its closed port.
            HandshakeContinuationTimeout = TimeSpan.FromSeconds(60),
        }.CreateConnectionAsync(cancellationToken);
}
