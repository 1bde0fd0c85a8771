using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Exchange.TestHost;

namespace TcmBrain.Exchange.Tests.Support;

/// <summary>One service's part of the exchange, in this process.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _stopped;

    private Node(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public EventExchange Exchange => _host.Services.GetRequiredService<EventExchange>();

    public InboxLanes Lanes => _host.Services.GetRequiredService<InboxLanes>();

    public NpgsqlDataSource Database => _host.Services.GetRequiredService<NpgsqlDataSource>();

    public static async Task<Node> StartAsync(
        string service,
        string database,
        string broker,
        Action<ExchangeBuilder>? exchange = null,
        Action<IServiceCollection>? services = null
    )
    {
        var node = Build(service, database, broker, exchange, services);
        await node.StartAsync();
        return node;
    }

    public Task StartAsync() => _host.StartAsync();

    /// <summary>Not started: it can tell events, but nothing relays or takes in.</summary>
    public static Node Build(
        string service,
        string database,
        string broker,
        Action<ExchangeBuilder>? exchange = null,
        Action<IServiceCollection>? services = null
    )
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:rabbitmq"] = broker });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        // By a factory, so that the container closes its pool.
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(database));
        services?.Invoke(builder.Services);
        builder.AddExchange(
            service,
            x =>
            {
                // A broker that is slow over a confirmation would be told the same again, and the tests count what it was told.
                x.Configure(o => o.ConfirmTimeout = TimeSpan.FromMinutes(3));
                (exchange ?? (e => e.FoldWith<EffectFold>()))(x);
            }
        );
        // A process that ends takes its connection along; here it lives on, and one whose closing was cut short would keep what it held: a test that
        // shortens the stop shortens only how long consumers are waited for. Others keep what a service has, which also bounds how long deliveries of a
        // broker that went are waited for before the next one is sought.
        var closing = TimeSpan.FromMinutes(6);
        builder.Services.PostConfigure<MassTransitHostOptions>(o =>
            o.StopTimeout = o.StopTimeout < TimeSpan.FromSeconds(20) ? closing : o.StopTimeout
        );
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = closing);
        return new Node(builder.Build());
    }

    /// <summary>Tells the events, so many to a transaction.</summary>
    public async Task<List<Guid>> TellAsync(IEnumerable<Event> events, int perTransaction = 20)
    {
        var ids = new List<Guid>();
        foreach (var chunk in events.Chunk(perTransaction))
        {
            await using var work = await Exchange.BeginAsync();
            ids.AddRange(chunk.Select(e => work.Publish(e)));
            await work.CommitAsync();
        }

        return ids;
    }

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _host.StopAsync();
            await ((IAsyncDisposable)_host).DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}

/// <summary>What a scripted listener does about each registration; set by the test.</summary>
internal sealed class Script(Func<TcmBrain.Contracts.Events.InstitutionRegistered, Work, CancellationToken, Task> act)
{
    public Task ActAsync(TcmBrain.Contracts.Events.InstitutionRegistered e, Work work, CancellationToken cancellationToken) =>
        act(e, work, cancellationToken);
}

internal sealed class ScriptedHandler(Script script) : IHandle<TcmBrain.Contracts.Events.InstitutionRegistered>
{
    public Task HandleAsync(TcmBrain.Contracts.Events.InstitutionRegistered e, Work work, CancellationToken cancellationToken) =>
        script.ActAsync(e, work, cancellationToken);
}
