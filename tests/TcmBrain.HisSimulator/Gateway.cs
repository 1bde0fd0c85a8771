using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;

namespace TcmBrain.HisSimulator;

/// <summary>The platform as a stranger sees it: the gateway's two addresses, and tokens for its clients.</summary>
public sealed class Gateway : IDisposable
{
    private static readonly TimeSpan TokenWithin = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, (string Token, DateTimeOffset Until)> tokens = [];
    private readonly SemaphoreSlim asking = new(1);

    public Gateway(Uri http, Uri grpc)
    {
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, MaxConnectionsPerServer = 64 }) { BaseAddress = http };
        Grpc = grpc;
    }

    public HttpClient Http { get; }

    public Uri Grpc { get; }

    /// <summary>From the arguments, else from the environment, else the addresses that <c>./tcm up</c> uses unless told otherwise.</summary>
    /// <exception cref="SimulatorException">An argument is not an address.</exception>
    public static Gateway From(string? http, string? grpc) =>
        new(
            Address(http ?? Told("http") ?? $"http://127.0.0.1:{Port("TCM_HTTP_PORT", 8080)}"),
            Address(grpc ?? Told("grpc") ?? $"http://127.0.0.1:{Port("TCM_GRPC_PORT", 8081)}")
        );

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new SimulatorException($"'{text}' is not an address such as http://localhost:8080.");

    private static int Port(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var port) ? port : otherwise;

    /// <summary>What the running instance wrote down of its gateway.</summary>
    private static string? Told(string endpoint)
    {
        if (Data.File("run", "localhost.json") is not { } file || !System.IO.File.Exists(file))
        {
            return null;
        }

        using var state = JsonDocument.Parse(System.IO.File.ReadAllBytes(file));
        foreach (var resource in state.RootElement.GetProperty("resources").EnumerateArray())
        {
            if (resource.GetProperty("name").GetString() == "gateway" && resource.TryGetProperty("urls", out var urls))
            {
                var all = urls.EnumerateArray().Select(u => u.GetString()!).ToArray();
                return endpoint == "http" ? all.ElementAtOrDefault(0) : all.ElementAtOrDefault(1);
            }
        }

        return null;
    }

    /// <summary>A token of a client, asked for once and again shortly before it runs out.</summary>
    /// <exception cref="SimulatorException">The client is unknown, its secret wrong, or nobody answers.</exception>
    public async Task<string> TokenAsync(string clientId, string secret, CancellationToken cancellationToken)
    {
        await asking.WaitAsync(cancellationToken);
        try
        {
            if (tokens.TryGetValue(clientId, out var held) && held.Until > DateTimeOffset.UtcNow)
            {
                return held.Token;
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
            {
                Content = new FormUrlEncodedContent(
                    new Dictionary<string, string>
                    {
                        ["grant_type"] = "client_credentials",
                        ["client_id"] = clientId,
                        ["client_secret"] = secret,
                    }
                ),
            };
            using var response = await SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new SimulatorException($"{clientId} gets no token: {(int)response.StatusCode} {body}");
            }

            using var json = JsonDocument.Parse(body);
            var token = json.RootElement.GetProperty("access_token").GetString()!;
            var seconds = json.RootElement.GetProperty("expires_in").GetInt32();
            tokens[clientId] = (token, DateTimeOffset.UtcNow.AddSeconds(seconds - 60));
            return token;
        }
        finally
        {
            asking.Release();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(TokenWithin);
        try
        {
            return await Http.SendAsync(request, bound.Token);
        }
        catch (HttpRequestException e)
        {
            throw new SimulatorException($"Nobody answers at {Http.BaseAddress}: {e.Message} (is ./tcm up running?)");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SimulatorException($"{Http.BaseAddress} gave no token within {TokenWithin.TotalSeconds:0} s.");
        }
    }

    public GrpcChannel Channel() =>
        GrpcChannel.ForAddress(
            Grpc,
            new GrpcChannelOptions
            {
                HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
                DisposeHttpClient = true,
                MaxReceiveMessageSize = 4 << 20,
            }
        );

    public async Task<Metadata> HeadersAsync(string clientId, string secret, CancellationToken cancellationToken) =>
        new() { { "authorization", "Bearer " + await TokenAsync(clientId, secret, cancellationToken) } };

    public void Dispose()
    {
        Http.Dispose();
        asking.Dispose();
    }
}

/// <summary>Something the person at the command line can mend; the message is all that is shown.</summary>
public sealed class SimulatorException(string message) : Exception(message);

/// <summary>The data folder of the local installation, when there is one.</summary>
public static class Data
{
    public static string? Folder =>
        Environment.GetEnvironmentVariable("TCM_DATA") is { Length: > 0 } set ? set
        : Directory.Exists(".data") ? Path.GetFullPath(".data")
        : null;

    public static string? File(params string[] parts) => Folder is { } folder ? Path.Combine([folder, .. parts]) : null;
}
