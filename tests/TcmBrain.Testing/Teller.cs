using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Inbox;

namespace TcmBrain.Testing;

/// <summary>
/// Tells events in another service's name, by that service's real outbox and relay, so that the service under test gets them as it will.
/// What comes to the other service's own queue is taken in and forgotten.
/// </summary>
public sealed class Teller : IAsyncDisposable
{
    private readonly IHost host;
    private readonly NpgsqlDataSource database;

    private Teller(IHost host, NpgsqlDataSource database)
    {
        this.host = host;
        this.database = database;
    }

    /// <param name="service">whose events are told; name in the topology</param>
    /// <param name="connection">a database of that service (<see cref="Servers.DatabaseAsync"/>)</param>
    /// <param name="broker"><see cref="Servers.BrokerAsync"/> of the service under test</param>
    public static async Task<Teller> StartAsync(string service, string connection, string broker)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:rabbitmq", broker)]);
        var database = NpgsqlDataSource.Create(connection);
        builder.Services.AddSingleton(database);
        builder.AddExchange(service, exchange => exchange.FoldWith<Forget>());
        var host = builder.Build();
        await host.StartAsync();
        return new Teller(host, database);
    }

    /// <summary>All in one transaction, told in this order.</summary>
    /// <param name="traceParent">W3C trace they belong to</param>
    /// <returns>the ids under which listeners take them in</returns>
    public async Task<Guid[]> TellAsync(IReadOnlyList<Event> events, string? traceParent = null)
    {
        await using var work = await host.Services.GetRequiredService<EventExchange>().BeginAsync();
        Guid[] ids = [.. events.Select(e => work.Publish(e, traceParent))];
        await work.CommitAsync();
        return ids;
    }

    public async Task<Guid> TellAsync(Event e, string? traceParent = null) => (await TellAsync([e], traceParent))[0];

    /// <summary>Tells an event once more under the id that it had, as after a lost confirmation.</summary>
    public async Task TellAgainAsync(Guid messageId)
    {
        await using var command = database.CreateCommand(
            """
            insert into exchange.outbox_pending (message_id, day)
            select message_id, day from exchange.outbox where message_id = $1 on conflict do nothing
            """
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        if (await command.ExecuteNonQueryAsync() != 1)
        {
            throw new InvalidOperationException($"{messageId} is not in the outbox, or still to be told.");
        }
    }

    /// <summary>Waits until everything told so far is confirmed by the broker.</summary>
    public Task SettledAsync() =>
        Eventually.Be(
            async () =>
            {
                await using var command = database.CreateCommand("select not exists (select from exchange.outbox_pending)");
                return await command.ExecuteScalarAsync() is true;
            },
            "the outbox is told"
        );

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
        await database.DisposeAsync();
    }

    private sealed class Forget : IFold
    {
        public Task FoldAsync(IReadOnlyList<TakenEvent> events, Work work, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
