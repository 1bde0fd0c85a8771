using System.Diagnostics;
using MassTransit;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Exchange.Inbox;

/// <summary>Hands a delivery to the lanes and answers the broker with what became of it.</summary>
internal sealed class InboxConsumer<TEvent>(InboxLanes lanes) : IConsumer<TEvent>
    where TEvent : Event
{
    public Task Consume(ConsumeContext<TEvent> context) =>
        lanes.TakeAsync(
            new Delivery(
                context.MessageId ?? throw new InvalidOperationException("A message without an id cannot be taken in once."),
                context.Message,
                Activity.Current?.Context ?? default
            ),
            context.CancellationToken
        );
}
