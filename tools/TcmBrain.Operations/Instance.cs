using System.Text.Json;
using Npgsql;
using TcmBrain.Contracts;

namespace TcmBrain.Operations;

/// <summary>The running platform, found by the state file that LocalHost keeps in its data folder.</summary>
internal sealed class Instance : IAsyncDisposable
{
    private readonly string? _redis;
    private readonly Dictionary<string, string> _connectionStrings;
    private readonly Dictionary<string, NpgsqlDataSource> _databases;

    private Instance(string dataFolder, string broker, string? redis, Dictionary<string, string> connectionStrings)
    {
        (DataFolder, Broker, _redis, _connectionStrings) = (dataFolder, broker, redis, connectionStrings);
        _databases = connectionStrings.ToDictionary(
            c => c.Key,
            c => NpgsqlDataSource.Create($"{c.Value};Maximum Pool Size=8;Timeout=5;Command Timeout=300")
        );
    }

    public string DataFolder { get; }

    /// <summary><c>amqp://…</c></summary>
    public string Broker { get; }

    /// <summary><c>host:port,password=…</c></summary>
    /// <exception cref="OperationsException">The instance has no Redis yet.</exception>
    public string Redis =>
        _redis ?? throw new OperationsException("平台缺少 redis, 或尚未启动。 The running instance has no redis yet: see ./tcm status.");

    /// <summary>By service name, all of the topology.</summary>
    public IReadOnlyDictionary<string, NpgsqlDataSource> Databases => _databases;

    /// <summary>With the password: for audits that open their own connection.</summary>
    public string ConnectionString(string service) => _connectionStrings[service];

    /// <param name="dataFolder">null: <c>TCM_DATA</c>, else <c>.data</c> here</param>
    /// <exception cref="OperationsException">Nothing runs there, or not everything that is needed.</exception>
    public static Instance Find(string? dataFolder)
    {
        var folder = Path.GetFullPath(dataFolder ?? Environment.GetEnvironmentVariable("TCM_DATA") ?? ".data");
        using var state = Read(Path.Combine(folder, "run", "localhost.json"), folder);
        var resources = state
            .RootElement.GetProperty("resources")
            .EnumerateArray()
            .ToDictionary(r => r.GetProperty("name").GetString()!, r => r.GetProperty("connectionString").GetString());
        var connectionStrings = Topology.Services.ToDictionary(s => s.Name, s => Need(resources, $"{s.Name}-db"));
        return new Instance(folder, Need(resources, "rabbitmq"), resources.GetValueOrDefault("redis"), connectionStrings);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.Values)
        {
            await database.DisposeAsync();
        }
    }

    private static JsonDocument Read(string file, string folder)
    {
        try
        {
            var state = JsonDocument.Parse(File.ReadAllText(file));
            // Left behind by an instance that was killed.
            if (state.RootElement.TryGetProperty("pid", out var pid) && Directory.Exists($"/proc/{pid.GetInt32()}"))
            {
                return state;
            }

            state.Dispose();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Nothing was started here, or it was stopped.
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException)
        {
            throw new OperationsException($"状态文件读不了。 The state file {file} cannot be read: {e.Message}", e);
        }

        throw new OperationsException($"平台没有运行, 请先 ./tcm up。 Nothing is running on {folder}: start it with ./tcm up.");
    }

    private static string Need(Dictionary<string, string?> resources, string name) =>
        resources.GetValueOrDefault(name)
        ?? throw new OperationsException($"平台缺少 {name}, 或尚未启动。 The running instance has no {name} yet: see ./tcm status.");
}
