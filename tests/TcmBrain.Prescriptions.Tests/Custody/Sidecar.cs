using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using TcmBrain.MachineServers;

namespace TcmBrain.Prescriptions.Tests.Custody;

/// <summary>
/// A listener that answers as Dapr's sidecar does at POST /v1.0/bindings/{name}: 200 or 204 when the component took it, 500 when it failed.
/// https://docs.dapr.io/reference/api/bindings_api/
/// </summary>
public sealed class Sidecar : IDisposable
{
    private readonly HttpListener listener = new();
    private int failures;

    public Sidecar()
    {
        Address = new Uri($"http://127.0.0.1:{Ports.Free()}/");
        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        _ = ListenAsync();
    }

    public Uri Address { get; }

    /// <summary>What was asked: path, token and body.</summary>
    public ConcurrentQueue<(string Path, string? Token, JsonElement Body)> Calls { get; } = new();

    public void Fail(int times) => failures = times;

    public void Dispose() => listener.Close();

    private async Task ListenAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream);
            var body = JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement;
            Calls.Enqueue((context.Request.Url!.AbsolutePath, context.Request.Headers["dapr-api-token"], body));
            context.Response.StatusCode = Interlocked.Decrement(ref failures) >= 0 ? 500 : 204;
            context.Response.Close();
        }
    }
}
