using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Setup;
using TcmBrain.Testing;
using TcmBrain.Traceability;

namespace TcmBrain.Benchmarks;

/// <summary>
/// The EPCIS interface as strangers use it, over HTTP and durable: single events from 16 clients, documents of 1000 events, exact look-ups
/// among all of them. Events are of some 780 bytes, four fifths observations, one fifth transformations.
/// </summary>
/// <param name="events">Events in the log when look-ups are measured.</param>
internal sealed class TraceBenchmark(BenchServers servers, int events, int lookups)
{
    private const int Clients = 16;
    private const int Uploads = 4;
    private const int PerDocument = 1000;

    /// <summary>Events until the code is compiled as it stays: a service runs for weeks, and its first seconds say nothing of them.</summary>
    private const int WarmUp = 20_000;
    private static readonly TimeSpan Singles = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var connection = await servers.DatabaseAsync("trace-bench");
        await Migrations.ApplyAsync(connection, "traceability", cancellationToken);
        await using var database = NpgsqlDataSource.Create(connection);
        await using var service = await ServiceProcess.StartAsync(
            typeof(TraceabilityFaults),
            new Dictionary<string, string>
            {
                ["ConnectionStrings__database"] = connection,
                ["ConnectionStrings__rabbitmq"] = await servers.BrokerAsync(),
                ["Log__SigningKey"] = Convert.ToBase64String(new byte[32]),
            },
            cancellationToken
        );
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Clients }) { BaseAddress = service.Http };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            TestTokens.Of("bench", "91371329MA3BENCH0K", "371329", Roles.Service)
        );
        var figures = new List<Figure>();
        var postgres = await DatabaseCpu.OfAsync(database, cancellationToken);
        var next = 0;
        while (next < WarmUp)
        {
            await SinglesAsync(client, TimeSpan.FromSeconds(1), () => Interlocked.Increment(ref next), cancellationToken);
        }

        var before = next;
        var (cpu, stored) = (service.CpuTime, postgres.Total());
        var latencies = await SinglesAsync(client, Singles, () => Interlocked.Increment(ref next), cancellationToken);
        figures.Add(new Figure("trace.capture_single_per_s", (next - before) / Singles.TotalSeconds, "events/s"));
        figures.Add(new Figure("trace.capture_single_p99_ms", Statistics.Percentile(latencies, 0.99), "ms"));
        figures.Add(new Figure("trace.capture_single_cpu_us", (service.CpuTime - cpu).TotalMicroseconds / (next - before), "µs/event"));
        figures.Add(
            new Figure("trace.capture_single_database_cpu_us", (postgres.Total() - stored).TotalMicroseconds / (next - before), "µs/event")
        );
        figures.Add(new Figure("trace.storage_single_bytes", await BytesAsync(database, cancellationToken) / next, "bytes/event"));

        var watch = Stopwatch.StartNew();
        var documents = Math.Max(10, (events - next) / PerDocument);
        var first = next;
        (cpu, stored) = (service.CpuTime, postgres.Total());
        await Task.WhenAll(Enumerable.Range(0, Uploads).Select(u => UploadAsync(client, u, documents, first, cancellationToken)));
        figures.Add(new Figure("trace.capture_batch_per_s", documents * PerDocument / watch.Elapsed.TotalSeconds, "events/s"));
        figures.Add(
            new Figure("trace.capture_batch_cpu_us", (service.CpuTime - cpu).TotalMicroseconds / (documents * PerDocument), "µs/event")
        );
        figures.Add(
            new Figure(
                "trace.capture_batch_database_cpu_us",
                (postgres.Total() - stored).TotalMicroseconds / (documents * PerDocument),
                "µs/event"
            )
        );
        next += documents * PerDocument;
        figures.Add(new Figure("trace.storage_batch_bytes", await BytesAsync(database, cancellationToken) / next, "bytes/event"));
        await ExecuteAsync(database, "vacuum analyze", cancellationToken);
        figures.Add(
            await LookupAsync(client, "trace.query_id_p95_ms", n => "MATCH_epc=" + Uri.EscapeDataString(Epc(n)), next, cancellationToken)
        );
        figures.Add(
            await LookupAsync(
                client,
                "trace.query_lot_p95_ms",
                n => "MATCH_anyEPCClass=" + Uri.EscapeDataString(Lot(n / 5)),
                next,
                cancellationToken
            )
        );
        figures.Add(
            await LookupAsync(
                client,
                "trace.query_lot_step_p95_ms",
                n => "EQ_bizStep=storing&orderBy=eventTime&eventCountLimit=1&MATCH_anyEPC=" + Uri.EscapeDataString(Epc(n)),
                next,
                cancellationToken
            )
        );
        figures.Add(await IdleAsync(service, database, cancellationToken));
        return figures;
    }

    /// <summary>What the service takes of a core while nobody asks anything of it, with a log that is full.</summary>
    private static async Task<Figure> IdleAsync(ServiceProcess service, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        // What follows the log is through with it, and has told of it.
        await using (var behind = database.CreateCommand("select l.size > g.next from traceability.log l, traceability.graph_position g"))
        {
            while ((bool)(await behind.ExecuteScalarAsync(cancellationToken))!)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }

        await Task.Delay(TimeSpan.FromSeconds(10), cancellationToken);
        var (cpu, watch) = (service.CpuTime, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
        return new Figure("trace.idle_core_percent", (service.CpuTime - cpu) / watch.Elapsed * 100, "% of a core");
    }

    private static async Task<List<double>> SinglesAsync(
        HttpClient client,
        TimeSpan duration,
        Func<int> next,
        CancellationToken cancellationToken
    )
    {
        var all = new ConcurrentBag<List<double>>();
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(_ =>
                    Task.Run(
                        async () =>
                        {
                            var own = new List<double>();
                            while (Stopwatch.GetTimestamp() < end)
                            {
                                using var body = Json(Event(next(), alone: true));
                                var start = Stopwatch.GetTimestamp();
                                using var answer = await client.PostAsync("/epcis/events", body, cancellationToken);
                                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                                await RequireAsync(answer, HttpStatusCode.Created, cancellationToken);
                            }

                            all.Add(own);
                        },
                        cancellationToken
                    )
                )
        );
        return [.. all.SelectMany(l => l)];
    }

    private static async Task UploadAsync(HttpClient client, int upload, int documents, int first, CancellationToken cancellationToken)
    {
        for (var d = upload; d < documents; d += Uploads)
        {
            var from = first + (d * PerDocument) + 1;
            var list = string.Join(',', Enumerable.Range(from, PerDocument).Select(n => Event(n, alone: false)));
            using var body = Json(
                $$"""
                {"@context":{{Context}},"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-01-01T00:00:00Z","epcisBody":{"eventList":[{{list}}] } }
                """
            );
            using var answer = await client.PostAsync("/epcis/capture", body, cancellationToken);
            await RequireAsync(answer, HttpStatusCode.Accepted, cancellationToken);
        }
    }

    private async Task<Figure> LookupAsync(
        HttpClient client,
        string name,
        Func<int, string> query,
        int stored,
        CancellationToken cancellationToken
    )
    {
        var random = new Random(7);
        var latencies = new List<double>(lookups);
        for (var i = 0; i < lookups; i++)
        {
            // Every fifth event is a transformation, which has no EPC; look for one that is there.
            var address = "/epcis/events?" + query((random.Next(1, stored / 5) * 5) + 1);
            var start = Stopwatch.GetTimestamp();
            var text = await client.GetStringAsync(address, cancellationToken);
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (!text.Contains("\"eventID\"", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{address} found nothing.");
            }
        }

        return new Figure(name, Statistics.Percentile(latencies, 0.95), "ms");
    }

    /// <summary>What an event takes with all its indexes, look-ups and tree nodes.</summary>
    private static async Task<double> BytesAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select sum(pg_total_relation_size(c.oid))::double precision from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'traceability' and c.relkind = 'r' and c.relname in ('event', 'event_item', 'tree_node', 'vocabulary', 'capture_job')
            """
        );
        return (double)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 1800;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private const string Context =
        """["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{"ex":"https://grower.example/voc/"}]""";

    private static string Epc(int n) =>
        string.Create(CultureInfo.InvariantCulture, $"https://id.gs1.org/01/06901234000023/21/S{n:00000000}");

    private static string Lot(int n) =>
        string.Create(CultureInfo.InvariantCulture, $"https://id.gs1.org/01/06901234000047/10/L{n:00000000}");

    private static string Event(int n, bool alone)
    {
        var time = DateTimeOffset
            .UnixEpoch.AddSeconds(1_750_000_000 + n)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
        var context = alone ? $"\"@context\":{Context}," : "";
        var site = n % 200;
        var rest = string.Create(
            CultureInfo.InvariantCulture,
            $$""" "eventTime":"{{time}}","eventTimeZoneOffset":"+08:00","readPoint":{"id":"https://id.gs1.org/414/6901234100013/254/dock{{site}}"},"bizLocation":{"id":"https://id.gs1.org/414/6901234100013/254/store{{site}}"},"bizTransactionList":[{"type":"desadv","bizTransaction":"https://grower.example/despatch/{{n / 20}}"}],"ex:operator":"shift-{{n % 3}}","ex:note":"checked against the delivery note, seals whole, no damage seen" """
        );
        return n % 5 == 0
            ? $$"""
                {{{context}}"type":"TransformationEvent","bizStep":"creating_class_instance","disposition":"in_progress","transformationID":"https://grower.example/run/{{n}}","inputQuantityList":[{"epcClass":"{{Lot(
                    (n / 5) - 1
                )}}","quantity":120.5,"uom":"KGM"}],"outputQuantityList":[{"epcClass":"{{Lot(
                    n / 5
                )}}","quantity":96.25,"uom":"KGM"}],{{rest}}}
                """
            : $$"""
                {{{context}}"type":"ObjectEvent","action":"OBSERVE","bizStep":"storing","disposition":"in_progress","epcList":["{{Epc(
                    n
                )}}"],{{rest}}}
                """;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task RequireAsync(HttpResponseMessage answer, HttpStatusCode status, CancellationToken cancellationToken)
    {
        if (answer.StatusCode != status)
        {
            throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }
}
