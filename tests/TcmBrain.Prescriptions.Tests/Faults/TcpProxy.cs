using System.Net;
using System.Net.Sockets;

namespace TcmBrain.Prescriptions.Tests.Faults;

/// <summary>What is done to the bytes that pass; every connection has a plan of its own.</summary>
internal sealed class ProxyPlan
{
    /// <summary>Bytes from the client after which the connection is cut; they arrive, the next do not.</summary>
    public long CutAfterSent { get; init; } = long.MaxValue;

    /// <summary>Bytes from the server after which the connection is cut.</summary>
    public long CutAfterReceived { get; init; } = long.MaxValue;

    /// <summary>When a piece from the server holds this while <see cref="IsArmed"/>, it is not passed on and the connection is cut.</summary>
    public byte[]? CutBefore { get; init; }

    public Func<bool> IsArmed { get; init; } = () => true;

    /// <summary>How long each piece from the client is held.</summary>
    public TimeSpan Delay { get; init; }
}

/// <summary>Stands between a client and a server, and breaks or slows what passes.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly IPEndPoint server;
    private readonly Task accepting;
    private int cuts;

    public TcpProxy(string host, int port)
    {
        server = new IPEndPoint(IPAddress.Parse(host == "localhost" ? "127.0.0.1" : host), port);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Asked for each new connection.</summary>
    public Func<ProxyPlan> Plan { get; set; } = () => new ProxyPlan();

    public int Cuts => cuts;

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(end.Token);
                open.Add(ServeAsync(client, Plan()));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client, ProxyPlan plan)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
        using (client)
        using (var target = new TcpClient())
        {
            try
            {
                await target.ConnectAsync(server, both.Token);
                var there = PumpAsync(client.GetStream(), target.GetStream(), plan.CutAfterSent, () => null, plan.Delay, both.Token);
                var back = PumpAsync(
                    target.GetStream(),
                    client.GetStream(),
                    plan.CutAfterReceived,
                    () => plan.IsArmed() ? plan.CutBefore : null,
                    TimeSpan.Zero,
                    both.Token
                );
                if (await await Task.WhenAny(there, back))
                {
                    Interlocked.Increment(ref cuts);
                }

                await both.CancelAsync();
                await Task.WhenAll(there, back);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException) { }
        }
    }

    /// <summary>True when it was cut on purpose.</summary>
    private static async Task<bool> PumpAsync(
        NetworkStream from,
        NetworkStream to,
        long cutAfter,
        Func<byte[]?> cutBefore,
        TimeSpan delay,
        CancellationToken cancellationToken
    )
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var read = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, cutAfter)), cancellationToken);
                if (read == 0)
                {
                    return cutAfter == 0;
                }

                if (cutBefore() is { } word && buffer.AsSpan(0, read).IndexOf(word) >= 0)
                {
                    return true;
                }

                if (delay > TimeSpan.Zero)
                {
                    await Task.Delay(delay, cancellationToken);
                }

                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                cutAfter -= read;
                if (cutAfter <= 0)
                {
                    return true;
                }
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }
}
