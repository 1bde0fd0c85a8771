using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TcmBrain.Testing;

public static class FreePort
{
    /// <summary>Below the range from which the system takes the ports of outgoing connections, which would take one before it is used.</summary>
    private const int First = 10_000;
    private const int Last = 32_000;
    private static readonly ConcurrentDictionary<int, byte> Given = new();

    /// <summary>A port nobody listens on at this moment, given once in this process.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (Given.TryAdd(port, 0) && IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
