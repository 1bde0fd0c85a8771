using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Npgsql;
using TcmBrain.Exchange.Broker;
using TcmBrain.Setup;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;
using Testcontainers.Redis;
using Xunit;

namespace TcmBrain.Testing;

/// <summary>
/// The real servers of a test assembly, each started when first asked for and gone with the assembly. Declare
/// <c>[assembly: AssemblyFixture(typeof(Servers))]</c> once and take it in a test class's constructor, or hold one in an assembly fixture of
/// your own (fixtures of one level cannot be given each other). Everybody gets a database, a
/// virtual host and a key space of their own, so tests run in parallel.
/// </summary>
public sealed class Servers : IAsyncLifetime
{
    private const string User = "tests";
    private const string Password = "tests-only";

    private readonly Lazy<Task<PostgreSqlContainer>> postgres;
    private readonly Lazy<Task<RabbitMqContainer>> rabbit;
    private readonly Lazy<Task<RedisContainer>> redis;

    public Servers()
    {
        postgres = new(async () =>
        {
            var server = new PostgreSqlBuilder()
                .WithImage("postgres:15")
                .WithUsername(User)
                .WithPassword(Password)
                .WithCommand("-c", "fsync=off", "-c", "max_connections=800")
                .Build();
            await server.StartAsync();
            return server;
        });
        rabbit = new(async () =>
        {
            var server = new RabbitMqBuilder().WithImage("rabbitmq:3-management").WithUsername(User).WithPassword(Password).Build();
            await server.StartAsync();
            return server;
        });
        redis = new(async () =>
        {
            var server = new RedisBuilder().WithImage("redis:7").Build();
            await server.StartAsync();
            return server;
        });
    }

    /// <summary>The PostgreSQL of this assembly, for tests that stop or pause it; those need an assembly, or a server, of their own.</summary>
    public Task<PostgreSqlContainer> PostgresAsync() => postgres.Value;

    public Task<RabbitMqContainer> RabbitAsync() => rabbit.Value;

    /// <summary><c>host:port</c>. One server for the assembly: prefix your keys or choose a database number.</summary>
    public async Task<string> RedisAsync() => (await redis.Value).GetConnectionString();

    /// <summary>A new database with the exchange's and the service's own migrations applied, as Setup does it.</summary>
    /// <param name="service">name in the topology: <c>pharmacy</c></param>
    /// <returns>connection string</returns>
    public async Task<string> DatabaseAsync(string service)
    {
        var text = await EmptyDatabaseAsync(service);
        await Migrations.ApplyAsync(text, service);
        return text;
    }

    /// <summary>A connection string to a database that does not exist yet.</summary>
    public async Task<string> EmptyDatabaseAsync(string name) =>
        new NpgsqlConnectionStringBuilder((await postgres.Value).GetConnectionString())
        {
            Database = $"{name}-{Guid.CreateVersion7():N}",
            MaxPoolSize = 20,
            // A machine under load is slow and not away.
            Timeout = 60,
            CommandTimeout = 120,
        }.ConnectionString;

    /// <summary>A new virtual host on which the whole topology is declared.</summary>
    /// <returns>connection string</returns>
    public async Task<string> BrokerAsync()
    {
        var server = await rabbit.Value;
        var host = $"t-{Guid.CreateVersion7():N}";
        using var management = new HttpClient
        {
            BaseAddress = new Uri($"http://{server.Hostname}:{server.GetMappedPublicPort(15672)}/api/"),
        };
        management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"))
        );
        // A broker under load may refuse in the first moment; the same may be asked for again.
        await Eventually.Hold(async () => (await management.PutAsync($"vhosts/{host}", null)).EnsureSuccessStatusCode());
        var everything = new
        {
            configure = ".*",
            write = ".*",
            read = ".*",
        };
        await Eventually.Hold(async () =>
            (await management.PutAsJsonAsync($"permissions/{host}/{User}", everything)).EnsureSuccessStatusCode()
        );
        var text = $"amqp://{User}:{Password}@{server.Hostname}:{server.GetMappedPublicPort(5672)}/{host}";
        await Eventually.Hold(() => new BrokerTopology(text).DeclareAsync());
        return text;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var started in (Func<Task<IAsyncDisposable?>>[])[() => Started(postgres), () => Started(rabbit), () => Started(redis)])
        {
            if (await started() is { } server)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static async Task<IAsyncDisposable?> Started<T>(Lazy<Task<T>> server)
        where T : class, IAsyncDisposable =>
        server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? await server.Value : null;
}
