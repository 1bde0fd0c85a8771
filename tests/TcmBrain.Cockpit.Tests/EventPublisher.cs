using MassTransit;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;
using Event = TcmBrain.Contracts.Events.Event;

namespace TcmBrain.Cockpit.Tests;

/// <summary>Tells events on the broker as the relays of the other services do.</summary>
internal sealed class EventPublisher : IAsyncDisposable
{
    private readonly IBusControl _bus;

    private EventPublisher(IBusControl bus) => _bus = bus;

    public static async Task<EventPublisher> StartAsync(string broker)
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(broker));
            rabbit.MessageTopology.SetEntityNameFormatter(new Names(rabbit.MessageTopology.EntityNameFormatter));
            rabbit.Publish<Event>(p => p.Exclude = true);
            rabbit.Publish<PrescriptionEvent>(p => p.Exclude = true);
            rabbit.ConfigureJsonSerializerOptions(_ => EventJson.Options);
            rabbit.UseRawJsonSerializer(RawSerializerOptions.AddTransportHeaders | RawSerializerOptions.CopyHeaders);
        });
        await bus.StartAsync();
        return new(bus);
    }

    /// <summary>Ends when the broker has confirmed all of them.</summary>
    public Task TellAsync(IEnumerable<TakenEvent> events) =>
        Task.WhenAll(events.Select(t => _bus.Publish(t.Event, t.Event.GetType(), context => context.MessageId = t.MessageId)));

    public async ValueTask DisposeAsync() => await _bus.StopAsync();

    private sealed class Names(IEntityNameFormatter others) : IEntityNameFormatter
    {
        public string FormatEntityName<T>() =>
            typeof(Event).IsAssignableFrom(typeof(T)) ? Topology.ExchangeName(typeof(T)) : others.FormatEntityName<T>();
    }
}
