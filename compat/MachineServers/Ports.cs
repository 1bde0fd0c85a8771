using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TcmBrain.MachineServers;

/// <summary>Free ports of this machine, and who holds a taken one.</summary>
public static class Ports
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>
    /// A free TCP port of 127.0.0.1, never the same twice in a process. It lies below the range from which the kernel takes
    /// the ports of outgoing connections, so only another listener could be faster.
    /// </summary>
    public static int Free()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = Random.Shared.Next(12_000, 32_000);
                if (IsFree(port) && Given.Add(port))
                    return port;
            }
        }
    }

    /// <summary>True when a listener could bind the port on 127.0.0.1 and on every address.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            foreach (var address in new[] { IPAddress.Loopback, IPAddress.Any })
            {
                using var listener = new TcpListener(address, port);
                listener.Start();
            }
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <exception cref="MachineServerException">The port is taken; names the process when this user may see it.</exception>
    public static void Demand(int port, string purpose)
    {
        if (IsFree(port))
            return;
        var owner = Owner(port) is { } found ? $" by {found.Name} (process {found.Id})" : "";
        throw new MachineServerException(ServerFailure.PortInUse, $"port {port}, wanted for {purpose}, is in use{owner}");
    }

    /// <summary>The process that listens on the port, or null when there is none or it belongs to another user.</summary>
    public static (int Id, string Name)? Owner(int port)
    {
        var sockets = new[] { "/proc/net/tcp", "/proc/net/tcp6" }
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == "0A" && LocalPort(fields[1]) == port)
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet();
        if (sockets.Count == 0)
            return null;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id))
                continue;
            try
            {
                if (
                    new DirectoryInfo(folder + "/fd")
                        .EnumerateFileSystemInfos()
                        .Any(handle => handle.LinkTarget is { } target && sockets.Contains(target))
                )
                    return (id, File.ReadAllText(folder + "/comm").Trim());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or gone meanwhile.
            }
        }
        return null;
    }

    private static int LocalPort(string address) =>
        int.TryParse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var port)
            ? port
            : -1;
}
