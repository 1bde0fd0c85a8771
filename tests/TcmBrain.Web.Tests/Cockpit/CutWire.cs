using System.Net;
using System.Net.Sockets;

namespace TcmBrain.Web.Tests.Cockpit;

/// <summary>Stands between a browser and the gateway: cut, every connection breaks off and no new one comes through, until it is mended.</summary>
internal sealed class CutWire : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Uri target;
    private readonly Task accepting;
    private CancellationTokenSource whole = new();

    public CutWire(Uri target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{target.Host}:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    public Task CutAsync() => whole.CancelAsync();

    public void Mend() => Interlocked.Exchange(ref whole, new());

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(PassAsync(await listener.AcceptTcpClientAsync(end.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(end.Token, whole.Token);
        using var server = new TcpClient();
        using (client)
        {
            // A reset, not a polite end.
            client.LingerState = new(enable: true, 0);
            try
            {
                await server.ConnectAsync(target.Host, target.Port, cut.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), cut.Token),
                    server.GetStream().CopyToAsync(client.GetStream(), cut.Token)
                );
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // Cut, or one side went: the other goes too.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        whole.Dispose();
        end.Dispose();
    }
}
