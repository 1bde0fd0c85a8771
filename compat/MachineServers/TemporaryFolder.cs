using System.Diagnostics;
using System.Globalization;
using TcmBrain.MachineServers.Processes;

namespace TcmBrain.MachineServers;

/// <summary>
/// Short-lived folders <c>tcmbrain-PID-START-RANDOM</c> under the machine's temporary folder. One whose owner died without
/// cleaning up is removed by the next process that wants one.
/// </summary>
public static class TemporaryFolder
{
    private const string Prefix = "tcmbrain-";
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(30);
    private static readonly Lazy<bool> Swept = new(Sweep);

    /// <summary>Creates one, open to its owner and passable (not listable) for others.</summary>
    public static string Create()
    {
        _ = Swept.Value;
        var self = ProcessIdentity.Of(Environment.ProcessId)!.Value;
        var path = Path.Combine(Path.GetTempPath(), $"{Prefix}{self.Id}-{self.StartTicks}-{Path.GetRandomFileName()[..6]}");
        Directory.CreateDirectory(
            path,
            UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherExecute
        );
        return path;
    }

    /// <summary>Removes it with all inside, also while a process that ends still writes there; one that is gone already is no error.</summary>
    public static void Remove(string path)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                Directory.Delete(path, recursive: true);
                return;
            }
            catch (DirectoryNotFoundException) when (!Directory.Exists(path))
            {
                // What was asked for is so.
                return;
            }
            catch (IOException) when (watch.Elapsed < AtMost)
            {
                // A file came, or went, between the look and the blow.
                Thread.Sleep(10);
            }
        }
    }

    private static bool Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var parts = Path.GetFileName(folder).Split('-');
            if (
                parts.Length != 4
                || !int.TryParse(parts[1], out var id)
                || !long.TryParse(parts[2], CultureInfo.InvariantCulture, out var start)
                || new ProcessIdentity(id, start).IsAlive
            )
                continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or its server is only now dying: the next sweep has it.
            }
        }
        return true;
    }
}
