using Grpc.Core;
using Npgsql;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.Prescriptions;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Setup;
using TcmBrain.Testing;

namespace TcmBrain.Benchmarks;

/// <summary>The prescriptions service in a process of its own, on servers as durable as in production.</summary>
internal sealed class PrescriptionsHouse : IAsyncDisposable
{
    private readonly ServiceProcess service;

    private PrescriptionsHouse(ServiceProcess service, NpgsqlDataSource database) => (this.service, Database) = (service, database);

    public NpgsqlDataSource Database { get; }

    public ServiceProcess Service => service;

    public static async Task<PrescriptionsHouse> OpenAsync(BenchServers servers, string name, CancellationToken cancellationToken)
    {
        var database = await servers.DatabaseAsync(name);
        await Migrations.ApplyAsync(database, "prescriptions", cancellationToken);
        var service = await ServiceProcess.StartAsync(
            typeof(PrescriptionsFaults),
            new Dictionary<string, string>
            {
                ["ConnectionStrings__database"] = database,
                ["ConnectionStrings__rabbitmq"] = await servers.BrokerAsync(),
                ["PatientIdentity__Key"] = Convert.ToBase64String(new byte[32]),
            },
            cancellationToken
        );
        return new PrescriptionsHouse(service, NpgsqlDataSource.Create(database));
    }

    /// <summary>The institution of that number: the demo's first hospital is 0, the others are made up.</summary>
    public static Metadata As(int institution)
    {
        var hospital = DemoRegion.Hospitals[0];
        var code = institution == 0 ? hospital.Code : FormattableString.Invariant($"BENCH{institution:0000000000000}");
        return new Metadata { { "authorization", "Bearer " + TestTokens.Of($"his-{institution}", code, hospital.RegionCode, Roles.His) } };
    }

    public async Task<long> CountAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 600;
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Waits for a state, with a bound.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what, CancellationToken cancellationToken)
    {
        var giveUp = DateTime.UtcNow.AddMinutes(5);
        while (!await holds())
        {
            if (DateTime.UtcNow > giveUp)
            {
                throw new TimeoutException($"Waited in vain: {what}.");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        await Database.DisposeAsync();
    }
}
