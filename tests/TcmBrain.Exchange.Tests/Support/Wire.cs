using RabbitMQ.Client;
using TcmBrain.Exchange.Broker;
using TcmBrain.Testing;

namespace TcmBrain.Exchange.Tests.Support;

/// <summary>The broker as a stranger sees it.</summary>
internal static class Wire
{
    public static async Task WithChannelAsync(string broker, Func<IChannel, Task> act)
    {
        await using var connection = await BrokerTopology.ConnectAsync(broker, "tests", CancellationToken.None);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
        );
        await act(channel);
    }

    /// <summary>A message as the relay writes it.</summary>
    public static Task SendAsync(string broker, string queue, Event e, Guid messageId) =>
        SendAsync(broker, queue, EventJson.Write(e), messageId, TypeOf(e));

    public static Task SendAsync(string broker, string queue, byte[] body, Guid? messageId, string? type) =>
        WithChannelAsync(broker, channel => SendAsync(channel, queue, body, messageId, type));

    /// <summary>One after the other on one connection, each with an id of its own.</summary>
    public static Task SendEachAsync(string broker, string queue, IEnumerable<Event> events) =>
        WithChannelAsync(
            broker,
            async channel =>
            {
                foreach (var e in events)
                {
                    await SendAsync(channel, queue, EventJson.Write(e), Guid.CreateVersion7(), TypeOf(e));
                }
            }
        );

    private static string TypeOf(Event e) => $"urn:message:{e.GetType().Namespace}:{e.GetType().Name}";

    private static async Task SendAsync(IChannel channel, string queue, byte[] body, Guid? messageId, string? type)
    {
        var headers = new Dictionary<string, object?>();
        if (type is not null)
        {
            headers["MT-MessageType"] = type;
        }

        if (messageId is { } id)
        {
            headers["MessageId"] = id.ToString();
        }

        var properties = new BasicProperties
        {
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            MessageId = messageId?.ToString(),
            Headers = headers,
        };
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body);
    }

    public static async Task<uint> WaitingAsync(string broker, string queue) => (await LookAsync(broker, queue)).MessageCount;

    /// <summary>What a listener that has gone held waits in its queue again.</summary>
    public static async Task ShouldBeBackAsync(string broker, string queue, uint messages)
    {
        try
        {
            await Eventually.Be(async () => await WaitingAsync(broker, queue) == messages, $"{messages} messages are back in the queue");
        }
        catch (TimeoutException e)
        {
            // Where they are tells whose fault it is: with a consumer that is still there, or given up.
            var now = await LookAsync(broker, queue);
            throw new TimeoutException(
                $"{e.Message}: {now.MessageCount} wait, {now.ConsumerCount} consumers, "
                    + $"{await WaitingAsync(broker, queue + "_error")} were given up",
                e
            );
        }
    }

    private static async Task<QueueDeclareOk> LookAsync(string broker, string queue)
    {
        QueueDeclareOk? found = null;
        await WithChannelAsync(broker, async channel => found = await channel.QueueDeclarePassiveAsync(queue));
        return found!;
    }
}
