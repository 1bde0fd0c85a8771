using System.Diagnostics;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.Setup;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Prescriptions through their whole life inside the service: pushed, then nine facts each as pharmacy and decoction room tell them, over the
/// broker, until the service has told that they are completed. Everything is committed at both ends.
/// </summary>
internal sealed class LifecycleBenchmark(BenchServers servers, int count, int rounds)
{
    private const int PerTransaction = 100;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var house = await PrescriptionsHouse.OpenAsync(servers, "bench_life", cancellationToken);
        using var pharmacy = await TellerAsync("pharmacy", cancellationToken);
        using var decoction = await TellerAsync("decoction", cancellationToken);
        List<double> rates = [];
        for (var round = 0; round <= rounds; round++)
        {
            var before = await CompletedAsync(house, cancellationToken);
            var clock = Stopwatch.StartNew();
            var pushed = await PushAsync(house, PushBenchmark.Make(20 + round, count), cancellationToken);
            await Task.WhenAll(
                TellAsync(pharmacy, pushed, AtThePharmacy, cancellationToken),
                TellAsync(decoction, pushed, InTheDecoctionRoom, cancellationToken)
            );
            await PrescriptionsHouse.UntilAsync(
                async () => await CompletedAsync(house, cancellationToken) == before + count,
                "all are completed",
                cancellationToken
            );
            if (round > 0)
            {
                rates.Add(count / clock.Elapsed.TotalSeconds);
            }
        }

        await pharmacy.StopAsync(cancellationToken);
        await decoction.StopAsync(cancellationToken);
        return
        [
            new Figure("lifecycle.per_s", Statistics.Median(rates), "lives/s"),
            new Figure("lifecycle.facts_per_s", Statistics.Median(rates) * 9, "facts/s"),
        ];
    }

    private static Task<long> CompletedAsync(PrescriptionsHouse house, CancellationToken cancellationToken) =>
        house.CountAsync("select count(*) from prescriptions.prescriptions where state = 14", cancellationToken);

    private static async Task<List<PushReply>> PushAsync(
        PrescriptionsHouse house,
        List<PushStreamRequest> requests,
        CancellationToken cancellationToken
    )
    {
        using var channel = GrpcChannel.ForAddress(house.Service.Grpc);
        using var call = new PrescriptionService.PrescriptionServiceClient(channel).PushStream(
            PrescriptionsHouse.As(0),
            cancellationToken: cancellationToken
        );
        var replies = new List<PushReply>(requests.Count);
        var reading = Task.Run(
            async () =>
            {
                while (await call.ResponseStream.MoveNext(cancellationToken))
                {
                    replies.Add(
                        call.ResponseStream.Current.Accepted
                            ?? throw new InvalidOperationException($"{call.ResponseStream.Current.Refused}")
                    );
                }
            },
            cancellationToken
        );
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request, cancellationToken);
        }

        await call.RequestStream.CompleteAsync();
        await reading;
        return replies;
    }

    private static async Task TellAsync(
        IHost teller,
        List<PushReply> pushed,
        Func<PushReply, IEnumerable<PrescriptionEvent>> facts,
        CancellationToken cancellationToken
    )
    {
        var exchange = teller.Services.GetRequiredService<EventExchange>();
        foreach (var some in pushed.Chunk(PerTransaction))
        {
            await using var work = await exchange.BeginAsync(cancellationToken);
            foreach (var fact in some.SelectMany(facts))
            {
                work.Publish(fact);
            }

            await work.CommitAsync(cancellationToken);
        }
    }

    private static IEnumerable<PrescriptionEvent> AtThePharmacy(PushReply p)
    {
        var (id, at) = (Guid.Parse(p.PrescriptionId), DateTimeOffset.UtcNow);
        yield return new PrescriptionRouted
        {
            AggregateId = id,
            Version = 1,
            OccurredAt = at,
            InstitutionCode = "",
            RegionCode = "",
            HisNumber = p.HisNumber,
            Revision = 1,
            CentreCode = "c",
            CentreName = "共享中药房",
            ReasonZh = "近",
            ReasonEn = "near",
        };
        yield return new StockReserved
        {
            AggregateId = id,
            Version = 2,
            OccurredAt = at,
            InstitutionCode = "",
            RegionCode = "",
            HisNumber = p.HisNumber,
            Revision = 1,
            CentreCode = "c",
            Allocations = [],
        };
        yield return new DispensingStarted
        {
            AggregateId = id,
            Version = 3,
            OccurredAt = at,
            InstitutionCode = "",
            RegionCode = "",
            HisNumber = p.HisNumber,
            Revision = 1,
            CentreCode = "c",
            Dispenser = "d",
        };
    }

    private static IEnumerable<PrescriptionEvent> InTheDecoctionRoom(PushReply p)
    {
        var (id, at) = (Guid.Parse(p.PrescriptionId), DateTimeOffset.UtcNow);
        yield return new DecoctionStarted
        {
            AggregateId = id,
            Version = 1,
            OccurredAt = at,
            InstitutionCode = "",
            RegionCode = "",
            HisNumber = p.HisNumber,
            Revision = 1,
            CentreCode = "c",
            Vessel = "v",
            Operator = "o",
        };
        foreach (var (step, n) in new[] { ("first-boil", 2), ("second-boil", 3) })
        {
            yield return new StepCompleted
            {
                AggregateId = id,
                Version = n,
                OccurredAt = at,
                InstitutionCode = "",
                RegionCode = "",
                HisNumber = p.HisNumber,
                Revision = 1,
                CentreCode = "c",
                Vessel = "v",
                Operator = "o",
                Step = step,
                StartedAt = at,
                FinishedAt = at,
            };
        }

        yield return new DecoctionCompleted
        {
            AggregateId = id,
            Version = 4,
            OccurredAt = at,
            InstitutionCode = "",
            RegionCode = "",
            HisNumber = p.HisNumber,
            Revision = 1,
            CentreCode = "c",
            Vessel = "v",
            Operator = "o",
            BagSerials = ["1"],
            MillilitresPerBag = 200,
        };
        yield return new ParcelShipped
        {
            AggregateId = id,
            Version = 5,
            OccurredAt = at,
            InstitutionCode = "",
            RegionCode = "",
            HisNumber = p.HisNumber,
            Revision = 1,
            ParcelId = id,
            Sscc = "1",
            CentreCode = "c",
            Courier = "x",
            BagSerials = [],
            DeliveryRegionCode = "330102",
        };
        yield return new ParcelDelivered
        {
            AggregateId = id,
            Version = 6,
            OccurredAt = at,
            InstitutionCode = "",
            RegionCode = "",
            HisNumber = p.HisNumber,
            Revision = 1,
            ParcelId = id,
            Sscc = "1",
            CentreCode = "c",
            Courier = "x",
            BagSerials = [],
            DeliveryRegionCode = "330102",
        };
    }

    private async Task<IHost> TellerAsync(string service, CancellationToken cancellationToken)
    {
        var database = await servers.DatabaseAsync("bench_life_" + service);
        await Migrations.ApplyAsync(database, service, cancellationToken);
        var broker = await servers.BrokerAsync();
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:rabbitmq"] = broker });
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(NpgsqlDataSource.Create(database));
        builder.Services.AddSingleton(new Countdown());
        builder.AddExchange(service, x => x.FoldWith<CountingFold>());
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }
}
