using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.HisSimulator.Knowledge;

/// <summary>The platform's book of releases, through its public HTTP and under one demo client's token.</summary>
internal sealed class ReleaseDesk(Gateway gateway, string clientId)
{
    private const string Path = "/api/prescriptions/releases";

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        JsonAsync(new(HttpMethod.Get, Path + path), cancellationToken);

    public async Task<byte[]> ArchiveAsync(string which, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new(HttpMethod.Get, $"{Path}/{which}/archive"), cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    public Task<JsonElement> ProposeAsync(byte[] archive, string note, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new("application/zip");
        return JsonAsync(new(HttpMethod.Post, $"{Path}?note={Uri.EscapeDataString(note)}") { Content = content }, cancellationToken);
    }

    public Task<JsonElement> DecideAsync(long number, string? rejection, CancellationToken cancellationToken) =>
        JsonAsync(
            rejection is null
                ? new(HttpMethod.Post, $"{Path}/{number}/publish")
                : new(HttpMethod.Post, $"{Path}/{number}/reject") { Content = JsonContent.Create(new { reason = rejection }) },
            cancellationToken
        );

    /// <summary>The lines of a replay as they come.</summary>
    public async IAsyncEnumerable<JsonElement> ReplayAsync(
        long number,
        int days,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(new(HttpMethod.Get, $"{Path}/{number}/replay?days={days}"), cancellationToken);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return JsonSerializer.Deserialize<JsonElement>(line);
        }
    }

    private async Task<JsonElement> JsonAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var client =
            DemoRegion.Clients.FirstOrDefault(c => c.Id == clientId)
            ?? throw new SimulatorException($"There is no demo client {clientId}.");
        using (request)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer",
                await gateway.TokenAsync(client.Id, client.Secret, cancellationToken)
            );
            var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw new SimulatorException(
                    $"{clientId}: {(int)response.StatusCode} {Reasons(await response.Content.ReadAsStringAsync(cancellationToken))}"
                );
            }
        }
    }

    private static string Reasons(string problem)
    {
        try
        {
            using var json = JsonDocument.Parse(problem);
            return string.Join(
                '\n',
                json.RootElement.GetProperty("faults")
                    .EnumerateArray()
                    .Select(x =>
                        $"{x.GetProperty("code").GetString()} {x.GetProperty("field").GetString()} {x.GetProperty("en").GetString()}"
                    )
            );
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return problem;
        }
    }
}
