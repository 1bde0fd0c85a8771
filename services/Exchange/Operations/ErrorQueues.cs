using System.Globalization;
using System.Text;
using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Broker;

namespace TcmBrain.Exchange.Operations;

/// <summary>A message that a service could not take in.</summary>
/// <param name="Queue">Where it lies: <c>pharmacy_error</c>.</param>
/// <param name="MessageId">Null when it has none, or none that is a UUID.</param>
/// <param name="Type">Event type; null when the message does not say.</param>
/// <param name="Reason">What the handler threw, or why there was none.</param>
/// <param name="At">When it was given up.</param>
public sealed record PoisonMessage(string Queue, Guid? MessageId, string? Type, string Reason, DateTimeOffset? At);

/// <param name="Moved">Sent again and confirmed.</param>
/// <param name="Left">Still in the error queue.</param>
public sealed record RedriveResult(long Moved, long Left);

/// <summary>Lists what lies in the error queues and sends it again.</summary>
public sealed class ErrorQueues(string broker)
{
    /// <summary>
    /// Oldest first, at most <paramref name="atMost"/> a queue. The messages are looked at and given back, not consumed; for that
    /// moment they are in nobody else's view.
    /// </summary>
    /// <param name="service">null: of all listeners</param>
    public async Task<IReadOnlyList<PoisonMessage>> ListAsync(
        Topology.Service? service = null,
        int atMost = 1000,
        CancellationToken cancellationToken = default
    )
    {
        await using var connection = await BrokerTopology.ConnectAsync(broker, "tcm-operations", cancellationToken);
        var found = new List<PoisonMessage>();
        foreach (var listener in Topology.Services.Where(s => s.ListensTo.Length > 0 && (service is null || s == service)))
        {
            foreach (var queue in new[] { listener.ErrorQueue, BrokerQueues.SkippedQueue(listener) })
            {
                await ListAsync(connection, queue, atMost, found, cancellationToken);
            }
        }

        return found;
    }

    /// <summary>
    /// Sends what lies in the service's error queue, and what it skipped because it knew no handler, to its queue again. Each is
    /// taken away only when the broker has confirmed the sending: a break between leaves it in both, and the inbox knows it by its
    /// id. What fails again meanwhile is not sent twice.
    /// </summary>
    /// <param name="only">null: all of them</param>
    public async Task<RedriveResult> RedriveAsync(
        Topology.Service service,
        IReadOnlySet<Guid>? only = null,
        CancellationToken cancellationToken = default
    )
    {
        await using var connection = await BrokerTopology.ConnectAsync(broker, "tcm-operations", cancellationToken);
        var errors = await RedriveAsync(connection, service.ErrorQueue, service.Queue, only, cancellationToken);
        var skipped = await RedriveAsync(connection, BrokerQueues.SkippedQueue(service), service.Queue, only, cancellationToken);
        return new RedriveResult(errors.Moved + skipped.Moved, errors.Left + skipped.Left);
    }

    private static async Task<RedriveResult> RedriveAsync(
        IConnection connection,
        string from,
        string to,
        IReadOnlySet<Guid>? only,
        CancellationToken cancellationToken
    )
    {
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
            cancellationToken
        );
        uint waiting;
        try
        {
            waiting = (await channel.QueueDeclarePassiveAsync(from, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return new RedriveResult(0, 0);
        }

        long moved = 0,
            left = 0;
        for (var i = 0; i < waiting; i++)
        {
            if (await channel.BasicGetAsync(from, autoAck: false, cancellationToken) is not { } message)
            {
                break;
            }

            if (only is not null && !(IdOf(message.BasicProperties) is { } id && only.Contains(id)))
            {
                // Goes back when the channel closes; given back at once it would be met again.
                left++;
                continue;
            }

            await channel.BasicPublishAsync("", to, mandatory: true, AsItWas(message.BasicProperties), message.Body, cancellationToken);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
            moved++;
        }

        return new RedriveResult(moved, left);
    }

    private static async Task ListAsync(
        IConnection connection,
        string queue,
        int atMost,
        List<PoisonMessage> found,
        CancellationToken cancellationToken
    )
    {
        // Closing the channel gives back what it was handed.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            for (var i = 0; i < atMost; i++)
            {
                if (await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is not { } message)
                {
                    return;
                }

                found.Add(Describe(queue, message.BasicProperties));
            }
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            // The queue of skipped messages is only made when the first is skipped.
        }
    }

    private static PoisonMessage Describe(string queue, IReadOnlyBasicProperties properties)
    {
        var reason = (Header(properties, MessageHeaders.FaultExceptionType), Header(properties, MessageHeaders.FaultMessage)) switch
        {
            ({ } type, { } message) => $"{type}: {message}",
            (null, { } message) => message,
            _ => Header(properties, MessageHeaders.Reason) ?? "unknown",
        };
        var at = DateTimeOffset.TryParse(
            Header(properties, MessageHeaders.FaultTimestamp),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : (DateTimeOffset?)null;
        var typeName = Header(properties, MessageHeaders.MessageType)?.Split(';')[0];
        return new PoisonMessage(queue, IdOf(properties), typeName?[(typeName.LastIndexOf(':') + 1)..], reason, at);
    }

    private static Guid? IdOf(IReadOnlyBasicProperties properties) =>
        Guid.TryParse(properties.MessageId ?? Header(properties, MessageHeaders.MessageId), out var id) ? id : null;

    private static string? Header(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } headers && headers.TryGetValue(name, out var value)
            ? value switch
            {
                byte[] bytes => Encoding.UTF8.GetString(bytes),
                null => null,
                _ => Convert.ToString(value, CultureInfo.InvariantCulture),
            }
            : null;

    private static BasicProperties AsItWas(IReadOnlyBasicProperties properties) =>
        new(properties)
        {
            Headers = properties
                .Headers?.Where(h =>
                    !h.Key.StartsWith("MT-Fault-", StringComparison.Ordinal)
                    && h.Key != MessageHeaders.Reason
                    && h.Key != "x-delivery-count"
                )
                .ToDictionary(h => h.Key, h => h.Value),
        };
}
