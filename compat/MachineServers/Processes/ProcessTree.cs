using System.Diagnostics;
using System.Globalization;

namespace TcmBrain.MachineServers.Processes;

/// <summary>One process, told apart from a later one with the same number by its start time (clock ticks since boot).</summary>
public readonly record struct ProcessIdentity(int Id, long StartTicks)
{
    /// <summary>True while this very process runs; a zombie that waits for its parent no longer does.</summary>
    public bool IsAlive => ProcessTree.Read(Id) is { IsAlive: true } now && now.StartTicks == StartTicks;

    /// <summary>The identity of a running process, or null when there is none of that number.</summary>
    public static ProcessIdentity? Of(int id) => ProcessTree.Read(id) is { } entry ? new ProcessIdentity(id, entry.StartTicks) : null;
}

/// <summary>Processes and their descendants, read from <c>/proc</c>.</summary>
public static class ProcessTree
{
    internal readonly record struct Entry(int Id, int Parent, char State, long StartTicks)
    {
        public bool IsAlive => State is not ('Z' or 'X');
    }

    /// <summary>The process and all that descend from it, parents before children; empty when it is gone.</summary>
    public static IReadOnlyList<ProcessIdentity> Of(int root)
    {
        if (Read(root) is not { } first)
            return [];
        var children = All().ToLookup(entry => entry.Parent);
        var found = new List<ProcessIdentity> { new(root, first.StartTicks) };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children[found[i].Id].Select(entry => new ProcessIdentity(entry.Id, entry.StartTicks)));
        return found;
    }

    /// <summary>
    /// Kills with SIGKILL. The root is held still first, so that it can't start a child between the look and the blow. Empty when it had
    /// ended: its number may by then be another's.
    /// </summary>
    public static IReadOnlyList<ProcessIdentity> Kill(ProcessIdentity root)
    {
        if (!root.IsAlive)
            return [];
        Posix.Send(root.Id, Signal.Stop);
        var tree = Of(root.Id);
        foreach (var process in tree)
            Posix.Send(process.Id, Signal.Kill);
        return tree;
    }

    /// <summary>Waits until none of them runs; false when some still do after the bound.</summary>
    public static async Task<bool> WaitUntilGoneAsync(IReadOnlyCollection<ProcessIdentity> processes, TimeSpan bound)
    {
        var watch = Stopwatch.StartNew();
        while (processes.Any(process => process.IsAlive))
        {
            if (watch.Elapsed > bound)
                return false;
            await Task.Delay(20).ConfigureAwait(false);
        }
        return true;
    }

    internal static Entry? Read(int id)
    {
        try
        {
            // "pid (name) state ppid …"; the name may hold blanks and brackets, so count from its last bracket. Field 22 is the start.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var rest = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(
                id,
                int.Parse(rest[1], CultureInfo.InvariantCulture),
                rest[0][0],
                long.Parse(rest[19], CultureInfo.InvariantCulture)
            );
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or IndexOutOfRangeException
                        or ArgumentOutOfRangeException
                        or FormatException
            )
        {
            // Gone, before or while it was read.
            return null;
        }
    }

    /// <summary>The processes that have a file, pipe or socket open, by the name that the kernel gives it. Those of other users are not seen.</summary>
    internal static IEnumerable<int> WithOpen(params IReadOnlyCollection<string> names)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), out var id) && HasOpen(folder, names))
                yield return id;
    }

    private static bool HasOpen(string folder, IReadOnlyCollection<string> names)
    {
        try
        {
            return new DirectoryInfo(folder + "/fd")
                .EnumerateFileSystemInfos()
                .Any(handle => handle.LinkTarget is { } target && names.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's, or gone meanwhile.
            return false;
        }
    }

    internal static IEnumerable<ProcessIdentity> Running() =>
        All().Where(entry => entry.IsAlive).Select(entry => new ProcessIdentity(entry.Id, entry.StartTicks));

    /// <summary>The program's name as the kernel has it; null when the process is gone.</summary>
    internal static string? NameOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/comm").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static List<Entry> All()
    {
        var all = new List<Entry>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), out var id) && Read(id) is { } entry)
                all.Add(entry);
        return all;
    }
}
