using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Grpc.Net.Client;
using Npgsql;
using TcmBrain.Cockpit;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Setup;
using TcmBrain.Testing;

namespace TcmBrain.Benchmarks;

/// <summary>
/// The cockpit in a process of its own with its streams open, ten of the whole region and the others of institutions, while hospitals push at a steady rate:
/// from a push's acknowledgement until a screen of the region has it; and what a read costs meanwhile. This process is all hospitals and all browsers, and
/// takes its share of the same cores.
/// </summary>
internal sealed class CockpitLiveBenchmark(BenchServers servers, int streams, int pushes, int perSecond)
{
    private const int Screens = 10;
    private const int Institutions = 99;
    private const int ReadsPerSecond = 100;
    private const int WarmUpSeconds = 60;

    private static readonly string[] Reads =
    [
        "summary",
        "rankings",
        "flows",
        "regions",
        "curve?metric=received",
        "events?limit=20",
        Nothing,
    ];

    /// <summary>Reads nothing, and so tells what a request costs on this machine at this load whatever it asks for; not counted among the reads.</summary>
    private const string Nothing = "/health/live";

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        await using var house = await PrescriptionsHouse.OpenAsync(servers, "bench_cockpit_push", cancellationToken);
        var database = await servers.DatabaseAsync("bench_cockpit_live");
        await Migrations.ApplyAsync(database, "cockpit", cancellationToken);
        await using var cockpit = await ServiceProcess.StartAsync(
            typeof(CockpitFaults),
            new Dictionary<string, string>
            {
                ["ConnectionStrings__database"] = database,
                ["ConnectionStrings__rabbitmq"] = await servers.BrokerAsync(),
                ["ConnectionStrings__redis"] = await servers.RedisAsync(),
            },
            cancellationToken
        );
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = cockpit.Http };
        client.Timeout = Timeout.InfiniteTimeSpan;
        var before = cockpit.WorkingSet;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var seen = new ConcurrentDictionary<string, long>();
        var open = new ConcurrentBag<Task>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, streams),
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellationToken },
            async (n, _) => open.Add(await OpenAsync(client, n, n == 0 ? seen : null, end.Token))
        );
        var opened = cockpit.WorkingSet;

        // The same load first, not measured: both services have just started, and compile what they run for the first time.
        var requests = PushBenchmark.Make(11, pushes + WarmUpSeconds * perSecond);
        var (warm, measured) = (requests[pushes..], requests[..pushes]);
        using (var warming = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var warmReading = ReadAsync(client, warming.Token);
            await SeenAsync(await PushAsync(house, warm, cancellationToken));
            await warming.CancelAsync();
            await warmReading;
        }

        var (clock, cpu) = (Stopwatch.StartNew(), cockpit.CpuTime);
        var reading = ReadAsync(client, end.Token);
        var acknowledged = await PushAsync(house, measured, cancellationToken);
        await SeenAsync(acknowledged);
        var working = cockpit.WorkingSet;
        var cores = (cockpit.CpuTime - cpu) / clock.Elapsed;
        await end.CancelAsync();
        await Task.WhenAll(open);
        var reads = await reading;
        var folds = await FoldTimesAsync(database, cancellationToken);
        var delays = acknowledged.Select(a => Math.Max(0, Stopwatch.GetElapsedTime(a.Value, seen[a.Key]).TotalMilliseconds)).ToList();
        return
        [
            new Figure("cockpit.streams", streams, "streams"),
            new Figure("cockpit.stream_kib", Math.Max(0, opened - before) / 1024.0 / streams, "KiB"),
            new Figure("cockpit.memory_mib", working / (double)(1 << 20), "MiB"),
            new Figure("cockpit.cores", cores, "cores"),
            new Figure("cockpit.read_p50_ms", Among(r => r.Path != Nothing, 0.50), "ms"),
            new Figure("cockpit.read_p99_ms", Among(r => r.Path != Nothing, 0.99), "ms"),
            new Figure("cockpit.read_nothing_p99_ms", Among(r => r.Path == Nothing, 0.99), "ms"),
            // Where the time goes: until the transaction begins that folds it, and from there to the screen.
            new Figure("pipeline.folding_p50_ms", Statistics.Percentile(Until(a => folds[a.Key] - TimeOf(a.Value)), 0.50), "ms"),
            new Figure("pipeline.showing_p50_ms", Statistics.Percentile(Until(a => TimeOf(seen[a.Key]) - folds[a.Key]), 0.50), "ms"),
            new Figure("pipeline.visible_p50_ms", Statistics.Percentile(delays, 0.50), "ms"),
            new Figure("pipeline.visible_p99_ms", Statistics.Percentile(delays, 0.99), "ms"),
        ];

        Task SeenAsync(ConcurrentDictionary<string, long> pushed) =>
            PrescriptionsHouse.UntilAsync(
                () => Task.FromResult(pushed.Keys.All(seen.ContainsKey)),
                "the screen has seen every push",
                cancellationToken
            );

        double Among(Func<Read, bool> which, double p) => Statistics.Percentile([.. reads.Where(which).Select(r => r.Milliseconds)], p);

        List<double> Until(Func<KeyValuePair<string, long>, TimeSpan> hop) => [.. acknowledged.Select(a => hop(a).TotalMilliseconds)];
    }

    /// <summary>When each prescription's first event began to be folded.</summary>
    private static async Task<Dictionary<string, DateTime>> FoldTimesAsync(string text, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(text);
        await using var command = database.CreateCommand(
            "select aggregate_id::text, recorded_at from cockpit.facts where type = 'PrescriptionReceived'"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var times = new Dictionary<string, DateTime>();
        while (await reader.ReadAsync(cancellationToken))
        {
            times[reader.GetString(0)] = reader.GetDateTime(1);
        }

        return times;
    }

    /// <summary>The wall clock's time of a timestamp, for what another process has stamped on this machine.</summary>
    private static DateTime TimeOf(long timestamp) => DateTime.UtcNow - Stopwatch.GetElapsedTime(timestamp);

    private async Task<ConcurrentDictionary<string, long>> PushAsync(
        PrescriptionsHouse house,
        IReadOnlyList<PushStreamRequest> requests,
        CancellationToken cancellationToken
    )
    {
        var acknowledged = new ConcurrentDictionary<string, long>();
        using var channel = GrpcChannel.ForAddress(house.Service.Grpc);
        var client = new PrescriptionService.PrescriptionServiceClient(channel);
        var credentials = Enumerable.Range(0, Institutions).Select(PrescriptionsHouse.As).ToArray();
        var calls = new List<Task>(requests.Count);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < requests.Count; i++)
        {
            if (TimeSpan.FromSeconds((double)i / perSecond) - clock.Elapsed is { TotalMilliseconds: > 1 } wait)
            {
                await Task.Delay(wait, cancellationToken);
            }

            calls.Add(OneAsync(i));
        }

        await Task.WhenAll(calls);
        return acknowledged;

        async Task OneAsync(int i)
        {
            var reply = await client.PushAsync(
                new PushRequest { Prescription = requests[i].Prescription },
                credentials[i % Institutions],
                cancellationToken: cancellationToken
            );
            acknowledged[reply.PrescriptionId] = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Opens a stream and reads on; notes when prescriptions are seen if it is asked to, else only drains it.</summary>
    private static async Task<Task> OpenAsync(
        HttpClient client,
        int n,
        ConcurrentDictionary<string, long>? seen,
        CancellationToken cancellationToken
    )
    {
        using var request = Request("stream", n);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return Task.Run(
            async () =>
            {
                using (response)
                {
                    try
                    {
                        await (
                            seen is null ? stream.CopyToAsync(Stream.Null, cancellationToken) : WatchAsync(stream, seen, cancellationToken)
                        );
                    }
                    catch (Exception) when (cancellationToken.IsCancellationRequested) { }
                }
            },
            CancellationToken.None
        );
    }

    private static async Task WatchAsync(Stream stream, ConcurrentDictionary<string, long> seen, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream);
        var name = "";
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (name == "facts" && line.StartsWith("data: ", StringComparison.Ordinal))
            {
                var now = Stopwatch.GetTimestamp();
                foreach (var e in JsonElement.Parse(line.AsSpan(6)).EnumerateArray())
                {
                    if (e.GetProperty("type").GetString() == "PrescriptionReceived")
                    {
                        seen.TryAdd(e.GetProperty("aggregateId").GetString()!, now);
                    }
                }
            }
        }
    }

    private static async Task<List<Read>> ReadAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var times = new ConcurrentBag<Read>();
        var running = new List<Task>();
        var clock = Stopwatch.StartNew();
        for (var n = 0; !cancellationToken.IsCancellationRequested; n++)
        {
            running.Add(OneAsync(n));
            var due = TimeSpan.FromSeconds((n + 1.0) / ReadsPerSecond) - clock.Elapsed;
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(running);
        return [.. times];

        async Task OneAsync(int n)
        {
            // Regions are for those of the region; an institution reads its own.
            var path = Reads[n % Reads.Length];
            using var request = Request(path, path == "regions" ? 0 : n);
            var started = Stopwatch.GetTimestamp();
            using var response = await client.SendAsync(request, CancellationToken.None);
            response.EnsureSuccessStatusCode();
            times.Add(new(path, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
        }
    }

    /// <summary>The first are screens of the region; the others of one institution after another.</summary>
    private static HttpRequestMessage Request(string path, int n)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path[0] == '/' ? path : "/api/cockpit/" + path);
        var token = n < Screens ? RegionToken : PrescriptionsHouse.As(n % Institutions).GetValue("authorization")!["Bearer ".Length..];
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private readonly record struct Read(string Path, double Milliseconds);

    private static readonly string RegionToken = TestTokens.Of(
        "regulator",
        "",
        DemoRegion.Hospitals[0].RegionCode[..2] + "0000",
        "regulator"
    );
}
