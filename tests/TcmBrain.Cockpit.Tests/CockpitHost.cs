using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TcmBrain.Cockpit.Live;
using TcmBrain.Contracts;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;
using Testcontainers.Redis;

namespace TcmBrain.Cockpit.Tests;

/// <summary>A running cockpit with a database and a virtual host of its own, and the tokens of those who look at it.</summary>
internal sealed class CockpitHost : IAsyncDisposable
{
    public required TestService Service { get; init; }
    public required NpgsqlDataSource Database { get; init; }
    public required string ConnectionString { get; init; }
    public required string Broker { get; init; }
    public required string Redis { get; init; }
    public required EventPublisher Publisher { get; init; }

    /// <summary>True when its Redis is one that no test takes away.</summary>
    public required bool HasRedis { get; init; }

    public static string Operator(TimeSpan? lifetime = null) =>
        TestTokens.Sign(
            new TestToken("operator", null, null, ["operator"]) { Lifetime = lifetime ?? TimeSpan.FromMinutes(30), Name = "运维" }
        );

    public static string Regulator(string region) => TestTokens.Of("regulator", "11330100470100005E", region, "regulator");

    public static string Staff(int hospital, string role = "pharmacist") =>
        TestTokens.Of("staff", Region.Hospitals[hospital].Code, Region.Hospitals[hospital].County, role);

    /// <param name="redis">A Redis of the test's own, else the shared one.</param>
    public static async Task<CockpitHost> StartAsync(
        Servers servers,
        RedisContainer? redis = null,
        string? database = null,
        string? broker = null,
        bool reachesRedis = true
    )
    {
        var text = database ?? await servers.DatabaseAsync("cockpit");
        broker ??= await servers.BrokerAsync();
        // One Redis is enough for all: keys carry the generation of the database's tables.
        var redisText = reachesRedis ? redis?.GetConnectionString() ?? await servers.RedisAsync() : "127.0.0.1:1";
        var service = await TestService.StartAsync(
            typeof(CockpitFaults).Assembly,
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:database"] = text,
                ["ConnectionStrings:rabbitmq"] = broker,
                ["ConnectionStrings:redis"] = redisText,
            }
        );
        return new()
        {
            Service = service,
            Database = NpgsqlDataSource.Create(text),
            ConnectionString = text,
            Broker = broker,
            Redis = redisText,
            HasRedis = redis is null && reachesRedis,
            Publisher = await EventPublisher.StartAsync(broker),
        };
    }

    /// <summary>Which facts are known to this instance, as soon as it knows where they stand.</summary>
    public async Task<FactTail> TailAsync()
    {
        var tail = Service.Services.GetRequiredService<FactTail>();
        await tail.Ready.WaitAsync(TimeSpan.FromSeconds(60));
        return tail;
    }

    public async Task<JsonElement> GetAsync(string token, string path)
    {
        using var client = Service.Client(token);
        using var response = await client.GetAsync(path);
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, path);
        return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync());
    }

    public async Task<System.Net.HttpStatusCode> StatusAsync(string? token, string path)
    {
        using var client = Service.Client(token);
        using var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }

    public async Task<long> TotalAsync(string token, string metric, string region = "")
    {
        var summary = await GetAsync(token, "/api/cockpit/summary" + (region.Length > 0 ? $"?region={region}" : ""));
        return summary.GetProperty("totals").TryGetProperty(metric, out var value) ? value.GetInt64() : 0;
    }

    /// <summary>Tells the events and waits until the cockpit has taken all of them in.</summary>
    public async Task TellAsync(IReadOnlyCollection<TakenEvent> events)
    {
        var before = await CountAsync();
        await Publisher.TellAsync(events);
        await Eventually.Be(async () => await CountAsync() == before + events.Count, "the events are folded");
        // Whoever tells them follows the database, a moment behind it.
        await Eventually.Be(
            async () =>
                (await GetAsync(Operator(), "/api/cockpit/events?limit=1")).GetProperty("position").GetInt64() >= before + events.Count,
            "the events are told"
        );
        // The live view follows in steps of its own; before its first, PostgreSQL answers, and may have more than that step will.
        await Eventually.Be(
            async () =>
            {
                var last = await LastOfTodayAsync();
                var summary = await GetAsync(Operator(), "/api/cockpit/summary");
                return summary.GetProperty("asOf").GetInt64() >= last
                    && (!HasRedis || last == 0 || summary.GetProperty("source").GetString() == "redis");
            },
            "the events are shown"
        );
    }

    private async Task<long> LastOfTodayAsync()
    {
        await using var command = Database.CreateCommand(
            "select coalesce(max(last_fact), 0) from cockpit.counters where kind = 'r' and code = '000000' and day = $1"
        );
        command.Parameters.Add(new() { Value = RegionTime.DayOf(DateTimeOffset.UtcNow) });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<long> CountAsync()
    {
        await using var command = Database.CreateCommand("select last from cockpit.position");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        await Service.DisposeAsync();
        await Database.DisposeAsync();
    }
}
