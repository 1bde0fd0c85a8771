using TcmBrain.MachineServers.Postgres;

namespace Aspire.Hosting.Running;

/// <summary>A database of a server: made when the server is ready, and as healthy as it is.</summary>
internal sealed class DatabaseRunner(
    string name,
    string database,
    PostgresServer server,
    ResourceRunner parent,
    ApplicationRun run,
    LogBook log
) : ResourceRunner(name, "database", run, log)
{
    private readonly TaskCompletionSource<int> never = new();

    public override bool CanBeControlled => false;

    public override int? ProcessId => null;

    public override IReadOnlyList<string> Urls => [];

    public override string ConnectionString => server.ConnectionString(database);

    protected override Task<int> Exit => never.Task;

    protected override Task StartAsync(CancellationToken cancellation) => server.EnsureDatabaseAsync(database, cancellation);

    protected override Task StopAsync() => Task.CompletedTask;

    protected override Task<bool> IsHealthyAsync(CancellationToken cancellation) => Task.FromResult(parent.IsReady);
}
