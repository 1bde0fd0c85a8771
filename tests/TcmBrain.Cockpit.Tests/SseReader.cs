using System.Globalization;
using System.Text;
using System.Text.Json;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

internal sealed record SseMessage(string Name, string Data, string? Id)
{
    public JsonElement Json => JsonElement.Parse(Data);
}

/// <summary>Reads a stream as a browser does: data and ids by the rules of server-sent events.</summary>
internal sealed class SseReader : IAsyncDisposable
{
    private readonly HttpClient _client;
    private readonly StreamReader _reader;

    private SseReader(HttpClient client, StreamReader reader) => (_client, _reader) = (client, reader);

    /// <summary>What the browser would send as Last-Event-ID.</summary>
    public string LastId { get; private set; } = "";

    public int Comments { get; private set; }

    public static async Task<SseReader> OpenAsync(TestService service, string token, string query = "", string? lastEventId = null)
    {
        var client = service.Client(token);
        client.Timeout = TimeSpan.FromSeconds(60);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/cockpit/stream" + query);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new(client, new StreamReader(await response.Content.ReadAsStreamAsync(), Encoding.UTF8)) { LastId = lastEventId ?? "" };
    }

    /// <summary>The next message that has data; null when the server has ended the stream.</summary>
    public async Task<SseMessage?> NextAsync(CancellationToken cancellationToken = default)
    {
        var name = "message";
        var data = new StringBuilder();
        while (await _reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Length > 0)
                {
                    return new(name, data.ToString(), LastId);
                }

                name = "message";
            }
            else if (line[0] == ':')
            {
                Comments++;
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data.Append(line.AsSpan(6));
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                LastId = line[4..];
            }
        }

        return null;
    }

    /// <summary>Reads on until a message fits.</summary>
    public async Task<SseMessage> UntilAsync(Func<SseMessage, bool> fits, TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(60));
        while (await NextAsync(patience.Token) is { } message)
        {
            if (fits(message))
            {
                return message;
            }
        }

        throw new EndOfStreamException("The stream ended before the message came.");
    }

    public static IEnumerable<long> Ids(SseMessage message) => message.Json.EnumerateArray().Select(e => e.GetProperty("id").GetInt64());

    public static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
