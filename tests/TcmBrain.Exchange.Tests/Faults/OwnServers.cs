using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Broker;
using TcmBrain.Exchange.TestHost;
using TcmBrain.Exchange.Tests.Support;
using TcmBrain.MachineServers.Postgres;
using TcmBrain.MachineServers.RabbitMq;
using TcmBrain.Setup;

namespace TcmBrain.Exchange.Tests.Faults;

/// <summary>A broker that a class may kill.</summary>
public sealed class OwnBroker : IAsyncLifetime
{
    private const string Password = "tests-only";

    public RabbitMqServer Server { get; private set; } = NewServer();

    public async ValueTask InitializeAsync()
    {
        await Server.StartAsync();
        await new BrokerTopology(Server.ConnectionString).DeclareAsync();
    }

    /// <summary>Another broker, with nothing in it, where this one was.</summary>
    public async Task ReplaceAsync()
    {
        var port = Server.Port;
        await Server.DisposeAsync();
        Server = NewServer(port);
        await Server.StartAsync();
    }

    /// <summary>
    /// Takes away what other tests of the class left behind, with the queues: what a listener that has just gone had not acknowledged comes back to a queue
    /// only after a while.
    /// </summary>
    public async Task PurgeAsync()
    {
        await Wire.WithChannelAsync(
            Server.ConnectionString,
            async channel =>
            {
                foreach (var service in Topology.Services.Where(s => s.ListensTo.Length > 0))
                {
                    await channel.QueueDeleteAsync(service.Queue, ifUnused: false, ifEmpty: false);
                    await channel.QueueDeleteAsync(service.ErrorQueue, ifUnused: false, ifEmpty: false);
                }
            }
        );
        await new BrokerTopology(Server.ConnectionString).DeclareAsync();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static RabbitMqServer NewServer(int port = 0) => new(new RabbitMqOptions { Password = Password, Port = port });
}

/// <summary>A database server that a class may kill. Its writes are durable, as they must be to survive it.</summary>
public sealed class OwnPostgres : IAsyncLifetime
{
    public PostgresServer Server { get; } =
        new(
            new PostgresOptions
            {
                Password = "tests-only",
                Settings = new Dictionary<string, string> { ["shared_buffers"] = "64MB" },
            }
        );

    public async ValueTask InitializeAsync() => await Server.StartAsync();

    public async Task<string> DatabaseAsync(string service)
    {
        var text = Server.ConnectionString($"{service}-{Guid.CreateVersion7():N}") + ";Timeout=30";
        await Migrations.ApplyAsync(text, service);
        if (Topology.Of(service).ListensTo.Length > 0)
        {
            await Effects.CreateAsync(text);
        }

        return text;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await Server.DisposeAsync();
    }
}
