using System.Diagnostics;
using MassTransit;
using TcmBrain.Contracts.Events;
using BusFactory = MassTransit.Bus;

namespace TcmBrain.Benchmarks;

/// <summary>MassTransit as it comes: publish with confirms, a quorum queue, a consumer that only counts.</summary>
internal sealed class BareMassTransit : IAsyncDisposable
{
    private const int InFlight = 1000;
    private readonly IBusControl _bus;
    private readonly Countdown _received;

    private BareMassTransit(IBusControl bus, Countdown received) => (_bus, _received) = (bus, received);

    public static async Task<BareMassTransit> StartAsync(string broker, CancellationToken cancellationToken)
    {
        var received = new Countdown();
        var bus = BusFactory.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(broker));
            rabbit.ReceiveEndpoint(
                "bare-" + Guid.NewGuid().ToString("N"),
                endpoint =>
                {
                    endpoint.SetQuorumQueue();
                    endpoint.PrefetchCount = InFlight;
                    // As many as the exchange: more would slow it down (docs/decisions/2026-11-22-busy-machine.md).
                    endpoint.ConcurrentMessageLimit = 256;
                    endpoint.Handler<BareEvent>(_ =>
                    {
                        received.Count(1);
                        return Task.CompletedTask;
                    });
                }
            );
        });
        await bus.StartAsync(cancellationToken);
        return new BareMassTransit(bus, received);
    }

    public async Task<double> RunAsync(int count, CancellationToken cancellationToken)
    {
        var done = _received.Expect(count);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellationToken },
            async (_, token) => await _bus.Publish(new BareEvent { Event = ExchangeBenchmark.Sample() }, token)
        );
        await done.WaitAsync(TimeSpan.FromMinutes(2), cancellationToken);
        return count / clock.Elapsed.TotalSeconds;
    }

    public async ValueTask DisposeAsync() => await _bus.StopAsync();
}

/// <summary>The same event in a type of its own, so that it shares no exchange with the measured one.</summary>
public sealed record BareEvent
{
    public required PrescriptionReceived Event { get; init; }
}
