using Npgsql;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;
using Testcontainers.Redis;

namespace TcmBrain.Benchmarks;

/// <summary>PostgreSQL, RabbitMQ and Redis of this run alone, as durable as in production; each started when first asked for.</summary>
internal sealed class BenchServers : IAsyncDisposable
{
    private readonly Lazy<Task<PostgreSqlContainer>> postgres = new(async () =>
    {
        var server = new PostgreSqlBuilder().WithImage("postgres:15").WithUsername("bench").WithPassword("bench-only").Build();
        await server.StartAsync();
        return server;
    });

    private readonly Lazy<Task<RabbitMqContainer>> rabbit = new(async () =>
    {
        var server = new RabbitMqBuilder().WithImage("rabbitmq:3-management").WithUsername("bench").WithPassword("bench-only").Build();
        await server.StartAsync();
        return server;
    });

    private readonly Lazy<Task<RedisContainer>> redis = new(async () =>
    {
        var server = new RedisBuilder().WithImage("redis:7").Build();
        await server.StartAsync();
        return server;
    });

    public async Task<string> RedisAsync() => (await redis.Value).GetConnectionString();

    public async Task<string> BrokerAsync() => (await rabbit.Value).GetConnectionString();

    /// <summary>A connection string to a database of that name, which may not exist yet.</summary>
    public async Task<string> DatabaseAsync(string name) =>
        new NpgsqlConnectionStringBuilder((await postgres.Value).GetConnectionString())
        {
            Database = name,
            MaxPoolSize = 50,
        }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (redis.IsValueCreated)
        {
            await (await redis.Value).DisposeAsync();
        }

        if (rabbit.IsValueCreated)
        {
            await (await rabbit.Value).DisposeAsync();
        }

        if (postgres.IsValueCreated)
        {
            await (await postgres.Value).DisposeAsync();
        }
    }
}
