using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TcmBrain.Contracts.Events;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Queries;

namespace TcmBrain.Traceability.Tests.Service;

/// <summary>The service on real servers, with a database and a virtual host of its own.</summary>
internal sealed class TraceService : IAsyncDisposable
{
    public static readonly string Seed = Convert.ToBase64String(SHA256.HashData("the tests' log"u8));

    private readonly Servers servers;
    private readonly TestService service;
    private readonly string broker;
    private readonly List<Teller> tellers = [];

    private TraceService(Servers servers, TestService service, string connection, string broker)
    {
        (this.servers, this.service, this.broker, Connection) = (servers, service, broker, connection);
        Database = NpgsqlDataSource.Create(connection);
    }

    public string Connection { get; }

    public NpgsqlDataSource Database { get; }

    public EventExchange Exchange => service.Services.GetRequiredService<EventExchange>();

    public TraceLog Log => service.Services.GetRequiredService<TraceLog>();

    public LogKey Key => service.Services.GetRequiredService<LogKey>();

    /// <param name="signEvery">Pause of the signer; a day means that only the test signs.</param>
    public static async Task<TraceService> StartAsync(Servers servers, TimeSpan? signEvery = null) =>
        await StartAsync(servers, await servers.DatabaseAsync("traceability"), await servers.BrokerAsync(), signEvery);

    /// <summary>The same installation again, after this one was disposed of.</summary>
    public Task<TraceService> AgainAsync() => StartAsync(servers, Connection, broker, null);

    /// <summary>Another replica of it.</summary>
    public Task<TraceService> BesideAsync() => StartAsync(servers, Connection, broker, null);

    private static async Task<TraceService> StartAsync(Servers servers, string connection, string broker, TimeSpan? signEvery)
    {
        var service = await TestService.StartAsync(
            typeof(TraceabilityFaults).Assembly,
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:database"] = connection,
                ["ConnectionStrings:rabbitmq"] = broker,
                ["Log:SigningKey"] = Seed,
                ["Log:AuditEvery"] = TimeSpan.FromDays(1).ToString(),
                ["Log:SignEvery"] = (signEvery ?? TimeSpan.FromMilliseconds(50)).ToString(),
            }
        );
        return new TraceService(servers, service, connection, broker);
    }

    public HttpClient Anonymous() => service.Client();

    public HttpClient As(string institution, string region, params string[] roles) =>
        service.Client(TestTokens.Of("someone", institution, region, roles));

    public HttpClient Hospital() => As(Story.Hospital, Story.Region, Roles.His);

    public HttpClient Operator() => As("", "", Roles.Operator);

    public HttpClient Grower(string institution = "91371329MA3ABCDE0K") => As(institution, "371329", Roles.Service);

    /// <summary>Tells events each in its own service's name, through that service's outbox and the broker.</summary>
    public async Task<IReadOnlyDictionary<Guid, Teller>> TellAsync(IEnumerable<Event> events, string? traceParent = null)
    {
        var told = new Dictionary<Guid, Teller>();
        foreach (var group in events.GroupBy(e => Contracts.Topology.PublisherOf(e.GetType()).Name))
        {
            var teller = await Teller.StartAsync(group.Key, await servers.DatabaseAsync(group.Key), broker);
            tellers.Add(teller);
            foreach (var id in await teller.TellAsync([.. group], traceParent))
            {
                told.Add(id, teller);
            }
        }

        return told;
    }

    /// <summary>Appends in one work and commits, unless told not to.</summary>
    public async Task<IReadOnlyList<Appended>> AppendAsync(IReadOnlyList<TraceDraft> drafts, bool commit = true)
    {
        await using var work = await Exchange.BeginAsync();
        var turn = await Log.TakeTurnAsync(work, CancellationToken.None);
        var appended = await turn.AppendAsync(drafts, CancellationToken.None);
        if (commit)
        {
            await work.CommitAsync();
        }

        return appended;
    }

    /// <summary>Goes only when told to.</summary>
    public LogAuditor Auditor => service.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<LogAuditor>().Single();

    public Task<bool> SignAsync() =>
        service
            .Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>()
            .OfType<HeadSigner>()
            .Single()
            .SignAsync(CancellationToken.None);

    public Task<LogAuditReport> AuditAsync() => LogAudit.RunAsync(Connection, [Key.VerifierKey]);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>As a database administrator who switches the triggers off.</summary>
    public Task TamperAsync(string sql) =>
        ExecuteAsync($"set session_replication_role = replica; {sql}; set session_replication_role = origin");

    public Task EventsAsync(long count) =>
        Eventually.Be(async () => await ScalarAsync<long>("select size from traceability.log") >= count, $"{count} events are in the log");

    public async Task<PrescriptionTrace> TraceAsync(HttpClient client, Guid prescription) =>
        (await client.GetFromJsonAsync<PrescriptionTrace>($"/api/traceability/prescriptions/{prescription}"))!;

    public async ValueTask DisposeAsync()
    {
        foreach (var teller in tellers)
        {
            await teller.DisposeAsync();
        }

        await service.DisposeAsync();
        await Database.DisposeAsync();
    }
}
