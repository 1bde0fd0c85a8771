using System.Net.Sockets;
using System.Text;
using TcmBrain.MachineServers.Processes;

namespace TcmBrain.MachineServers.Redis;

/// <summary>How to run the machine's Redis.</summary>
public sealed record RedisOptions
{
    /// <summary>Null: a temporary one, removed on dispose.</summary>
    public string? DataFolder { get; init; }

    /// <summary>0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>Null: none is asked for.</summary>
    public string? Password { get; init; }
}

/// <summary>The machine's own Redis, with its append-only file on (synced every second).</summary>
public sealed class RedisServer : MachineServer
{
    private const string Program = "/usr/bin/redis-server";
    private readonly RedisOptions options;

    public RedisServer(RedisOptions options)
        : base("Redis", options.DataFolder, options.Port) => this.options = options;

    /// <summary><c>h:p,password=…</c></summary>
    public string ConnectionString => options.Password is null ? $"{Host}:{Port}" : $"{Host}:{Port},password={options.Password}";

    public override void DemandInstalled()
    {
        if (!File.Exists(Program))
            throw new MachineServerException(ServerFailure.Missing, "Redis isn't installed on this machine: apt-get install redis-server");
    }

    private protected override Signal StopSignal => Signal.Terminate;

    private protected override Task<ChildStart> PrepareAsync(CancellationToken cancellation)
    {
        DemandInstalled();
        DemandWritableFolder(DataFolder);
        var configuration = new StringBuilder()
            .AppendLine($"bind {Host}")
            .AppendLine($"port {Port}")
            .AppendLine($"dir \"{DataFolder}\"")
            .AppendLine("daemonize no")
            .AppendLine("appendonly yes")
            .AppendLine("appendfsync everysec")
            .AppendLine("save \"\"");
        if (options.Password is not null)
            configuration.AppendLine($"requirepass \"{options.Password}\"");
        var file = Path.Combine(DataFolder, "redis.conf");
        PrivateFile.Write(file, configuration.ToString());
        return Task.FromResult(new ChildStart(Program, [file]) { WorkingDirectory = DataFolder });
    }

    private protected override async Task<bool> TryAnswerAsync(CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Host, Port, cancellation).ConfigureAwait(false);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        if (options.Password is not null)
        {
            await SendAsync(stream, cancellation, "AUTH", options.Password).ConfigureAwait(false);
            var answer = await reader.ReadLineAsync(cancellation).ConfigureAwait(false);
            if (answer != "+OK")
                return false;
        }
        await SendAsync(stream, cancellation, "PING").ConfigureAwait(false);
        return await reader.ReadLineAsync(cancellation).ConfigureAwait(false) == "+PONG";
    }

    // The last words of a Redis that gives up are on a line marked with '#'.
    private protected override string Reason(IReadOnlyList<string> lines) =>
        lines.LastOrDefault(line => line.Contains(" # "))?.Trim() ?? base.Reason(lines);

    private static async Task SendAsync(NetworkStream stream, CancellationToken cancellation, params string[] words)
    {
        var message = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
            message.Append($"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(message.ToString()), cancellation).ConfigureAwait(false);
    }
}
