using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TcmBrain.Testing.Running;

/// <summary>The machine's processes, from /proc.</summary>
public static class ProcessWatch
{
    /// <summary>The variable by whose value a platform's processes are known: every child inherits it.</summary>
    public const string Mark = "TCM_TEST_MARK";

    /// <summary>Every process whose environment has the mark.</summary>
    public static IReadOnlyList<RunningProcess> Marked(string value)
    {
        var wanted = Encoding.ASCII.GetBytes($"{Mark}={value}");
        return [.. All().Where(p => Read($"/proc/{p.Id}/environ").AsSpan().IndexOf(wanted) >= 0)];
    }

    /// <summary>A process and all that descends from it.</summary>
    public static IReadOnlyList<RunningProcess> TreeOf(int root)
    {
        var all = All();
        var tree = all.Where(p => p.Id == root).ToList();
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(all.Where(p => p.Parent == tree[i].Id));
        }

        return tree;
    }

    private static List<RunningProcess> All()
    {
        var found = new List<RunningProcess>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && RunningProcess.Find(id) is { } process)
            {
                found.Add(process);
            }
        }

        return found;
    }

    /// <summary>Empty when the process has ended in between.</summary>
    internal static byte[] Read(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>A process by number and start, so that another one with the same number is not taken for it.</summary>
public sealed record RunningProcess(int Id, int Parent, string Name, ulong StartedAt)
{
    /// <summary>A process that has ended and only waits to be collected does not run.</summary>
    public bool IsAlive => Find(Id) is { } now && now.StartedAt == StartedAt;

    public void Kill()
    {
        if (IsAlive)
        {
            try
            {
                using var process = Process.GetProcessById(Id);
                process.Kill();
            }
            catch (ArgumentException)
            {
                // It ended by itself.
            }
        }
    }

    internal static RunningProcess? Find(int id)
    {
        var text = Encoding.UTF8.GetString(ProcessWatch.Read($"/proc/{id}/stat"));
        // The name is in brackets and may hold anything.
        var end = text.LastIndexOf(')');
        if (end < 0)
        {
            return null;
        }

        var fields = text[(end + 2)..].Split(' ');
        return fields[0] is "Z" or "X"
            ? null
            : new RunningProcess(
                id,
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..end],
                ulong.Parse(fields[19], CultureInfo.InvariantCulture)
            );
    }
}
