using Npgsql;
using RabbitMQ.Client.Exceptions;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Broker;

namespace TcmBrain.Exchange.Operations;

/// <param name="Sent">by event type; confirmed by the broker</param>
/// <param name="Unreadable">rows of a type that this version of the contracts does not know, or that are no JSON, left out</param>
public sealed record ReplayResult(IReadOnlyDictionary<string, long> Sent, long Unreadable)
{
    public long Total => Sent.Values.Sum();
}

/// <summary>
/// Reads again from every outbox what a service listens to and sends it to that service's queue alone, under the ids it was told
/// with: what the service has taken in before, its inbox drops.
/// </summary>
/// <param name="databases">by service name, all of the topology</param>
public sealed class Replay(IReadOnlyDictionary<string, NpgsqlDataSource> databases, string broker)
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Idempotent in effect. Stopped in the middle, it may be run again.</summary>
    /// <param name="since">recorded since then; null: all that is kept</param>
    /// <param name="only">one type; null: all that the service listens to</param>
    /// <exception cref="ArgumentException">The service does not listen to that type.</exception>
    /// <exception cref="TimeoutException">The broker does not answer.</exception>
    public async Task<ReplayResult> RunAsync(
        Topology.Service service,
        DateTimeOffset? since,
        Type? only = null,
        CancellationToken cancellationToken = default
    )
    {
        if (only is not null && !service.ListensTo.Contains(only))
        {
            throw new ArgumentException($"{service.Name} does not listen to {only.Name}.", nameof(only));
        }

        var types = only is null ? service.ListensTo : [only];
        await using var sender = new EventSender(broker, "tcm-replay");
        var sent = types.ToDictionary(t => t.Name, _ => 0L);
        long unreadable = 0;
        foreach (var publisher in types.GroupBy(t => Topology.PublisherOf(t).Name))
        {
            var names = publisher.Select(t => t.Name).ToArray();
            unreadable += await SendAsync(sender, service.Queue, databases[publisher.Key], names, since, sent, cancellationToken);
        }

        return new ReplayResult(sent, unreadable);
    }

    private static async Task<long> SendAsync(
        EventSender sender,
        string queue,
        NpgsqlDataSource database,
        string[] types,
        DateTimeOffset? since,
        Dictionary<string, long> sent,
        CancellationToken cancellationToken
    )
    {
        long unreadable = 0;
        var position = OutboxPages.Beginning;
        while (true)
        {
            var page = await OutboxPages.EventsAsync(database, types, since, position, cancellationToken);
            if (page.Count == 0)
            {
                return unreadable;
            }

            var readable = new List<WireEvent>(page.Count);
            foreach (var row in page)
            {
                // Judged as the relay judges: it goes on as it lies, so it need not be understood.
                if (Topology.EventType(row.Type) is { } type && EventJson.FaultOf(row.Payload) is null)
                {
                    readable.Add(new WireEvent(queue, type, row.MessageId, row.TraceParent, row.Payload));
                    sent[row.Type]++;
                }
                else
                {
                    unreadable++;
                }
            }

            await ConfirmedAsync(sender, readable, cancellationToken);
            position = (page[^1].Day, page[^1].MessageId);
        }
    }

    private static async Task ConfirmedAsync(EventSender sender, List<WireEvent> events, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ConfirmTimeout);
        try
        {
            await sender.SendAsync(events, patience.Token);
        }
        catch (Exception e)
            when (e is BrokerUnreachableException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TimeoutException("The broker does not answer.", e);
        }
    }
}
