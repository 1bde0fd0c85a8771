using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TcmBrain.MachineServers.Processes;

namespace TcmBrain.MachineServers;

/// <summary>Free ports of this machine, and who holds a taken one.</summary>
public static class Ports
{
    private const int First = 10_000;
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>Above them, usually, lie those that the kernel gives to outgoing connections, which would take one before it is used.</summary>
    private static readonly int Last = FirstOfOutgoing() is >= First + 5_000 and <= 32_000 and var outgoing ? outgoing : 32_000;

    /// <summary>
    /// Never read or written: a lock on its byte N says that some process of this user was given port N and lives. The kernel ends the
    /// locks with the process. Open as long as the process, since closing any handle of the file would end them too.
    /// </summary>
    private static readonly FileStream? Leases = OpenLeases();

    /// <summary>
    /// A free TCP port of 127.0.0.1, given to no one else while this process lives: not twice in it, nor in another one that asks here.
    /// So a platform may choose the ports of services that it starts a minute later, while other platforms and tests do the same.
    /// </summary>
    public static int Free()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = Random.Shared.Next(First, Last);
                if (!Given.Contains(port) && TryLease(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }
    }

    private static bool TryLease(int port)
    {
        try
        {
            Leases?.Lock(port, 1);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static FileStream? OpenLeases()
    {
        try
        {
            return new FileStream(
                Path.Combine(Path.GetTempPath(), $"tcmbrain-ports-{Environment.UserName}"),
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.ReadWrite | FileShare.Delete,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then a port is only known to be free when it is chosen.
            return null;
        }
    }

    private static int? FirstOfOutgoing()
    {
        const string range = "/proc/sys/net/ipv4/ip_local_port_range";
        return
            File.Exists(range)
            && int.TryParse(File.ReadAllText(range).Split((char[]?)null, 2)[0], CultureInfo.InvariantCulture, out var first)
            ? first
            : null;
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
    public static (int Id, string Name)? Owner(int port) =>
        // The kernel tells page by page, and what comes and goes meanwhile can hide a line: who isn't seen at first is looked for again.
        Enumerable.Range(0, 3).Select(_ => Look(port)).FirstOrDefault(found => found is not null);

    private static (int Id, string Name)? Look(int port)
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
        return ProcessTree
            .WithOpen(sockets)
            .Select(id => (Id: id, Name: ProcessTree.NameOf(id)))
            .Where(found => found.Name is not null)
            .Select(found => ((int, string)?)(found.Id, found.Name!))
            .FirstOrDefault();
    }

    private static int LocalPort(string address) =>
        int.TryParse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var port)
            ? port
            : -1;
}
