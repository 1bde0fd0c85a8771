using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.EndToEnd.Tests;
using TcmBrain.HisSimulator;
using TcmBrain.HisSimulator.His;
using TcmBrain.Knowledge;
using TcmBrain.Testing.Running;

[assembly: AssemblyFixture(typeof(Region))]
// One platform, whose rows the tests count.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TcmBrain.EndToEnd.Tests;

/// <summary>The running platform with its demo region and one day of it, for all tests of the assembly.</summary>
public sealed class Region : IAsyncLifetime
{
    public const int DemoCount = 60;
    public const int DemoSeed = 20_260_217;

    private readonly Lazy<Task<ToolRun>> demo;
    private Platform? platform;
    private Gateway? gateway;
    private int made;

    public Region() =>
        demo = new(() => Platform.ToolAsync(TimeSpan.FromMinutes(20), "demo", "--count", $"{DemoCount}", "--seed", $"{DemoSeed}"));

    /// <summary>On which the demo is run, unless it takes far longer than it should.</summary>
    public DateOnly Day { get; private set; }

    public Platform Platform => platform ?? throw new InvalidOperationException("The platform has not started.");

    public Gateway Gateway => gateway ?? throw new InvalidOperationException("The platform has not started.");

    public TelemetryCollector Collector { get; } = new();

    /// <summary>The day's run, made once, when it is first asked for.</summary>
    public Task<ToolRun> DemoAsync() => demo.Value;

    /// <summary>The prescriptions of the day, made as the simulator makes them.</summary>
    public static IReadOnlyList<SimulatedPrescription> DemoPrescriptions(int flawEvery) =>
        [
            .. Days()
                .SelectMany(issued =>
                {
                    var factory = new PrescriptionFactory(Catalogue.Default, DemoSeed, issued);
                    return Enumerable.Range(0, DemoCount).Select(i => factory.Make(i, flawEvery));
                }),
        ];

    /// <summary>A clean prescription of hospital 1, new at each call.</summary>
    public Prescription NewPrescription(string hisNumber)
    {
        var seed = 700_000 + Interlocked.Increment(ref made);
        var prescription = new PrescriptionFactory(Catalogue.Default, seed, DateTimeOffset.UtcNow.AddHours(-1)).Make(0, 0).Prescription;
        prescription.HisNumber = hisNumber;
        return prescription;
    }

    public GrpcChannel Channel() => Gateway.Channel();

    public async Task<string> TokenAsync(string client) =>
        await Gateway.TokenAsync(client, DemoRegion.ClientOf(client).Secret, CancellationToken.None);

    public async Task<Metadata> HeadersAsync(string client) => new() { { "authorization", "Bearer " + await TokenAsync(client) } };

    /// <summary>A browserless caller through the gateway.</summary>
    public async Task<HttpClient> HttpAsync(string? client)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Platform.Http };
        if (client is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(client));
        }

        return http;
    }

    public async ValueTask InitializeAsync()
    {
        // The wall's numbers are one day's, and the demo's are among them.
        await RegionDay.NotEndingAsync(TimeSpan.FromMinutes(10));
        Day = RegionTime.DayOf(DateTimeOffset.UtcNow);
        await Collector.StartAsync();
        platform = await Platform.StartAsync(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Collector.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            }
        );
        gateway = new Gateway(platform.Http, platform.Grpc);
    }

    public async ValueTask DisposeAsync()
    {
        gateway?.Dispose();
        if (platform is not null)
        {
            await platform.DisposeAsync();
        }

        await Collector.DisposeAsync();
    }

    /// <summary>The demo dates its prescriptions four hours back, so two days are possible around midnight.</summary>
    private static IEnumerable<DateTimeOffset> Days() =>
        new[] { DateTimeOffset.UtcNow.AddHours(-4), DateTimeOffset.UtcNow.AddHours(-5) }.DistinctBy(RegionTime.DayOf);
}
