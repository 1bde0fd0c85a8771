using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange.Broker;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Exchange.Outbox;

namespace TcmBrain.Exchange;

/// <summary>Collects what a service does about the events that come to it.</summary>
public sealed class ExchangeBuilder
{
    internal List<(Type Event, Type Handler)> Handlers { get; } = [];

    internal Type? Fold { get; private set; }

    internal List<Action<ExchangeOptions>> Configurations { get; } = [];

    /// <summary>Several handlers of one event run in the order of registration, in one transaction.</summary>
    public ExchangeBuilder Handle<TEvent, THandler>()
        where TEvent : Event
        where THandler : class, IHandle<TEvent>
    {
        Handlers.Add((typeof(TEvent), typeof(THandler)));
        return this;
    }

    public ExchangeBuilder FoldWith<TFold>()
        where TFold : class, IFold
    {
        Fold = typeof(TFold);
        return this;
    }

    public ExchangeBuilder Configure(Action<ExchangeOptions> configure)
    {
        Configurations.Add(configure);
        return this;
    }
}

public static class ExchangeRegistration
{
    /// <summary>
    /// Joins the exchange as <paramref name="service"/>: outbox and relay for what it publishes, inbox for what it listens to.
    /// Needs an <see cref="Npgsql.NpgsqlDataSource"/> and <c>ConnectionStrings:rabbitmq</c>. A broker that is away at start does
    /// not stop the service.
    /// </summary>
    public static IHostApplicationBuilder AddExchange(
        this IHostApplicationBuilder builder,
        string service,
        Action<ExchangeBuilder>? configure = null
    )
    {
        var exchange = new ExchangeBuilder();
        configure?.Invoke(exchange);
        var options = new ExchangeOptions
        {
            Service = Topology.Of(service),
            Broker =
                builder.Configuration.GetConnectionString("rabbitmq")
                ?? throw new InvalidOperationException("ConnectionStrings:rabbitmq is not set."),
        };
        exchange.Configurations.ForEach(c => c(options));

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<RelaySignal>();
        services.AddSingleton<EventExchange>();
        services.AddSingleton(new BrokerTopology(options.Broker));
        services.AddSingleton(new HandlerTable(options.Service, exchange.Handlers, exchange.Fold));
        services.AddSingleton<InboxLanes>();
        foreach (var handler in exchange.Handlers.Select(h => h.Handler).Append(exchange.Fold).OfType<Type>().Distinct())
        {
            services.TryAddScoped(handler);
        }

        services
            .AddOptions<MassTransitHostOptions>()
            .Configure(host =>
            {
                host.StopTimeout = options.StopTimeout;
                // What is in hand then goes back to the queue.
                host.ConsumerStopTimeout = options.StopTimeout / 2;
            });
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            // Without its broker a service still takes work: events wait in the outbox.
            bus.ConfigureHealthCheckOptions(health => health.MinimalFailureStatus = HealthStatus.Degraded);
            bus.UsingRabbitMq(
                (context, rabbit) =>
                {
                    BusConfiguration.ConfigureWire(rabbit, options.Broker);
                    if (options.Service.ListensTo.Length > 0)
                    {
                        BusConfiguration.ConfigureInbox(rabbit, context.GetRequiredService<InboxLanes>(), options);
                    }
                }
            );
        });
        // Registered after the bus, so stopped before it: the relay finishes its batch while the bus still stands.
        services.AddHostedService<Relay>();
        services.AddHostedService<Maintenance>();
        return builder;
    }
}
