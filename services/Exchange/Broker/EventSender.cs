using System.Globalization;
using MassTransit;
using MassTransit.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace TcmBrain.Exchange.Broker;

/// <summary>A stored event on its way: its own JSON is the message's body.</summary>
/// <param name="Exchange">Of its type (all listeners), or of one queue alone.</param>
/// <param name="Trace">W3C trace context; null: none.</param>
internal readonly record struct WireEvent(string Exchange, Type Type, Guid MessageId, string? Trace, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Sends stored events as they lie in the outbox, many at a time, and ends when the broker has confirmed all of them. One connection and
/// channel, made when first needed; used by one caller at a time. After a failure it has to be closed and starts anew.
/// </summary>
internal sealed class EventSender(string broker, string name) : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private IConnection? connection;
    private IChannel? channel;
    private Batch? current;

    /// <summary>Each is durable on the broker, in every queue it is meant for, once this ends.</summary>
    /// <exception cref="BrokerRefusalException">One had no queue to go to, was refused, or the channel broke: any of them may have been told.</exception>
    public async Task SendAsync(IReadOnlyCollection<WireEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        var open = channel ?? await OpenAsync(cancellationToken);
        var batch = new Batch(await open.GetNextPublishSequenceNumberAsync(cancellationToken), events.Count);
        lock (gate)
        {
            current = batch;
        }

        if (open.CloseReason is { } closed)
        {
            throw new BrokerRefusalException(closed.ReplyText);
        }

        // Nor longer when the client does not hear that it is to stop: after a broker's sudden end its publishing may hang.
        await PublishAsync(open, events, cancellationToken).WaitAsync(cancellationToken);
        await batch.Confirmed.WaitAsync(cancellationToken);
    }

    private static async Task PublishAsync(IChannel channel, IReadOnlyCollection<WireEvent> events, CancellationToken cancellationToken)
    {
        foreach (var e in events)
        {
            // An event that no queue would get is an error, not a success.
            await channel.BasicPublishAsync(e.Exchange, "", mandatory: true, PropertiesOf(e), e.Payload, cancellationToken);
        }
    }

    private static BasicProperties PropertiesOf(in WireEvent e)
    {
        var id = e.MessageId.ToString();
        var headers = new Dictionary<string, object?>(4)
        {
            // Where MassTransit looks for what a bare message is.
            [MessageHeaders.MessageType] = string.Create(CultureInfo.InvariantCulture, $"urn:message:{e.Type.Namespace}:{e.Type.Name}"),
            [MessageHeaders.MessageId] = id,
        };
        if (e.Trace is { } trace)
        {
            headers[ExchangeTelemetry.TraceHeader] = trace;
            // Where MassTransit's own receiving activity looks, when somebody records it.
            headers[DiagnosticHeaders.ActivityId] = trace;
        }

        return new BasicProperties
        {
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            MessageId = id,
            Headers = headers,
        };
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        connection = await BrokerTopology.ConnectAsync(broker, name, cancellationToken);
        var opened = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false),
            cancellationToken
        );
        opened.BasicAcksAsync += (_, ack) => Tell(b => b.Confirm(ack.DeliveryTag, ack.Multiple));
        opened.BasicNacksAsync += (_, _) => Tell(b => b.Fail("The broker refused an event."));
        opened.BasicReturnAsync += (_, e) => Tell(b => b.Fail($"No queue is bound for {e.Exchange}: {e.ReplyText}."));
        opened.ChannelShutdownAsync += (_, e) => Tell(b => b.Fail(e.ReplyText));
        return channel = opened;
    }

    private Task Tell(Action<Batch> news)
    {
        lock (gate)
        {
            if (current is { } batch)
            {
                news(batch);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Lets go of the connection, also of one that no longer answers; the next sending makes another.</summary>
    public async ValueTask CloseAsync()
    {
        (var old, connection, channel, current) = (connection, null, null, null);
        if (old is not null)
        {
            // The client's disposal of a connection whose closing came to no end waits for ever: then it is left to itself.
            await Task.Run(() => LetGoAsync(old)).WaitAsync(Farewell * 5).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task LetGoAsync(IConnection old)
    {
        await old.AbortAsync(Farewell).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await old.DisposeAsync();
    }

    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>Which of a batch's deliveries the broker has; guarded by the sender's lock.</summary>
    private sealed class Batch(ulong first, int count)
    {
        private readonly TaskCompletionSource confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly bool[] has = new bool[count];
        private int missing = count;
        private int below;

        public Task Confirmed => confirmed.Task;

        public void Confirm(ulong tag, bool multiple)
        {
            if (tag < first || tag - first >= (ulong)has.Length)
            {
                return;
            }

            var at = (int)(tag - first);
            if (multiple)
            {
                for (; below <= at; below++)
                {
                    Take(below);
                }
            }
            else
            {
                Take(at);
            }

            if (missing == 0)
            {
                confirmed.TrySetResult();
            }
        }

        public void Fail(string reason) => confirmed.TrySetException(new BrokerRefusalException(reason));

        private void Take(int i)
        {
            if (!has[i])
            {
                has[i] = true;
                missing--;
            }
        }
    }
}

/// <summary>The broker did not take what was sent to it, or its answer was lost.</summary>
internal sealed class BrokerRefusalException(string reason) : Exception(reason);
