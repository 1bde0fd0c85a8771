using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using TcmBrain.MachineServers;
using TcmBrain.Testing;

namespace TcmBrain.Traceability.Tests.Queries;

/// <summary>Somebody's webhook: keeps what it was sent and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly Task listening;

    public Receiver()
    {
        Address = $"http://127.0.0.1:{Ports.Free()}/callback/";
        listener.Prefixes.Add(Address);
        listener.Start();
        listening = ListenAsync();
    }

    public string Address { get; }

    public int Status { get; set; } = 200;

    public ConcurrentQueue<(string Body, string? Signature, int Answer)> Sent { get; } = new();

    /// <summary>EventIDs of what was taken, in order.</summary>
    public List<string> Taken =>
        [
            .. Sent.Where(s => s.Answer == 200)
                .SelectMany(s => Shelf.Events(JsonDocument.Parse(s.Body).RootElement))
                .Select(e => e.GetProperty("eventID").GetString()!),
        ];

    private async Task ListenAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            Sent.Enqueue((await reader.ReadToEndAsync(), context.Request.Headers["GS1-Signature"], Status));
            context.Response.StatusCode = Status;
            context.Response.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await listening;
    }
}
