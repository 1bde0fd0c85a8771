using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.Exchange.Broker;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Setup;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Events through outbox → RabbitMQ → inbox, each committed at both ends, beside MassTransit publishing and consuming the same
/// events on the same broker (quorum queue, publisher confirms) with no database at all.
/// </summary>
internal sealed class ExchangeBenchmark(BenchServers servers, int events, int rounds)
{
    private const int Writers = 8;
    private const int PerTransaction = 20;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var broker = await servers.BrokerAsync();
        var publisherDatabase = await servers.DatabaseAsync("bench_prescriptions");
        var listenerDatabase = await servers.DatabaseAsync("bench_quality");
        await Migrations.ApplyAsync(publisherDatabase, "prescriptions", cancellationToken);
        await Migrations.ApplyAsync(listenerDatabase, "quality", cancellationToken);

        var received = new Countdown();
        using var listener = Host("quality", broker, listenerDatabase, x => x.FoldWith<CountingFold>(), s => s.AddSingleton(received));
        using var publisher = Host(
            "prescriptions",
            broker,
            publisherDatabase,
            x => x.FoldWith<CountingFold>(),
            s => s.AddSingleton(new Countdown())
        );
        await listener.StartAsync(cancellationToken);
        await publisher.StartAsync(cancellationToken);
        await ListenAloneAsync(broker, cancellationToken);

        await using var bare = await BareMassTransit.StartAsync(broker, cancellationToken);

        List<double> ours = [],
            theirs = [];
        await OursAsync(publisher.Services, received, events / 4, cancellationToken);
        await bare.RunAsync(events / 4, cancellationToken);
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await OursAsync(publisher.Services, received, events, cancellationToken));
            theirs.Add(await bare.RunAsync(events, cancellationToken));
        }

        await publisher.StopAsync(cancellationToken);
        await listener.StopAsync(cancellationToken);
        var (mine, bareRate) = (Statistics.Median(ours), Statistics.Median(theirs));
        return
        [
            new Figure("exchange.events_per_s", mine, "events/s"),
            new Figure("exchange.bare_per_s", bareRate, "events/s"),
            new Figure("exchange.ratio_bare", mine / bareRate, "ratio", "bare MassTransit", mine / bareRate),
        ];
    }

    private async Task<double> OursAsync(IServiceProvider publisher, Countdown received, int count, CancellationToken cancellationToken)
    {
        var exchange = publisher.GetRequiredService<EventExchange>();
        var done = received.Expect(count);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count / PerTransaction),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
            async (_, token) =>
            {
                await using var work = await exchange.BeginAsync(token);
                for (var i = 0; i < PerTransaction; i++)
                {
                    work.Publish(Sample());
                }

                await work.CommitAsync(token);
            }
        );
        await done.WaitAsync(TimeSpan.FromMinutes(2), cancellationToken);
        return count / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Leaves only the measured listener bound, so that both sides send each event to one queue.</summary>
    private static async Task ListenAloneAsync(string broker, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        await using var connection = await BrokerTopology.ConnectAsync(broker, "bench", cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var other in Topology.ListenersOf(typeof(PrescriptionReceived)).Where(s => s.Name != "quality"))
        {
            await channel.QueueUnbindAsync(
                other.Queue,
                BrokerTopology.ListenersExchange(typeof(PrescriptionReceived)),
                "",
                cancellationToken: cancellationToken
            );
        }
    }

    private static IHost Host(
        string service,
        string broker,
        string database,
        Action<ExchangeBuilder> exchange,
        Action<IServiceCollection> more
    )
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:rabbitmq"] = broker });
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(NpgsqlDataSource.Create(database));
        more(builder.Services);
        builder.AddExchange(service, exchange);
        return builder.Build();
    }

    internal static PrescriptionReceived Sample() =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 1,
            OccurredAt = DateTimeOffset.UtcNow,
            InstitutionCode = "12330100470000000X",
            RegionCode = "330106",
            HisNumber = "CF202611220001",
            Revision = 1,
            DepartmentName = "中医内科",
            DiseaseCode = "A01.01.01",
            SyndromeCode = "B02.02.04.01.01.02",
            SyndromeName = "风寒束表证",
            Doses = 7,
            LineCount = 12,
            Urgent = false,
            FeeFen = 12345,
        };
}

/// <summary>Counts events taken in, until as many as expected have come.</summary>
internal sealed class Countdown
{
    private TaskCompletionSource _done = new();
    private int _left;

    public Task Expect(int count)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, count);
        return _done.Task;
    }

    public void Count(int events)
    {
        if (Interlocked.Add(ref _left, -events) <= 0)
        {
            _done.TrySetResult();
        }
    }
}

/// <summary>An effect as small as can be, so that the exchange itself is measured.</summary>
internal sealed class CountingFold(Countdown countdown) : IFold
{
    public Task FoldAsync(IReadOnlyList<TakenEvent> events, Work work, CancellationToken cancellationToken)
    {
        countdown.Count(events.Count);
        return Task.CompletedTask;
    }
}
