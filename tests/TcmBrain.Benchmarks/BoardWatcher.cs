using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace TcmBrain.Benchmarks;

/// <summary>A wall that shows the decoction board: asks again as soon as it was answered, as the page does.</summary>
internal sealed class BoardWatcher : IDisposable
{
    private readonly HttpClient client;
    private readonly ConcurrentDictionary<(string Vessel, long At), DateTimeOffset> open = new();
    private readonly List<double> seen = [];
    private readonly CancellationTokenSource ending = new();

    public BoardWatcher(Uri service, string token)
    {
        client = new HttpClient { BaseAddress = service };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Sent(string vessel, DateTimeOffset at) => open[(vessel, Micro(at))] = at;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ending.Token);
        string? version = null;
        while (!both.IsCancellationRequested)
        {
            try
            {
                var board = await client.GetFromJsonAsync<JsonElement>(
                    "/api/decoction/board" + (version is null ? "" : "?since=" + version),
                    both.Token
                );
                version = board.GetProperty("version").GetString();
                Look(board);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <returns>Milliseconds from sending to seeing, of every reading that was still the vessel's latest when the board was read.</returns>
    public async Task<IReadOnlyCollection<double>> StopAsync(Task running)
    {
        await Task.Delay(1_500);
        await ending.CancelAsync();
        await running;
        return seen;
    }

    public void Dispose()
    {
        client.Dispose();
        ending.Dispose();
    }

    private void Look(JsonElement board)
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var vessel in board.GetProperty("vessels").EnumerateArray())
        {
            if (
                vessel.GetProperty("reading") is { ValueKind: JsonValueKind.Object } reading
                && open.TryRemove(
                    (vessel.GetProperty("vessel").GetString()!, Micro(reading.GetProperty("at").GetDateTimeOffset())),
                    out var at
                )
            )
            {
                seen.Add((now - at).TotalMilliseconds);
            }
        }
    }

    private static long Micro(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
