using System.Diagnostics;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Operations;
using TcmBrain.MachineServers;

namespace Aspire.Hosting.Running;

/// <summary>One run of the application, from taking the data folder to the last process's end.</summary>
internal sealed class ApplicationRun(
    IReadOnlyCollection<IResource> resources,
    HostOptions options,
    DataFolder data,
    DistributedApplicationExecutionContext execution
)
{
    private readonly ConsoleLog console = new();
    private readonly TaskCompletionSource<string> failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource stopAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool startedUp;

    /// <summary>Pulses when the state of any resource changes.</summary>
    public ChangeSignal Changes { get; } = new();

    public IReadOnlyList<ResourceRunner> Runners { get; private set; } = [];

    public HostOptions Options => options;

    /// <summary>
    /// While the application starts up, what keeps a resource from running ends the whole start. Afterwards false: the resource
    /// is tried again.
    /// </summary>
    public bool Fail(ResourceRunner runner, string sentence)
    {
        if (startedUp)
            return false;
        runner.Log.Tell("the start is given up");
        failure.TrySetResult(sentence);
        return true;
    }

    /// <summary>0 after an orderly end, 1 when it couldn't start.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var signals = new Signals(stopAsked, console);
        await using var cancelled = cancellation.Register(() => stopAsked.TrySetResult()).ConfigureAwait(false);
        try
        {
            data.Hold();
        }
        catch (StartFailure e)
        {
            console.Complain(e.Message);
            return 1;
        }
        using var held = data;
        try
        {
            return await HoldingAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is StartFailure or MachineServerException)
        {
            console.Complain(e.Message);
            return 1;
        }
        finally
        {
            foreach (var runner in Runners)
                runner.Log.Dispose();
        }
    }

    private async Task<int> HoldingAsync()
    {
        Ports.Demand(options.OperationsPort, "the operations page");
        Runners = new RunnerFactory(this, resources, options, data, execution, console).Create();
        foreach (var runner in Runners)
            runner.Verify();

        var watch = Stopwatch.StartNew();
        using var shutdown = new CancellationTokenSource();
        await using var page = await OperationsPage.StartAsync(this, stopAsked).ConfigureAwait(false);
        var state = new StateFile(this, data, page).KeepAsync(shutdown.Token);
        var keeping = Runners.Select(runner => Task.Run(() => runner.KeepAsync(shutdown.Token))).ToList();

        var ready = Changes.UntilAsync(() => Runners.All(runner => runner.IsReady), shutdown.Token);
        while (
            await Task.WhenAny(ready, failure.Task, stopAsked.Task, Task.Delay(TimeSpan.FromSeconds(30))).ConfigureAwait(false) is var first
        )
        {
            if (first == ready || first == failure.Task || first == stopAsked.Task)
                break;
            console.Say($"after {watch.Elapsed.TotalSeconds:0} s still waiting for: {string.Join(", ", NotReady())}");
        }
        startedUp = ready.IsCompletedSuccessfully;
        if (startedUp)
        {
            var text = ReadyText(watch.Elapsed);
            PrivateFile.Write(data.ReadyFile, text);
            console.Say(text);
        }
        await Task.WhenAny(failure.Task, stopAsked.Task).ConfigureAwait(false);

        if (failure.Task.IsCompleted)
            console.Complain(await failure.Task.ConfigureAwait(false));
        else
            console.Say("stopping …");
        startedUp = true;
        await shutdown.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(keeping).ConfigureAwait(false);
        await EndAllAsync().ConfigureAwait(false);
        await state.ConfigureAwait(false);
        console.Say("everything has stopped");
        return failure.Task.IsCompleted ? 1 : 0;
    }

    private IEnumerable<string> NotReady() => Runners.Where(runner => !runner.IsReady).Select(runner => $"{runner.Name} ({runner.State})");

    /// <summary>What waits for another one ends before it.</summary>
    private Task EndAllAsync()
    {
        var ends = new Dictionary<ResourceRunner, Task>();
        return Task.WhenAll(Runners.Select(End));

        Task End(ResourceRunner runner)
        {
            if (!ends.TryGetValue(runner, out var end))
                ends[runner] = end = EndAfterAsync(
                    runner,
                    [.. Runners.Where(other => other.Waits.Any(wait => wait.Others.Contains(runner))).Select(End)]
                );
            return end;
        }

        static async Task EndAfterAsync(ResourceRunner runner, Task[] before)
        {
            await Task.WhenAll(before).ConfigureAwait(false);
            await runner.EndAsync().ConfigureAwait(false);
        }
    }

    private string ReadyText(TimeSpan took)
    {
        var lines = new List<string> { "", $"all healthy after {took.TotalSeconds:0.0} s" };
        foreach (var resource in resources)
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.IsExternal))
        {
            var http2 = endpoint.Transport == "http2" ? " (HTTP/2, clear text)" : "";
            lines.Add($"  {resource.Name + " " + endpoint.Name, -18} {endpoint.UriScheme}://localhost:{endpoint.PortOf(0)}{http2}");
        }
        lines.Add($"  {"operations page", -18} http://localhost:{options.OperationsPort}");
        if (options.Notice is { Length: > 0 } notice)
            lines.Add("  " + notice);
        lines.Add("");
        return string.Join('\n', lines);
    }

    /// <summary>
    /// Ctrl-C and SIGTERM ask for the orderly end; a second Ctrl-C, later than an echo of the first could be, is taken for what
    /// it says.
    /// </summary>
    private sealed class Signals : IDisposable
    {
        private static readonly TimeSpan Echo = TimeSpan.FromSeconds(1);
        private long first;

        private readonly List<PosixSignalRegistration> registrations = [];

        public Signals(TaskCompletionSource stopAsked, ConsoleLog console)
        {
            foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
                registrations.Add(
                    PosixSignalRegistration.Create(
                        signal,
                        context =>
                        {
                            context.Cancel = true;
                            stopAsked.TrySetResult();
                            if (
                                Interlocked.CompareExchange(ref first, Stopwatch.GetTimestamp(), 0) is var since and not 0
                                && signal == PosixSignal.SIGINT
                                && Stopwatch.GetElapsedTime(since) > Echo
                            )
                            {
                                console.Complain("killed");
                                // The kernel ends the children with us.
                                Environment.Exit(130);
                            }
                        }
                    )
                );
        }

        public void Dispose() => registrations.ForEach(registration => registration.Dispose());
    }
}
