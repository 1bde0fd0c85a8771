using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;
using TcmBrain.HisSimulator.Demo;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Setup;
using TcmBrain.Testing;
using TcmBrain.Traceability;
using TcmBrain.Traceability.Recalls;

namespace TcmBrain.Benchmarks;

/// <summary>
/// What no EPCIS repository answers in one call: a chain of 18 events from planting to patient, a trace of 5 000 things over ten levels, the list
/// of a recall; and how soon after its capture an event can be proven. Over HTTP, the service in a process of its own.
/// </summary>
/// <param name="prescriptions">Made from the lot that is called back, told by the pharmacy through the broker.</param>
internal sealed class TraceGraphBenchmark(BenchServers servers, int prescriptions, int calls)
{
    private const string Root = "https://id.gs1.org/";
    private const string Maker = "91371329MA3BENCH0K";

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken cancellationToken)
    {
        var connection = await servers.DatabaseAsync("trace-graph-bench");
        await Migrations.ApplyAsync(connection, "traceability", cancellationToken);
        var pharmacy = await servers.DatabaseAsync("trace-graph-pharmacy");
        await Migrations.ApplyAsync(pharmacy, "pharmacy", cancellationToken);
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
        using var maker = Client(service, Maker, Roles.Service);
        using var @operator = Client(service, "", Roles.Operator);
        var bag = await CaptureChainAsync(maker, cancellationToken);
        var fan = await CaptureFanAsync(maker, cancellationToken);
        await using var database = NpgsqlDataSource.Create(connection);
        var postgres = await DatabaseCpu.OfAsync(database, cancellationToken);
        await TimesAsync(@operator, bag, "?direction=up", 18, calls, cancellationToken);
        var (cpu, stored) = (service.CpuTime, postgres.Total());
        var chain = await TimesAsync(@operator, bag, "?direction=up", 18, calls, cancellationToken);
        var (chainCpu, chainStored) = ((service.CpuTime - cpu) / calls, (postgres.Total() - stored) / calls);
        var wide = await TimesAsync(@operator, fan, "?direction=down", 500, Math.Max(5, calls / 20), cancellationToken);
        var proof = await ProofDelaysAsync(maker, 20, cancellationToken);
        var (lot, told) = await DispenseAsync(pharmacy, cancellationToken);
        var (listed, answered) = await RecallAsync(connection, @operator, lot, told, cancellationToken);
        return
        [
            new Figure("trace.chain18_p95_ms", Statistics.Percentile(chain, 0.95), "ms"),
            new Figure("trace.chain18_cpu_ms", chainCpu.TotalMilliseconds, "ms"),
            new Figure("trace.chain18_database_cpu_ms", chainStored.TotalMilliseconds, "ms"),
            new Figure("trace.nodes5000_ms", Statistics.Median(wide), "ms"),
            new Figure("trace.nodes5000_p95_ms", Statistics.Percentile(wide, 0.95), "ms"),
            new Figure("trace.proof_after_p95_ms", Statistics.Percentile(proof, 0.95), "ms"),
            new Figure("trace.recall_listed_ms", listed, "ms"),
            new Figure("trace.recall_answered_ms", answered, "ms"),
        ];
    }

    private static HttpClient Client(ServiceProcess service, string institution, string role)
    {
        var client = new HttpClient { BaseAddress = service.Http };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            TestTokens.Of("bench", institution, "371329", role)
        );
        return client;
    }

    private static async Task<List<double>> TimesAsync(
        HttpClient client,
        string thing,
        string query,
        int events,
        int calls,
        CancellationToken cancellationToken
    )
    {
        var times = new List<double>();
        for (var call = -10; call < calls; call++)
        {
            var start = Stopwatch.GetTimestamp();
            var body = await client.GetByteArrayAsync($"/api/traceability/trace/{Uri.EscapeDataString(thing)}{query}", cancellationToken);
            if (call >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            else if (JsonDocument.Parse(body).RootElement.GetProperty("events").GetArrayLength() is var found && found != events)
            {
                throw new InvalidOperationException($"The trace has {found} events instead of {events}.");
            }
        }

        return times;
    }

    /// <summary>The maker's nine events, and nine more until the patient has the bags and the lot is called back.</summary>
    private static async Task<string> CaptureChainAsync(HttpClient maker, CancellationToken cancellationToken)
    {
        var (document, lot) = Growers.Chain(1, "丹参", "山东", "bench", 250, DateTimeOffset.UtcNow);
        await CaptureAsync(maker, JsonSerializer.Serialize(document), cancellationToken);
        string Bag(int n) => $"{Root}01/06905678000028/21/BENCH-{n:00}";
        var pack = $"{Root}01/06905678000011/21/BENCH";
        var bags = new JsonArray([.. Enumerable.Range(1, 14).Select(n => (JsonNode)Bag(n))]);
        var parcel = Root + "00/369056780000000012";
        await CaptureAsync(
            maker,
            Document([
                Event("ObjectEvent", "receiving", 1, ("action", "OBSERVE"), ("quantityList", Lots(lot, null))),
                Event(
                    "TransformationEvent",
                    "commissioning",
                    2,
                    ("inputQuantityList", Lots(lot, 0.105m)),
                    ("outputEPCList", new JsonArray(pack))
                ),
                Event(
                    "TransformationEvent",
                    "commissioning",
                    3,
                    ("inputEPCList", new JsonArray(pack)),
                    ("outputEPCList", bags.DeepClone())
                ),
                Event("AggregationEvent", "packing", 4, ("action", "ADD"), ("parentID", parcel), ("childEPCs", bags.DeepClone())),
                Event("ObjectEvent", "departing", 5, ("action", "OBSERVE"), ("epcList", new JsonArray(parcel))),
                Event("ObjectEvent", "arriving", 6, ("action", "OBSERVE"), ("epcList", new JsonArray(parcel))),
                Event("AggregationEvent", "unpacking", 7, ("action", "DELETE"), ("parentID", parcel), ("childEPCs", bags.DeepClone())),
                Event("ObjectEvent", "dispensing", 8, ("action", "DELETE"), ("epcList", bags.DeepClone())),
                Event("ObjectEvent", "holding", 9, ("action", "OBSERVE"), ("quantityList", Lots(lot, null))),
            ]),
            cancellationToken
        );
        return Bag(3);
    }

    /// <summary>Ten levels of fifty transformations into ten lots each.</summary>
    private static async Task<string> CaptureFanAsync(HttpClient maker, CancellationToken cancellationToken)
    {
        string Lot(string name) => $"{Root}01/06905678000035/10/{name}";
        for (var level = 0; level < 10; level++)
        {
            var events = new List<JsonNode>();
            for (var i = 0; i < 50; i++)
            {
                var outputs = new JsonArray([
                    .. Enumerable.Range(0, 10).Select(o => (JsonNode)Lots(Lot($"f{level}.{i}.{o}"), 1)[0]!.DeepClone()),
                ]);
                var input = Lots(level == 0 ? Lot("fan") : Lot($"f{level - 1}.{i}.0"), 1);
                events.Add(
                    Event(
                        "TransformationEvent",
                        "creating_class_instance",
                        level,
                        ("inputQuantityList", input),
                        ("outputQuantityList", outputs)
                    )
                );
            }

            await CaptureAsync(maker, Document([.. events]), cancellationToken);
        }

        return Lot("fan");
    }

    private static async Task<List<double>> ProofDelaysAsync(HttpClient maker, int rounds, CancellationToken cancellationToken)
    {
        var delays = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var e = Event(
                "ObjectEvent",
                "storing",
                1,
                ("action", "OBSERVE"),
                ("epcList", new JsonArray($"urn:uuid:{Guid.CreateVersion7()}"))
            );
            await CaptureAsync(maker, Document([e]), cancellationToken);
            var thing = e["epcList"]![0]!.GetValue<string>();
            var start = Stopwatch.GetTimestamp();
            var trace = await maker.GetFromJsonAsync<JsonElement>(
                $"/api/traceability/trace/{Uri.EscapeDataString(thing)}",
                cancellationToken
            );
            var hash = trace.GetProperty("events")[0].GetProperty("eventHash").GetString()!;
            var bare = hash["ni:///sha-256;".Length..hash.IndexOf('?', StringComparison.Ordinal)];
            while ((await maker.GetAsync($"/api/traceability/events/{bare}/proof", cancellationToken)).StatusCode != HttpStatusCode.OK)
            {
                await Task.Delay(10, cancellationToken);
            }

            delays.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return delays;
    }

    /// <summary>One lot in all of the prescriptions, told as the pharmacy tells of it.</summary>
    private async Task<(Guid Lot, int Told)> DispenseAsync(string pharmacy, CancellationToken cancellationToken)
    {
        var lot = Guid.CreateVersion7();
        await using var teller = await Teller.StartAsync("pharmacy", pharmacy, await servers.BrokerAsync());
        foreach (var part in Enumerable.Range(0, prescriptions).Chunk(1000))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await teller.TellAsync([.. part.Select(n => (Event)Checked(n, lot))]);
        }

        await teller.SettledAsync();
        return (lot, prescriptions);
    }

    private static async Task<(double Listed, double Answered)> RecallAsync(
        string connection,
        HttpClient client,
        Guid lot,
        int expected,
        CancellationToken cancellationToken
    )
    {
        await using var database = NpgsqlDataSource.Create(connection);
        while (true)
        {
            await using var command = database.CreateCommand("select count(*) from traceability.prescription_stage");
            if ((long)(await command.ExecuteScalarAsync(cancellationToken))! >= expected)
            {
                break;
            }

            await Task.Delay(200, cancellationToken);
        }

        var (listed, answered) = (new List<double>(), new List<double>());
        for (var round = 0; round < 5; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var request = new RecallRequest(null, [lot.ToString()], 1, "bench", Drill: true);
            var answer = await client.PostAsJsonAsync("/api/traceability/recalls", request, cancellationToken);
            answered.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            var recall = (await answer.Content.ReadFromJsonAsync<RecallAnswer>(cancellationToken))!;
            listed.Add(recall.ListedInMilliseconds);
            if (recall.Counts.Prescriptions != expected)
            {
                throw new InvalidOperationException($"The recall lists {recall.Counts.Prescriptions} prescriptions instead of {expected}.");
            }
        }

        return (Statistics.Median(listed), Statistics.Median(answered));
    }

    private static PrescriptionChecked Checked(int number, Guid lot) =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 4,
            OccurredAt = DateTimeOffset.UtcNow.AddDays(-1),
            InstitutionCode = DemoRegion.Hospitals[number % DemoRegion.Hospitals.Count].Code,
            RegionCode = DemoRegion.Hospitals[number % DemoRegion.Hospitals.Count].RegionCode,
            HisNumber = FormattableString.Invariant($"BENCH-{number}"),
            Revision = 1,
            CentreCode = DemoRegion.Pharmacies[0].Code,
            Checker = "复核员",
            Dispenser = "调剂员",
            Portions =
            [
                new WeighedPortion(1, "丹参", lot, "BIG", new Weight(105_000), ""),
                new WeighedPortion(2, "甘草", Guid.CreateVersion7(), "OWN", new Weight(42_000), ""),
            ],
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = true,
            Urgent = false,
            DeliveryRegionCode = "330106",
            SyndromeName = "心血瘀阻证",
        };

    private static JsonObject Event(string type, string bizStep, int hour, params (string Name, JsonNode? Value)[] fields)
    {
        var e = new JsonObject
        {
            ["type"] = type,
            ["eventTime"] = DateTimeOffset.UtcNow.AddHours(hour - 30).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null),
            ["eventTimeZoneOffset"] = "+00:00",
            ["bizStep"] = bizStep,
        };
        foreach (var (name, value) in fields)
        {
            e[name] = value;
        }

        if (type == "TransformationEvent")
        {
            e["transformationID"] = $"urn:uuid:{Guid.CreateVersion7()}";
        }

        return e;
    }

    private static JsonArray Lots(string lot, decimal? kilograms)
    {
        var quantity = new JsonObject { ["epcClass"] = lot };
        if (kilograms is { } amount)
        {
            quantity["quantity"] = amount;
            quantity["uom"] = "KGM";
        }

        return new JsonArray(quantity);
    }

    private static string Document(IEnumerable<JsonNode> events) =>
        new JsonObject
        {
            ["@context"] = new JsonArray("https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"),
            ["type"] = "EPCISDocument",
            ["schemaVersion"] = "2.0",
            ["creationDate"] = "2026-11-01T00:00:00Z",
            ["epcisBody"] = new JsonObject { ["eventList"] = new JsonArray([.. events.Select(e => e.DeepClone())]) },
        }.ToJsonString();

    private static async Task CaptureAsync(HttpClient client, string document, CancellationToken cancellationToken)
    {
        using var body = new StringContent(document, System.Text.Encoding.UTF8, "application/json");
        using var captured = await client.PostAsync("/epcis/capture", body, cancellationToken);
        if (captured.StatusCode != HttpStatusCode.Accepted)
        {
            throw new InvalidOperationException(await captured.Content.ReadAsStringAsync(cancellationToken));
        }
    }
}
