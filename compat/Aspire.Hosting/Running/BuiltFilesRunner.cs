namespace Aspire.Hosting.Running;

/// <summary>A web UI whose built files a service serves: ready when they are there.</summary>
internal sealed class BuiltFilesRunner(string name, string? folder, ApplicationRun run, LogBook log) : ResourceRunner(name, "web", run, log)
{
    private readonly TaskCompletionSource<int> never = new();

    public override bool CanBeControlled => false;

    public override int? ProcessId => null;

    public override IReadOnlyList<string> Urls => [];

    protected override Task<int> Exit => never.Task;

    public override void Verify()
    {
        if (!IsBuilt)
            throw new StartFailure($"the web UI '{Name}' isn't built: {folder ?? "no service takes its files in"} has no index.html");
    }

    protected override Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

    protected override Task StopAsync() => Task.CompletedTask;

    protected override Task<bool> IsHealthyAsync(CancellationToken cancellation) => Task.FromResult(IsBuilt);

    private bool IsBuilt => folder is not null && File.Exists(Path.Combine(folder, "index.html"));
}
