using System.Diagnostics;
using TcmBrain.MachineServers.Processes;

namespace TcmBrain.MachineServers;

/// <summary>
/// One of the machine's own servers on a data folder and a port of 127.0.0.1. Both stay the same through any number of stops,
/// kills and starts. Safe for concurrent callers; every operation is idempotent.
/// </summary>
public abstract class MachineServer : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly bool ownsFolder;
    private bool mayMove;
    private ChildProcess? process;

    private protected MachineServer(string name, string? dataFolder, int port)
    {
        Name = name;
        ownsFolder = dataFolder is null;
        DataFolder = dataFolder is null ? TemporaryFolder.Create() : Path.GetFullPath(dataFolder);
        mayMove = port == 0;
        Port = port == 0 ? Ports.Free() : port;
    }

    /// <summary><c>PostgreSQL</c>, <c>RabbitMQ</c> or <c>Redis</c>.</summary>
    public string Name { get; }

    /// <summary>Removed on dispose when none was given.</summary>
    public string DataFolder { get; }

    public string Host { get; } = "127.0.0.1";

    public int Port { get; private set; }

    public bool IsRunning => process is { HasExited: false };

    public int? ProcessId => process is { HasExited: false } running ? running.Id : null;

    /// <summary>The last lines that the server wrote in its current or last run.</summary>
    public IReadOnlyList<string> Tail => process?.Tail ?? [];

    /// <summary>Completes with the exit code of the current run; never before the first start.</summary>
    public Task<int> Exit => process?.Exit ?? new TaskCompletionSource<int>().Task;

    /// <summary>How long a start may take until the server answers.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long one question may take; a server on a machine under load is slow, and there.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Each line the server writes; called from a background thread.</summary>
    public event Action<string>? Line;

    /// <summary>Finds the program without starting it.</summary>
    /// <exception cref="MachineServerException">It isn't installed; says what to install.</exception>
    public abstract void DemandInstalled();

    /// <summary>Initialises the folder when it's empty, starts, and returns when the server answers its user.</summary>
    /// <exception cref="MachineServerException">It couldn't be; nothing is left running.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (IsRunning)
                return;
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await StartOnceAsync(cancellation).ConfigureAwait(false);
                    // From now on there are clients who know where it is.
                    mayMove = false;
                    return;
                }
                catch (MachineServerException e) when (mayMove && IsPortLost(e) && attempt < 4)
                {
                    Move();
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Stops gracefully (killing after 30 s) and returns when no process of it is left.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        await gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (process is not null)
                await process.StopAsync(StopSignal, TimeSpan.FromSeconds(30)).ConfigureAwait(false);
            await AfterStopAsync().ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary><c>kill -9</c> of the server and all its processes, as a power cut would; returns when they are gone.</summary>
    public async Task KillAsync()
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (process is not null)
                await process.KillAsync().ConfigureAwait(false);
            await AfterStopAsync().ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Stop, then start on the same data and port.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await StopAsync(cancellation).ConfigureAwait(false);
        await StartAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Freezes all processes of the server (SIGSTOP): connections stay open and nothing answers.</summary>
    public void Pause() => process?.SendTree(Signal.Stop);

    /// <summary>Ends a <see cref="Pause"/>.</summary>
    public void Resume() => process?.SendTree(Signal.Continue);

    /// <summary>True when the server answers its user within <see cref="AnswerTimeout"/>.</summary>
    public async Task<bool> IsHealthyAsync(CancellationToken cancellation = default) =>
        IsRunning && await AnswersAsync(cancellation).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        // Nobody will read a temporary folder again: no need to close its books.
        await (ownsFolder ? KillAsync() : StopAsync()).ConfigureAwait(false);
        if (process is not null)
            await process.DisposeAsync().ConfigureAwait(false);
        if (ownsFolder)
            TemporaryFolder.Remove(DataFolder);
        GC.SuppressFinalize(this);
    }

    private protected abstract Signal StopSignal { get; }

    /// <summary>Everything up to the start of the process: find the program, initialise the folder, write the configuration.</summary>
    private protected abstract Task<ChildStart> PrepareAsync(CancellationToken cancellation);

    private protected abstract Task<bool> TryAnswerAsync(CancellationToken cancellation);

    /// <summary>After the first answer of a start: what must be so for its user (databases).</summary>
    private protected virtual Task AfterStartAsync(CancellationToken cancellation) => Task.CompletedTask;

    private protected virtual Task AfterStopAsync() => Task.CompletedTask;

    /// <summary>Of what it wrote, the line that tells why it ended.</summary>
    private protected virtual string Reason(IReadOnlyList<string> lines) =>
        lines.LastOrDefault(line => line.Trim().Length > 0)?.Trim() ?? "it wrote nothing";

    /// <summary>Every port that it listens on.</summary>
    private protected virtual IReadOnlyList<int> AllPorts => [Port];

    /// <summary>To other ports, where they were not given.</summary>
    private protected virtual void Move() => Port = Ports.Free();

    private protected void Tell(string line) => Line?.Invoke(line);

    private protected void DemandWritableFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, ".writable");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MachineServerException(
                ServerFailure.DataFolder,
                $"the data folder {folder} of {Name} can't be written: {e.Message}",
                e
            );
        }
    }

    private bool IsPortLost(MachineServerException e) =>
        e.Failure == ServerFailure.PortInUse || (e.Failure == ServerFailure.DiedAtStart && !AllPorts.All(Ports.IsFree));

    private async Task StartOnceAsync(CancellationToken cancellation)
    {
        Ports.Demand(Port, Name);
        var start = await PrepareAsync(cancellation).ConfigureAwait(false);
        if (process is not null)
            await process.DisposeAsync().ConfigureAwait(false);
        process = ChildProcess.Start(start, Tell);
        try
        {
            await WaitForAnswerAsync(process, cancellation).ConfigureAwait(false);
            await AfterStartAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await process.KillAsync().ConfigureAwait(false);
            await AfterStopAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task WaitForAnswerAsync(ChildProcess started, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (!await AnswersAsync(cancellation).ConfigureAwait(false))
        {
            if (started.HasExited)
                throw new MachineServerException(
                    ServerFailure.DiedAtStart,
                    $"{Name} ended at start with code {await started.Exit.ConfigureAwait(false)} (data folder {DataFolder}): {Reason(started.Tail)}"
                );
            if (watch.Elapsed > StartTimeout)
                throw new MachineServerException(
                    ServerFailure.NotReady,
                    $"{Name} didn't answer on port {Port} within {StartTimeout.TotalSeconds:0} s (data folder {DataFolder}): {Reason(started.Tail)}"
                );
            await Task.Delay(40, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bound.CancelAfter(AnswerTimeout);
        try
        {
            return await TryAnswerAsync(bound.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not MachineServerException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
