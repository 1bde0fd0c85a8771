using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Exchange.Inbox;

/// <summary>What runs for which event. Complete by construction: every event that the topology sends here has a handler or the fold.</summary>
internal sealed class HandlerTable
{
    private delegate Task Invocation(IServiceProvider services, Event e, Work work, CancellationToken cancellationToken);

    private readonly FrozenDictionary<Type, Invocation[]> _invocations;
    private readonly Type? _fold;

    /// <exception cref="InvalidOperationException">A handler for what does not come here, or none for what does.</exception>
    public HandlerTable(Topology.Service service, IReadOnlyList<(Type Event, Type Handler)> handlers, Type? fold)
    {
        _fold = fold;
        _invocations = handlers
            .GroupBy(h => h.Event)
            .ToFrozenDictionary(g => g.Key, g => g.Select(h => InvocationOf(h.Event, h.Handler)).ToArray());
        var unheard = _invocations.Keys.Except(service.ListensTo).FirstOrDefault();
        if (unheard is not null)
        {
            throw new InvalidOperationException($"{service.Name} does not listen to {unheard.Name}: see Topology.");
        }

        var unhandled = fold is null ? service.ListensTo.Except(_invocations.Keys).FirstOrDefault() : null;
        if (unhandled is not null)
        {
            throw new InvalidOperationException($"{service.Name} listens to {unhandled.Name} but has no handler for it.");
        }
    }

    public async Task HandleAsync(IServiceProvider services, List<Delivery> deliveries, Work work, CancellationToken cancellationToken)
    {
        foreach (var delivery in deliveries)
        {
            if (_invocations.TryGetValue(delivery.Event.GetType(), out var invocations))
            {
                using var activity = ExchangeTelemetry.StartHandling(delivery);
                foreach (var invocation in invocations)
                {
                    await invocation(services, delivery.Event, work, cancellationToken);
                }
            }
        }

        if (_fold is not null)
        {
            var fold = (IFold)services.GetRequiredService(_fold);
            await fold.FoldAsync([.. deliveries.Select(d => new TakenEvent(d.MessageId, d.Event, d.TraceParent))], work, cancellationToken);
        }
    }

    private static Invocation InvocationOf(Type e, Type handler) =>
        typeof(HandlerTable)
            .GetMethod(nameof(Typed), System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!
            .MakeGenericMethod(e, handler)
            .CreateDelegate<Invocation>();

    private static Task Typed<TEvent, THandler>(IServiceProvider services, Event e, Work work, CancellationToken cancellationToken)
        where TEvent : Event
        where THandler : class, IHandle<TEvent> => services.GetRequiredService<THandler>().HandleAsync((TEvent)e, work, cancellationToken);
}
