using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Exchange;
using TcmBrain.HisSimulator.His;
using TcmBrain.Knowledge;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

[assembly: AssemblyFixture(typeof(Servers))]

namespace TcmBrain.Prescriptions.Tests;

/// <summary>The service on real servers, with its own database and virtual host, shared by the tests of a class.</summary>
public class PrescriptionsFixture(Servers servers) : IAsyncLifetime
{
    private static int lastSeed;
    private TestService service = null!;
    private Dictionary<string, string?> settings = null!;
    private GrpcChannel channel = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public PrescriptionService.PrescriptionServiceClient Client { get; private set; } = null!;

    public TestService Service => service;

    public GrpcChannel Channel => channel;

    protected virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>();

    /// <summary>Changes the service's registrations; null: none.</summary>
    protected virtual Action<IServiceCollection>? Change => null;

    public async ValueTask InitializeAsync()
    {
        var database = await servers.DatabaseAsync("prescriptions");
        settings = new Dictionary<string, string?>(Settings)
        {
            ["ConnectionStrings:database"] = database,
            ["ConnectionStrings:rabbitmq"] = await servers.BrokerAsync(),
            ["PatientIdentity:Key"] = Convert.ToBase64String(new byte[32]),
        };
        service = await (await TestService.StartAsync(typeof(PrescriptionsFaults).Assembly, settings, Change)).HealthyAsync();
        Database = NpgsqlDataSource.Create(database);
        channel = GrpcChannel.ForAddress(service.Grpc);
        Client = new PrescriptionService.PrescriptionServiceClient(channel);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        channel.Dispose();
        await service.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>The same service once more on the same database, as after a restart or beside the first.</summary>
    public Task<TestService> ReplicaAsync(string setting, string value) =>
        TestService.StartAsync(
            typeof(PrescriptionsFaults).Assembly,
            new Dictionary<string, string?>(settings) { [setting] = value },
            Change
        );

    public static Metadata As(int hospital) =>
        new()
        {
            {
                "authorization",
                "Bearer "
                    + TestTokens.Of(
                        $"his-{hospital}",
                        DemoRegion.Hospitals[hospital - 1].Code,
                        DemoRegion.Hospitals[hospital - 1].RegionCode,
                        Roles.His
                    )
            },
        };

    public HttpClient Pharmacist(int hospital, string name = "pharmacist") =>
        service.Client(
            TestTokens.Of(
                $"{name}-{hospital}",
                DemoRegion.Hospitals[hospital - 1].Code,
                DemoRegion.Hospitals[hospital - 1].RegionCode,
                Roles.Pharmacist
            )
        );

    /// <summary>Prescriptions of numbers that no other test uses; all of hospital 1.</summary>
    public static Prescription Clean(Flaw flaw = Flaw.None)
    {
        var factory = new PrescriptionFactory(
            Catalogue.Default,
            Interlocked.Increment(ref lastSeed),
            DateTimeOffset.UtcNow.AddMinutes(-10)
        );
        // Index 0 of hospital 1; flaws come round with their number.
        return flaw == Flaw.None
            ? factory.Make(0, 0).Prescription
            : factory.Make(((int)flaw - 1) * DemoRegion.Hospitals.Count * 100, 0).Prescription.With(flaw);
    }

    public async Task<long> CountAsync(string table, string where = "true")
    {
        await using var command = Database.CreateCommand($"select count(*) from {table} where {where}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Takes in a fact of pharmacy or decoction room.</summary>
    public async Task TellAsync<TEvent>(TEvent e)
        where TEvent : Event
    {
        await using var scope = service.Services.CreateAsyncScope();
        await using var work = await service.Services.GetRequiredService<EventExchange>().BeginAsync();
        var follow = (Exchange.Inbox.IHandle<TEvent>)(object)scope.ServiceProvider.GetRequiredService<Lifecycle.FollowFacts>();
        await follow.HandleAsync(e, work, CancellationToken.None);
        await work.CommitAsync();
    }

    /// <summary>Takes a fact in as the exchange would: in a transaction, by the service's own handler.</summary>
    public async Task TellAsync<TEvent, THandler>(TEvent e)
        where TEvent : Event
        where THandler : class, Exchange.Inbox.IHandle<TEvent>
    {
        await using var scope = service.Services.CreateAsyncScope();
        await using var work = await service.Services.GetRequiredService<EventExchange>().BeginAsync();
        await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync(e, work, CancellationToken.None);
        await work.CommitAsync();
    }
}

internal static class Spoiling
{
    public static Prescription With(this Prescription p, Flaw flaw)
    {
        PrescriptionFactory.Spoil(p, flaw);
        return p;
    }
}
