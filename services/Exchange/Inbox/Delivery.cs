using System.Diagnostics;
using MassTransit;

namespace TcmBrain.Exchange.Inbox;

/// <summary>One delivery of the broker, waiting for the transaction that takes it in.</summary>
internal sealed class Delivery(Guid messageId, Event e, string? trace)
{
    private readonly TaskCompletionSource _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <exception cref="InvalidDataException">A message without an id cannot be taken in once.</exception>
    public static Delivery Of<TEvent>(ConsumeContext<TEvent> context)
        where TEvent : Event =>
        new(
            context.MessageId ?? throw new InvalidDataException("The message has no id."),
            context.Message,
            Activity.Current?.Id ?? context.Headers.Get<string>(ExchangeTelemetry.TraceHeader)
        );

    public Guid MessageId { get; } = messageId;

    public Event Event { get; } = e;

    /// <summary>W3C trace that the telling belongs to; null: none.</summary>
    public string? TraceParent { get; } = trace;

    /// <summary>Ends well when the effect is committed (now or by an earlier delivery).</summary>
    public Task Outcome => _outcome.Task;

    public void Succeed() => _outcome.TrySetResult();

    public void Fail(Exception e) => _outcome.TrySetException(e);
}
