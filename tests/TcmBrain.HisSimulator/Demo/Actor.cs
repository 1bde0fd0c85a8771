using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Demo;

/// <summary>Somebody who works with the platform through its public HTTP, under a demo client's token.</summary>
internal sealed class Actor(Gateway gateway, string clientId)
{
    private const int MostAttempts = 8;

    public DemoClient Client { get; } = DemoRegion.ClientOf(clientId);

    /// <exception cref="SimulatorException">Refused, or nobody answers for long.</exception>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        Body(await SendAsync(HttpMethod.Get, path, null, cancellationToken), path);

    public async Task<JsonElement> PostAsync(string path, object content, CancellationToken cancellationToken) =>
        Body(await SendAsync(HttpMethod.Post, path, content, cancellationToken), path);

    /// <summary>A change of a versioned record, from the version that was read.</summary>
    public async Task<JsonElement> ActAsync(string path, int version, object content, CancellationToken cancellationToken) =>
        Body(await SendAsync(HttpMethod.Post, path, content, cancellationToken, version), path);

    public async Task<JsonElement> PutAsync(string path, object content, CancellationToken cancellationToken) =>
        Body(await SendAsync(HttpMethod.Put, path, content, cancellationToken), path);

    /// <summary>The answer whatever it is; what passes by itself (429, 502, 503, 504) is asked again.</summary>
    public async Task<(HttpStatusCode Status, string Body)> SendAsync(
        HttpMethod method,
        string path,
        object? content,
        CancellationToken cancellationToken,
        int? version = null
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(method, path);
                request.Headers.Authorization = new AuthenticationHeaderValue(
                    "Bearer",
                    await gateway.TokenAsync(Client.Id, Client.Secret, cancellationToken)
                );
                request.Content = content switch
                {
                    null => null,
                    byte[] file => new ByteArrayContent(file),
                    _ => JsonContent.Create(content),
                };
                if (version is { } seen)
                {
                    request.Headers.TryAddWithoutValidation("If-Match", $"\"{seen}\"");
                }

                using var response = await gateway.Http.SendAsync(request, cancellationToken);
                var passing =
                    response.StatusCode
                    is HttpStatusCode.TooManyRequests
                        or HttpStatusCode.BadGateway
                        or HttpStatusCode.ServiceUnavailable
                        or HttpStatusCode.GatewayTimeout;
                if (!passing || attempt == MostAttempts)
                {
                    return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
                }
            }
            catch (HttpRequestException e) when (attempt == MostAttempts)
            {
                throw new SimulatorException($"Nobody answers at {gateway.Http.BaseAddress}: {e.Message}");
            }
            catch (HttpRequestException) { }

            await Task.Delay(
                TimeSpan.FromMilliseconds(100 * Math.Pow(2, attempt) * (0.5 + Random.Shared.NextDouble() / 2)),
                cancellationToken
            );
        }
    }

    /// <summary>All items of a list, page by page.</summary>
    public async Task<List<JsonElement>> ListAsync(string path, CancellationToken cancellationToken)
    {
        var items = new List<JsonElement>();
        string? next = null;
        do
        {
            var separator = path.Contains('?') ? '&' : '?';
            var page = await GetAsync(next is null ? path : $"{path}{separator}next={Uri.EscapeDataString(next)}", cancellationToken);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            next = page.TryGetProperty("next", out var token) && token.ValueKind == JsonValueKind.String ? token.GetString() : null;
        } while (next is not null);
        return items;
    }

    private JsonElement Body((HttpStatusCode Status, string Body) answer, string path)
    {
        if ((int)answer.Status is >= 200 and < 300)
        {
            return answer.Body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(answer.Body);
        }

        throw new SimulatorException($"{Client.Id} {path}: {(int)answer.Status} {answer.Body}");
    }
}
