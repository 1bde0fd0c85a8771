using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Pipes;

namespace TcmBrain.MachineServers.Processes;

/// <summary>
/// A child in a session of its own (a Ctrl-C in the terminal doesn't reach it) that the kernel ends when this process ends,
/// however that happens. Its output comes line by line.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int TailLength = 200;
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReadAtMost = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly ProcessIdentity identity;
    private readonly ConcurrentQueue<string> tail = new();
    private readonly Action<string>? onLine;
    private long lines;

    private ChildProcess(Process process, Action<string>? onLine)
    {
        this.process = process;
        this.onLine = onLine;
        Id = process.Id;
        // Of one that has ended already there is none: then nothing is, or is signalled as, this child.
        identity = ProcessIdentity.Of(Id) ?? new ProcessIdentity(Id, -1);
        Exit = RunAsync();
    }

    public int Id { get; }

    /// <summary>Completes with the exit code (128 + signal when killed), after the last line of output was handed on.</summary>
    public Task<int> Exit { get; }

    public bool HasExited => Exit.IsCompleted;

    /// <summary>The last lines of output, oldest first.</summary>
    public IReadOnlyList<string> Tail => [.. tail];

    /// <exception cref="System.ComponentModel.Win32Exception">The program isn't there or may not be run.</exception>
    public static ChildProcess Start(ChildStart start, Action<string>? onLine = null)
    {
        var info = new ProcessStartInfo
        {
            WorkingDirectory = start.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;

        var command = new List<string>();
        if (start.OpenFolder is not null)
            command.AddRange(["/bin/sh", "-c", "exec 9<\"$0\" && exec \"$@\"", start.OpenFolder]);
        // Neither forks here, so the process number stays that of the program.
        command.AddRange(["setsid", "setpriv", "--pdeathsig", Name(start.OnParentDeath)]);
        if (start.User is not null)
            command.AddRange(["--reuid", start.User, "--regid", start.User, "--init-groups"]);
        command.Add("--");
        command.Add(start.FileName);
        command.AddRange(start.Arguments);
        info.FileName = command[0];
        foreach (var argument in command.Skip(1))
            info.ArgumentList.Add(argument);

        var process = LaunchThread.Run(() => Process.Start(info)!);
        process.StandardInput.Close();
        return new ChildProcess(process, onLine);
    }

    /// <summary>Runs to the end and answers the exit code and all output, for the short helpers of a server.</summary>
    public static async Task<(int Code, string Output)> RunAsync(ChildStart start, CancellationToken cancellation = default)
    {
        var lines = new ConcurrentQueue<string>();
        await using var child = Start(start, lines.Enqueue);
        var code = await child.Exit.WaitAsync(cancellation).ConfigureAwait(false);
        return (code, string.Join('\n', lines));
    }

    /// <summary>False when the process no longer exists.</summary>
    public bool Send(Signal signal) => identity.IsAlive && Posix.Send(Id, signal);

    /// <summary>Sends the signal to the process and all its descendants.</summary>
    public void SendTree(Signal signal)
    {
        foreach (var one in Tree())
            Posix.Send(one.Id, signal);
    }

    /// <summary>
    /// Asks with the signal, kills what is left after the grace, and returns when neither the process nor any descendant it
    /// had runs. True when it went by itself.
    /// </summary>
    public async Task<bool> StopAsync(Signal signal, TimeSpan grace)
    {
        var tree = Tree();
        if (tree.Count == 0)
        {
            await Exit.ConfigureAwait(false);
            return true;
        }
        Posix.Send(Id, signal);
        // One that was paused could never answer.
        foreach (var one in tree)
            Posix.Send(one.Id, Signal.Continue);
        var willing = await ProcessTree.WaitUntilGoneAsync(tree, grace).ConfigureAwait(false);
        if (!willing)
            await KillAsync(tree).ConfigureAwait(false);
        await Exit.ConfigureAwait(false);
        return willing;
    }

    /// <summary><c>kill -9</c> of the process and all its descendants; returns when they are gone.</summary>
    public async Task KillAsync()
    {
        await KillAsync([]).ConfigureAwait(false);
        await Exit.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
            await KillAsync().ConfigureAwait(false);
        process.Dispose();
    }

    private async Task KillAsync(IReadOnlyList<ProcessIdentity> seen)
    {
        var left = ProcessTree.Kill(identity).Concat(seen).Where(one => one.IsAlive).Distinct().ToList();
        foreach (var one in left)
            Posix.Send(one.Id, Signal.Kill);
        // One that waits for the disk dies when that answers.
        await ProcessTree.WaitUntilGoneAsync(left, TimeSpan.FromSeconds(60)).ConfigureAwait(false);
    }

    /// <summary>Empty when the process has ended, whoever has its number by now.</summary>
    private IReadOnlyList<ProcessIdentity> Tree() => identity.IsAlive ? ProcessTree.Of(Id) : [];

    private async Task<int> RunAsync()
    {
        var reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        await process.WaitForExitAsync().ConfigureAwait(false);
        // All that was written is read, however late we get to it. A grandchild may hold the pipe open beyond the end of the process:
        // when that falls silent, no more is waited for.
        var watch = Stopwatch.StartNew();
        long before;
        do before = Interlocked.Read(ref lines);
        while (
            await Task.WhenAny(reading, Task.Delay(Silence)).ConfigureAwait(false) != reading
            && (Interlocked.Read(ref lines) > before || !IsHeldByOthers(process.StandardOutput) && !IsHeldByOthers(process.StandardError))
            && watch.Elapsed < ReadAtMost
        );
        return process.ExitCode;
    }

    /// <summary>Whether another process has the pipe open. We have its other end ourselves.</summary>
    private static bool IsHeldByOthers(StreamReader pipe)
    {
        try
        {
            if (pipe.BaseStream is not PipeStream { SafePipeHandle: var own })
                return false;
            var handle = own.DangerousGetHandle();
            return new FileInfo($"/proc/self/fd/{handle}").LinkTarget is { } name
                && ProcessTree.WithOpen(name).Any(id => id != Environment.ProcessId);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Read to its end and closed.
            return false;
        }
    }

    private async Task ReadAsync(StreamReader reader)
    {
        // Never on the thread that starts the child, however soon it writes.
        await Task.Yield();
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                tail.Enqueue(line);
                while (tail.Count > TailLength)
                    tail.TryDequeue(out _);
                onLine?.Invoke(line);
                Interlocked.Increment(ref lines);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The pipe went with the process.
        }
    }

    private static string Name(Signal signal) =>
        signal switch
        {
            Signal.Interrupt => "INT",
            Signal.Quit => "QUIT",
            Signal.Terminate => "TERM",
            _ => "KILL",
        };
}
