using RabbitMQ.Client;
using TcmBrain.Exchange.Broker;

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
        SendAsync(broker, queue, EventJson.Write(e), messageId, $"urn:message:{e.GetType().Namespace}:{e.GetType().Name}");

    public static Task SendAsync(string broker, string queue, byte[] body, Guid? messageId, string? type) =>
        WithChannelAsync(
            broker,
            async channel =>
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
        );

    public static async Task<uint> WaitingAsync(string broker, string queue)
    {
        uint waiting = 0;
        await WithChannelAsync(broker, async channel => waiting = (await channel.QueueDeclarePassiveAsync(queue)).MessageCount);
        return waiting;
    }
}
