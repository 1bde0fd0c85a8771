using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using TcmBrain.MachineServers.Processes;

namespace TcmBrain.MachineServers.RabbitMq;

/// <summary>
/// The machine's own RabbitMQ with its management plugin: a node of its own, with its own name, distribution port and port
/// mapper (<c>epmd</c>), so that any number run side by side and the system's own is never touched.
/// </summary>
public sealed class RabbitMqServer : MachineServer
{
    private const string Home = "/usr/lib/rabbitmq/bin";
    private static readonly HttpClient Http = new();

    private readonly RabbitMqOptions options;
    private int distributionPort = Ports.Free();
    private int mapperPort = Ports.Free();
    private ChildProcess? mapper;

    public RabbitMqServer(RabbitMqOptions options)
        : base("RabbitMQ", options.DataFolder, options.Port)
    {
        this.options = options;
        ManagementPort = options.ManagementPort == 0 ? Ports.Free() : options.ManagementPort;
    }

    /// <summary>Of the management page and API.</summary>
    public int ManagementPort { get; private set; }

    /// <summary><c>amqp://user:password@h:p</c>, both percent-encoded.</summary>
    public string ConnectionString =>
        $"amqp://{Uri.EscapeDataString(options.UserName)}:{Uri.EscapeDataString(options.Password)}@{Host}:{Port}";

    /// <summary>The node's Erlang name, kept with its data (queues are bound to it).</summary>
    public string NodeName
    {
        get
        {
            var file = Path.Combine(DataFolder, "node-name");
            if (!File.Exists(file))
                PrivateFile.Write(file, $"tcm{Guid.NewGuid():N}"[..15] + "@localhost");
            return File.ReadAllText(file).Trim();
        }
    }

    public override void DemandInstalled()
    {
        if (!File.Exists($"{Home}/rabbitmq-server"))
            throw new MachineServerException(
                ServerFailure.Missing,
                "RabbitMQ isn't installed on this machine: apt-get install rabbitmq-server"
            );
    }

    // The Erlang machine answers SIGTERM with an orderly stop of the broker.
    private protected override Signal StopSignal => Signal.Terminate;

    private protected override IReadOnlyList<int> AllPorts => [Port, ManagementPort, distributionPort];

    private protected override void Move()
    {
        base.Move();
        distributionPort = Ports.Free();
        if (options.ManagementPort == 0)
            ManagementPort = Ports.Free();
    }

    private protected override async Task<ChildStart> PrepareAsync(CancellationToken cancellation)
    {
        DemandInstalled();
        DemandWritableFolder(DataFolder);
        Ports.Demand(ManagementPort, "RabbitMQ's management page");
        await StartMapperAsync(cancellation).ConfigureAwait(false);
        return new ChildStart($"{Home}/rabbitmq-server", []) { Environment = WriteConfiguration(), WorkingDirectory = DataFolder };
    }

    private protected override async Task<bool> TryAnswerAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"http://{Host}:{ManagementPort}/api/health/checks/port-listener/{Port}"
        );
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.UserName}:{options.Password}"))
        );
        using var response = await Http.SendAsync(request, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
            throw new MachineServerException(
                ServerFailure.DataFolder,
                $"the RabbitMQ data in {DataFolder} was made with another user or password than the one given for '{options.UserName}'"
            );
        return response.IsSuccessStatusCode;
    }

    private protected override async Task AfterStopAsync()
    {
        if (mapper is null)
            return;
        await mapper.DisposeAsync().ConfigureAwait(false);
        mapper = null;
    }

    private protected override string Reason(IReadOnlyList<string> lines) =>
        lines.LastOrDefault(line => line.Contains("[error]") && !line.EndsWith("<0.0.0>", StringComparison.Ordinal))?.Trim()
        ?? base.Reason(lines);

    private async Task StartMapperAsync(CancellationToken cancellation)
    {
        if (mapper is { HasExited: false })
            return;
        if (mapper is not null)
            await mapper.DisposeAsync().ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            mapper = ChildProcess.Start(new ChildStart("epmd", ["-port", $"{mapperPort}", "-address", Host, "-relaxed_command_check"]));
            // Asked by connecting: to try whether the port is free would take it from the mapper at the wrong moment.
            while (!await ListensAsync(mapperPort, cancellation).ConfigureAwait(false) && !mapper.HasExited)
                await Task.Delay(10, cancellation).ConfigureAwait(false);
            if (!mapper.HasExited)
                return;
            if (attempt == 4)
                throw new MachineServerException(
                    ServerFailure.DiedAtStart,
                    $"Erlang's port mapper (epmd) ended at start: {base.Reason(mapper.Tail)}"
                );
            // Somebody else was faster at that port.
            await mapper.DisposeAsync().ConfigureAwait(false);
            mapperPort = Ports.Free();
        }
    }

    private async Task<bool> ListensAsync(int port, CancellationToken cancellation)
    {
        using var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync(Host, port, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Dictionary<string, string?> WriteConfiguration()
    {
        var configuration = new Dictionary<string, string>
        {
            ["listeners.tcp.1"] = $"{Host}:{Port}",
            ["management.tcp.ip"] = Host,
            ["management.tcp.port"] = $"{ManagementPort}",
            ["default_user"] = options.UserName,
            ["default_pass"] = options.Password,
            ["default_user_tags.administrator"] = "true",
            ["loopback_users"] = "none",
            ["log.console"] = "true",
            ["log.console.level"] = "info",
            ["log.file"] = "false",
            ["disk_free_limit.absolute"] = "100MB",
            // 512 MB of log in memory per node is for larger machines.
            ["raft.wal_max_size_bytes"] = "134217728",
        };
        foreach (var (name, value) in options.Settings)
            configuration[name] = value;
        PrivateFile.Write(InFolder("rabbitmq.conf"), string.Concat(configuration.Select(setting => $"{setting.Key} = {setting.Value}\n")));
        PrivateFile.Write(InFolder("enabled_plugins"), "[rabbitmq_management].\n");
        // In place of the system's own, which is for the system's node.
        PrivateFile.Write(InFolder("rabbitmq-env.conf"), "");
        return new()
        {
            ["HOME"] = DataFolder,
            ["RABBITMQ_CONF_ENV_FILE"] = InFolder("rabbitmq-env.conf"),
            ["RABBITMQ_CONFIG_FILE"] = InFolder("rabbitmq"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = InFolder("advanced"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = InFolder("enabled_plugins"),
            ["RABBITMQ_NODENAME"] = NodeName,
            ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
            ["RABBITMQ_MNESIA_BASE"] = InFolder("mnesia"),
            ["RABBITMQ_LOG_BASE"] = InFolder("log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_PID_FILE"] = InFolder("rabbitmq.pid"),
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = InFolder("generated"),
            ["RABBITMQ_NODE_PORT"] = null,
            ["RABBITMQ_NODE_IP_ADDRESS"] = null,
            ["RABBITMQ_USE_LONGNAME"] = null,
            // The script then becomes the Erlang machine instead of watching over it.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
            ["NOTIFY_SOCKET"] = null,
            // Idle schedulers sleep at once: the machine has other work.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none",
            ["ERL_EPMD_PORT"] = $"{mapperPort}",
            ["ERL_EPMD_ADDRESS"] = Host,
            ["ERL_CRASH_DUMP_BYTES"] = "0",
        };
    }

    private string InFolder(string name) => Path.Combine(DataFolder, name);
}
