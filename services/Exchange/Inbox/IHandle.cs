using TcmBrain.Contracts.Events;

namespace TcmBrain.Exchange.Inbox;

/// <summary>
/// What a service does about an event. Runs inside the transaction that also remembers the event, so its effect happens once.
/// It must not touch anything but that transaction. An exception undoes the transaction and the event is tried again later.
/// </summary>
public interface IHandle<in TEvent>
    where TEvent : Event
{
    Task HandleAsync(TEvent e, Work work, CancellationToken cancellationToken);
}

/// <summary>For a service that folds many events into few rows: gets all first deliveries of a transaction at once.</summary>
public interface IFold
{
    Task FoldAsync(IReadOnlyList<TakenEvent> events, Work work, CancellationToken cancellationToken);
}

/// <summary>An event that was taken in, with the id under which it was told.</summary>
/// <param name="TraceParent">W3C trace that it came in; hand it to <see cref="Work.Publish"/> to go on with that trace. Null: none.</param>
public readonly record struct TakenEvent(Guid MessageId, Event Event, string? TraceParent = null);
