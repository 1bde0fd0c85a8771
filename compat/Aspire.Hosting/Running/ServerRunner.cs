using TcmBrain.MachineServers;

namespace Aspire.Hosting.Running;

/// <summary>One of the machine's own servers.</summary>
internal sealed class ServerRunner : ResourceRunner
{
    private readonly MachineServer server;
    private readonly Func<string> connectionString;
    private readonly Func<IReadOnlyList<string>> urls;
    private readonly int? fixedPort;

    public ServerRunner(
        string name,
        string kind,
        MachineServer server,
        int? fixedPort,
        Func<IReadOnlyList<string>> urls,
        Func<string> connectionString,
        ApplicationRun run,
        LogBook log
    )
        : base(name, kind, run, log)
    {
        this.server = server;
        this.fixedPort = fixedPort;
        this.urls = urls;
        this.connectionString = connectionString;
        server.Line += log.Write;
    }

    public override int? ProcessId => server.ProcessId;

    public override IReadOnlyList<string> Urls => [$"tcp://{server.Host}:{server.Port}", .. urls()];

    public override string ConnectionString => connectionString();

    protected override Task<int> Exit => server.Exit;

    public override void Verify()
    {
        server.DemandInstalled();
        if (fixedPort is { } port)
            Ports.Demand(port, Name);
    }

    protected override Task StartAsync(CancellationToken cancellation) => server.StartAsync(cancellation);

    protected override Task StopAsync() => server.StopAsync();

    protected override Task<bool> IsHealthyAsync(CancellationToken cancellation) => server.IsHealthyAsync(cancellation);
}
