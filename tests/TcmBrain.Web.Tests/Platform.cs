using System.Net.Http.Json;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.MachineServers;
using TcmBrain.Web.Tests;

[assembly: AssemblyFixture(typeof(Platform))]
[assembly: AssemblyFixture(typeof(Chrome))]
// One register, which the tests change.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TcmBrain.Web.Tests;

/// <summary>
/// What the pages need, as it runs: institutions (with the demo region), prescriptions, pharmacy, quality and the cockpit with its web, behind the gateway. Tokens
/// are the platform's own.
/// </summary>
public sealed class Platform : IAsyncLifetime
{
    private readonly Servers servers = new();
    private readonly List<TestService> running = [];
    private readonly Dictionary<string, NpgsqlDataSource> databases = [];
    private IServiceProvider? room;

    /// <summary>The gateway, which is where the browser goes.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where a hospital's system speaks to prescriptions; the pages never do.</summary>
    public Uri PrescriptionsGrpc { get; private set; } = null!;

    /// <summary>Where vessels' controllers speak to the decoction room.</summary>
    public Uri DecoctionGrpc { get; private set; } = null!;

    /// <summary>What runs in the decoction room and in the trace, for what no interface tells a test.</summary>
    public IServiceProvider Decoction { get; private set; } = null!;

    public IServiceProvider Traceability { get; private set; } = null!;

    private EventExchange pharmacyWork = null!;

    /// <summary>What stands on the bags: whoever has it sees the patient's page.</summary>
    public async Task<string> PublicCodeAsync(Guid prescription)
    {
        await using var command = room!
            .GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("select public_code from decoction.job where prescription_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = prescription });
        return (string?)await command.ExecuteScalarAsync() ?? "";
    }

    /// <summary>What the pharmacy says when a prescription has been checked, without the work before it.</summary>
    public async Task TellAsync(IEnumerable<PrescriptionChecked> events)
    {
        await using var work = await pharmacyWork.BeginAsync();
        foreach (var e in events)
        {
            work.Publish(e);
        }

        await work.CommitAsync();
    }

    private EventExchange prescriptionsWork = null!;

    /// <summary>What prescriptions says of many, without pushing them.</summary>
    public async Task TellOfPrescriptionsAsync(IEnumerable<Event> events)
    {
        await using var work = await prescriptionsWork.BeginAsync();
        foreach (var e in events)
        {
            work.Publish(e);
        }

        await work.CommitAsync();
    }

    /// <summary>What prescriptions says of one that may be filled, without the push before it.</summary>
    public async Task ApproveAsync(PrescriptionApproved approved)
    {
        await using var work = await prescriptionsWork.BeginAsync();
        work.Publish(approved);
        await work.CommitAsync();
    }

    public async ValueTask InitializeAsync()
    {
        var broker = await servers.BrokerAsync();
        var institutions = await StartAsync(
            "institutions",
            broker,
            ("Tokens:Key", Key()),
            ("Demo:Enabled", "true"),
            ("SignIn:Burst", "10000")
        );
        var known = ("services:institutions:http:0", institutions.Http.ToString());
        var prescriptions = await StartAsync("prescriptions", broker, known, ("PatientIdentity:Key", Key()));
        PrescriptionsGrpc = prescriptions.Grpc;
        prescriptionsWork = prescriptions.Services.GetRequiredService<EventExchange>();
        var pharmacy = await StartAsync("pharmacy", broker, known);
        var quality = await StartAsync("quality", broker, known);
        pharmacyWork = pharmacy.Services.GetRequiredService<EventExchange>();
        var decoction = await StartAsync(
            "decoction",
            broker,
            known,
            ("Records:SigningKey", Key()),
            ("services:prescriptions:http:0", prescriptions.Http.ToString())
        );
        room = decoction.Services;
        DecoctionGrpc = decoction.Grpc;
        var traceability = await StartAsync("traceability", broker, known, ("Log:SigningKey", Key()), ("Log:SignEvery", "00:00:00.2"));
        (Decoction, Traceability) = (decoction.Services, traceability.Services);
        var cockpit = await StartAsync("cockpit", broker, known, ("ConnectionStrings:redis", await servers.RedisAsync()));
        var port = Ports.Free();
        var inner = Ports.Free();
        var gateway = await TestService.StartAsync(
            Assembly.Load("TcmBrain.Gateway"),
            new Dictionary<string, string?>
            {
                ["urls"] = $"http://127.0.0.1:0;http://127.0.0.1:{port};http://127.0.0.1:{inner}",
                ["Endpoints:Grpc:Port"] = $"{port}",
                ["Endpoints:Internal:Port"] = $"{inner}",
                ["Identity:Jwks"] = "",
                ["Logging:LogLevel:Default"] = "None",
                [known.Item1] = known.Item2,
                ["services:prescriptions:http:0"] = prescriptions.Http.ToString(),
                ["services:pharmacy:http:0"] = pharmacy.Http.ToString(),
                ["services:quality:http:0"] = quality.Http.ToString(),
                ["services:decoction:http:0"] = decoction.Http.ToString(),
                ["services:traceability:http:0"] = traceability.Http.ToString(),
                ["services:cockpit:http:0"] = cockpit.Http.ToString(),
            }
        );
        running.Add(gateway);
        Address = gateway.Http;
        // What the demo region is has come everywhere.
        await StillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(running))
        {
            await service.DisposeAsync();
        }

        await servers.DisposeAsync();
    }

    /// <summary>Every service has heard what the others told so far, and what came of it.</summary>
    public Task StillAsync() => Stillness.ComeAsync(name => databases[name]);

    /// <summary>Somebody of the demo region who asks the interfaces without a browser.</summary>
    public async Task<HttpClient> AsAsync(string user)
    {
        var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Address };
        using var answer = await client.PostAsJsonAsync("/api/institutions/session", new { user, password = "dev-only-" + user });
        answer.EnsureSuccessStatusCode();
        return client;
    }

    public async Task<JsonElement> GetAsync(string user, string path)
    {
        using var client = await AsAsync(user);
        return JsonDocument.Parse(await client.GetStringAsync(path)).RootElement;
    }

    private async Task<TestService> StartAsync(string name, string broker, params (string Key, string? Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:database"] = await servers.DatabaseAsync(name),
            ["ConnectionStrings:rabbitmq"] = broker,
            ["Identity:Jwks"] = "",
            ["Logging:LogLevel:Default"] = "Error",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var service = await TestService.StartAsync(Assembly.Load("TcmBrain." + char.ToUpperInvariant(name[0]) + name[1..]), all);
        running.Add(service);
        databases[name] = service.Services.GetRequiredService<NpgsqlDataSource>();
        return await service.HealthyAsync();
    }

    private static string Key() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
