using System.Net;
using System.Net.Sockets;

namespace TcmBrain.Testing;

public static class FreePort
{
    /// <summary>A port nobody listens on at this moment.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
