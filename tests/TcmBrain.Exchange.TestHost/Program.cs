using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TcmBrain.Exchange;
using TcmBrain.Exchange.TestHost;

// One service's part of the exchange as a process of its own, to be killed: service, database, broker, events in a batch.
var (service, database, broker, batch) = (args[0], args[1], args[2], int.Parse(args[3]));
var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:rabbitmq"] = broker });
builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(NpgsqlDataSource.Create(database));
builder.AddExchange(
    service,
    exchange =>
        exchange
            .FoldWith<EffectFold>()
            .Configure(options =>
            {
                options.RelayBatch = batch;
                options.InboxBatch = batch;
            })
);
using var host = builder.Build();
await host.RunAsync();
