using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.Benchmarks;

/// <summary>
/// Open watch streams, ten an institution, while pushes come in at a steady rate: from a push's acknowledgement until each stream
/// of its institution has the change. This process is all the hospitals at once and takes its share of the same cores.
/// </summary>
internal sealed class WatchBenchmark(BenchServers servers, int streams, int pushes, int perSecond)
{
    private const int PerInstitution = 10;
    private const int PerConnection = 100;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var house = await PrescriptionsHouse.OpenAsync(servers, "bench_watch", cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channels = Enumerable
            .Range(0, (streams + PerConnection - 1) / PerConnection)
            .Select(_ => GrpcChannel.ForAddress(house.Service.Grpc))
            .ToList();
        var acknowledged = new ConcurrentDictionary<string, long>();
        var seen = new ConcurrentBag<(string Id, long At)>();
        var clock = Stopwatch.StartNew();
        var open = await OpenAsync(channels, seen, end.Token);
        var opening = clock.Elapsed.TotalSeconds;
        var memory = house.Service.WorkingSet;

        using (var pushing = GrpcChannel.ForAddress(house.Service.Grpc))
        {
            var client = new PrescriptionService.PrescriptionServiceClient(pushing);
            var requests = PushBenchmark.Make(7, pushes);
            var calls = new List<Task>(pushes);
            clock.Restart();
            for (var i = 0; i < pushes; i++)
            {
                var due = TimeSpan.FromSeconds((double)i / perSecond);
                if (due - clock.Elapsed is { TotalMilliseconds: > 1 } wait)
                {
                    await Task.Delay(wait, cancellationToken);
                }

                calls.Add(PushAsync(client, requests[i].Prescription, i % (streams / PerInstitution)));
            }

            await Task.WhenAll(calls);
        }

        await PrescriptionsHouse.UntilAsync(
            () => Task.FromResult(seen.Count >= pushes * PerInstitution),
            "every stream has seen its changes",
            cancellationToken
        );
        await end.CancelAsync();
        await Task.WhenAll(open);
        channels.ForEach(c => c.Dispose());
        if (seen.Count != pushes * PerInstitution || seen.Distinct().Count() < pushes)
        {
            throw new InvalidOperationException($"{seen.Count} changes were seen in place of {pushes * PerInstitution}.");
        }

        var delays = seen.Select(s => Math.Max(0, Stopwatch.GetElapsedTime(acknowledged[s.Id], s.At).TotalMilliseconds)).ToList();
        return
        [
            new Figure("push.watch_streams", streams, "streams"),
            new Figure("push.watch_open_s", opening, "s"),
            new Figure("push.watch_kib_a_stream", memory / 1024.0 / streams, "KiB"),
            new Figure("push.watch_p50_ms", Statistics.Percentile(delays, 0.50), "ms"),
            new Figure("push.watch_p99_ms", Statistics.Percentile(delays, 0.99), "ms"),
        ];

        async Task PushAsync(PrescriptionService.PrescriptionServiceClient client, Prescription prescription, int institution)
        {
            var reply = await client.PushAsync(
                new PushRequest { Prescription = prescription },
                PrescriptionsHouse.As(institution),
                cancellationToken: cancellationToken
            );
            acknowledged[reply.PrescriptionId] = Stopwatch.GetTimestamp();
        }
    }

    private async Task<List<Task>> OpenAsync(
        List<GrpcChannel> channels,
        ConcurrentBag<(string, long)> seen,
        CancellationToken cancellationToken
    )
    {
        var open = new ConcurrentBag<Task>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, streams),
            new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken },
            async (n, _) =>
            {
                var client = new PrescriptionService.PrescriptionServiceClient(channels[n / PerConnection]);
                var call = client.Watch(
                    new WatchRequest(),
                    PrescriptionsHouse.As(n % (streams / PerInstitution)),
                    cancellationToken: cancellationToken
                );
                await call.ResponseHeadersAsync;
                open.Add(ReadAsync(call));
            }
        );
        return [.. open];

        async Task ReadAsync(AsyncServerStreamingCall<StatusChange> call)
        {
            using (call)
            {
                try
                {
                    while (await call.ResponseStream.MoveNext(cancellationToken))
                    {
                        seen.Add((call.ResponseStream.Current.PrescriptionId, Stopwatch.GetTimestamp()));
                    }
                }
                catch (Exception e) when (e is RpcException or OperationCanceledException && cancellationToken.IsCancellationRequested) { }
            }
        }
    }
}
