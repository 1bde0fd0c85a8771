using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Broker;

namespace TcmBrain.Exchange.Operations;

/// <summary>How many messages wait in a queue; deliveries under way are not counted. Null: there is no such queue.</summary>
public sealed record QueueDepth(string Queue, long? Waiting);

/// <summary>Looks at the queues of the topology without touching a message.</summary>
public sealed class BrokerQueues(string broker)
{
    /// <summary>Where MassTransit puts what no handler is for.</summary>
    internal static string SkippedQueue(Topology.Service service) => service.Queue + "_skipped";

    /// <summary>The listeners' own queues.</summary>
    public Task<IReadOnlyList<QueueDepth>> ListenersAsync(CancellationToken cancellationToken = default) =>
        DepthsAsync([.. Listeners.Select(s => s.Queue)], cancellationToken);

    /// <summary>Where messages wait for a person: error queues, and queues of what nothing could be done about.</summary>
    public Task<IReadOnlyList<QueueDepth>> ErrorsAsync(CancellationToken cancellationToken = default) =>
        DepthsAsync([.. Listeners.SelectMany(s => new[] { s.ErrorQueue, SkippedQueue(s) })], cancellationToken);

    private static IEnumerable<Topology.Service> Listeners => Topology.Services.Where(s => s.ListensTo.Length > 0);

    private async Task<IReadOnlyList<QueueDepth>> DepthsAsync(string[] queues, CancellationToken cancellationToken)
    {
        await using var connection = await BrokerTopology.ConnectAsync(broker, "tcm-operations", cancellationToken);
        var depths = new List<QueueDepth>(queues.Length);
        foreach (var queue in queues)
        {
            depths.Add(new QueueDepth(queue, await DepthAsync(connection, queue, cancellationToken)));
        }

        return depths;
    }

    private static async Task<long?> DepthAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        // Asking for one that is not there costs the channel.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }
}
