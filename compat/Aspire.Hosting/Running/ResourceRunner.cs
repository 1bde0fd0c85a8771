using System.Diagnostics;
using TcmBrain.MachineServers;

namespace Aspire.Hosting.Running;

/// <summary>
/// Keeps one instance of a resource in the state that is wanted: waits for what it needs, starts it, watches its health,
/// starts it again with growing pauses when it dies, and does what the operations page asks.
/// </summary>
internal abstract class ResourceRunner(string name, string kind, ApplicationRun run, LogBook log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim stopping = new(1, 1);
    private CancellationTokenSource turn = new();
    private bool wanted = true;
    private bool wasReady;

    public string Name => name;

    public string Kind => kind;

    public LogBook Log => log;

    public string State { get; private set; } = ResourceStates.NotStarted;

    /// <summary>Null: nothing runs whose health could be told.</summary>
    public bool? Healthy { get; private set; }

    public int Restarts { get; private set; }

    public int? ExitCode { get; private set; }

    public List<RunnerWait> Waits { get; } = [];

    public virtual bool CanBeControlled => true;

    /// <summary>It ends by itself when its work is done, and then isn't started again.</summary>
    public bool IsJob { get; set; }

    public abstract int? ProcessId { get; }

    public abstract IReadOnlyList<string> Urls { get; }

    /// <summary>For tools on this machine; goes to the private state file only.</summary>
    public virtual string? ConnectionString => null;

    /// <summary>Runs and is healthy, or was a job and ended well.</summary>
    public bool IsReady => State == ResourceStates.Finished || (State == ResourceStates.Running && Healthy == true);

    /// <summary>Finds at once what would keep it from starting.</summary>
    /// <exception cref="StartFailure">It can't start.</exception>
    public virtual void Verify() { }

    /// <summary>Until the shutdown is asked for. What runs then keeps running, for <see cref="EndAsync"/>.</summary>
    public async Task KeepAsync(CancellationToken shutdown)
    {
        var pause = FirstPause;
        while (!shutdown.IsCancellationRequested)
        {
            var now = NewTurn(shutdown);
            try
            {
                if (!wanted)
                {
                    await Task.Delay(Timeout.Infinite, now).ConfigureAwait(false);
                    continue;
                }
                var watch = Stopwatch.StartNew();
                var code = await RunOnceAsync(now).ConfigureAwait(false);
                ExitCode = code;
                if (IsJob && code == 0)
                {
                    log.Tell("finished");
                    Become(ResourceStates.Finished);
                    await Task.Delay(Timeout.Infinite, now).ConfigureAwait(false);
                    continue;
                }
                log.Tell($"ended with code {code}");
                if (!wasReady && run.Fail(this, EndedAtStart(code)))
                {
                    Become(ResourceStates.FailedToStart);
                    await Task.Delay(Timeout.Infinite, now).ConfigureAwait(false);
                }
                if (watch.Elapsed > Stable)
                    pause = FirstPause;
                pause = await PauseAsync(pause, now).ConfigureAwait(false);
            }
            catch (Exception e) when (now.IsCancellationRequested)
            {
                if (e is not OperationCanceledException)
                    log.Tell(e.Message);
                if (shutdown.IsCancellationRequested)
                    return;
                pause = FirstPause;
                await EndAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // Whatever it was: nobody else would tell of it, and nobody else keeps this resource.
                log.Tell(e.Message);
                Become(ResourceStates.FailedToStart);
                try
                {
                    if (!wasReady && run.Fail(this, $"{name}: {e.Message}"))
                        await Task.Delay(Timeout.Infinite, now).ConfigureAwait(false);
                    pause = await PauseAsync(pause, now).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    // A command, or the end: the loop sees which.
                }
            }
        }
    }

    public void Start() => Command(true);

    public void Stop() => Command(false);

    public void Restart()
    {
        log.Tell("restart asked for");
        Command(true);
    }

    /// <summary>Stops what runs; returns when nothing of it does.</summary>
    public async Task EndAsync()
    {
        await stopping.WaitAsync().ConfigureAwait(false);
        try
        {
            if (ProcessId is not null)
                Become(ResourceStates.Stopping);
            await StopAsync().ConfigureAwait(false);
            if (State != ResourceStates.Finished && State != ResourceStates.FailedToStart)
                Become(ResourceStates.Exited);
        }
        finally
        {
            stopping.Release();
        }
    }

    /// <summary>Returns when it runs; it need not be healthy yet.</summary>
    protected abstract Task StartAsync(CancellationToken cancellation);

    protected abstract Task StopAsync();

    protected abstract Task<bool> IsHealthyAsync(CancellationToken cancellation);

    /// <summary>Completes with the exit code of the run that is on.</summary>
    protected abstract Task<int> Exit { get; }

    protected void Become(string state, bool? healthy = null)
    {
        State = state;
        Healthy = healthy;
        run.Changes.Pulse();
    }

    private async Task<int> RunOnceAsync(CancellationToken now)
    {
        Become(ResourceStates.Waiting);
        await run.Changes.UntilAsync(() => Waits.All(wait => wait.IsOver), now).ConfigureAwait(false);
        Become(ResourceStates.Starting);
        await StartAsync(now).ConfigureAwait(false);
        ExitCode = null;
        Become(ResourceStates.Running);
        var exit = Exit;
        var pause = TimeSpan.FromMilliseconds(100);
        while (!exit.IsCompleted)
        {
            var healthy = await IsHealthyAsync(now).ConfigureAwait(false);
            if (exit.IsCompleted)
                break;
            if (Healthy != healthy)
            {
                if (Healthy is not null || healthy)
                    log.Tell(healthy ? "healthy" : "no longer healthy");
                if (healthy || Healthy is not null)
                    Become(ResourceStates.Running, healthy);
            }
            wasReady |= healthy && !IsJob;
            pause = healthy ? TimeSpan.FromSeconds(2) : pause * 1.2;
            if (pause > TimeSpan.FromSeconds(2))
                pause = TimeSpan.FromSeconds(2);
            var next = Task.Delay(pause, now);
            await Task.WhenAny(exit, next).ConfigureAwait(false);
            now.ThrowIfCancellationRequested();
        }
        Healthy = null;
        return await exit.ConfigureAwait(false);
    }

    private async Task<TimeSpan> PauseAsync(TimeSpan pause, CancellationToken now)
    {
        Become(State == ResourceStates.FailedToStart ? State : ResourceStates.Exited);
        log.Tell($"starting again in {pause.TotalSeconds:0.#} s");
        await Task.Delay(pause, now).ConfigureAwait(false);
        Restarts++;
        var longer = pause * 2;
        return longer > LongestPause ? LongestPause : longer;
    }

    private void Command(bool run)
    {
        lock (gate)
        {
            wanted = run;
            turn.Cancel();
        }
    }

    private CancellationToken NewTurn(CancellationToken shutdown)
    {
        lock (gate)
        {
            turn.Dispose();
            turn = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
            return turn.Token;
        }
    }

    private string EndedAtStart(int code)
    {
        // The way to an exception is in the log; here its words are enough.
        var last = log.Tail(100)
            .Where(line => line.Trim().Length > 0 && !line.StartsWith('»') && !line.TrimStart().StartsWith("at ", StringComparison.Ordinal))
            .TakeLast(6)
            .Select(line => line.Length <= 240 ? line : line[..240] + " …")
            .ToList();
        var words = last.Count == 0 ? "it wrote nothing" : "its last lines:\n" + string.Join('\n', last.Select(line => "    " + line));
        return $"{name} ended at start with code {code} (log: {log.FilePath}); {words}";
    }
}

/// <summary>One thing that a resource waits for before it starts: all instances of another one.</summary>
internal sealed record RunnerWait(IReadOnlyList<ResourceRunner> Others, ApplicationModel.WaitKind Kind, int ExitCode)
{
    public bool IsOver =>
        Kind switch
        {
            ApplicationModel.WaitKind.Completed => Others.All(other =>
                other.State == ResourceStates.Finished && other.ExitCode == ExitCode
            ),
            ApplicationModel.WaitKind.Started => Others.All(other => other.State is ResourceStates.Running or ResourceStates.Finished),
            _ => Others.All(other => other.IsReady),
        };
}
