using System.Reflection;
using System.Text.Json;
using MassTransit;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Exchange.Broker;

/// <summary>How MassTransit is set up, in one place for services, tools and benchmarks.</summary>
internal static class BusConfiguration
{
    /// <summary>Events as bare JSON, one exchange an event, nothing for base types, no fault messages beside the error queue.</summary>
    public static void ConfigureWire(IRabbitMqBusFactoryConfigurator bus, string broker)
    {
        bus.Host(new Uri(broker));
        bus.MessageTopology.SetEntityNameFormatter(new ExchangeNames(bus.MessageTopology.EntityNameFormatter));
        // MassTransit keeps one set of options a process: its own converters must stay.
        bus.ConfigureJsonSerializerOptions(options => new JsonSerializerOptions(options) { Encoder = EventJson.Options.Encoder });
        bus.UseRawJsonSerializer(RawSerializerOptions.AddTransportHeaders | RawSerializerOptions.CopyHeaders);
    }

    public static void ConfigureInbox(IRabbitMqBusFactoryConfigurator bus, InboxLanes lanes, ExchangeOptions options) =>
        bus.ReceiveEndpoint(
            options.Service.Queue,
            endpoint =>
            {
                foreach (var (name, value) in BrokerTopology.QueueArguments)
                {
                    endpoint.SetQueueArgument(name, value);
                }

                endpoint.PrefetchCount = options.Prefetch;
                endpoint.ConcurrentMessageLimit = options.InboxConcurrency;
                // Setup has bound it by the topology table.
                endpoint.ConfigureConsumeTopology = false;
                endpoint.PublishFaults = false;
                if (options.Redelivery.Length > 0)
                {
                    endpoint.UseMessageRetry(retry => retry.Intervals(options.Redelivery));
                }

                foreach (var type in options.Service.ListensTo)
                {
                    Listen.MakeGenericMethod(type).Invoke(null, [endpoint, lanes]);
                }
            }
        );

    private static readonly MethodInfo Listen = typeof(BusConfiguration).GetMethod(
        nameof(ListenTo),
        BindingFlags.Static | BindingFlags.NonPublic
    )!;

    // A handler and not a consumer instance: to those MassTransit does not apply the endpoint's retry.
    private static void ListenTo<TEvent>(IReceiveEndpointConfigurator endpoint, InboxLanes lanes)
        where TEvent : Event => endpoint.Handler<TEvent>(context => lanes.TakeAsync(Delivery.Of(context), context.CancellationToken));

    private sealed class ExchangeNames(IEntityNameFormatter others) : IEntityNameFormatter
    {
        public string FormatEntityName<T>() =>
            typeof(Event).IsAssignableFrom(typeof(T)) ? Topology.ExchangeName(typeof(T)) : others.FormatEntityName<T>();
    }
}
