using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.Testing;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Tests.Service;

namespace TcmBrain.Traceability.Tests.Queries;

/// <summary>A repository of one party with events of every kind in it, each known by a short name.</summary>
public sealed class Shelf(Servers servers) : IAsyncLifetime
{
    private readonly Dictionary<string, string> names = [];

    internal TraceService Service { get; private set; } = null!;

    internal HttpClient Party { get; private set; } = null!;

    /// <summary>All names, in the order of capture.</summary>
    internal IReadOnlyList<string> All { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Service = await TraceService.StartAsync(servers);
        Party = Service.Grower("91371329MA3QUERY0K");
        var events = JsonNode.Parse(
            await File.ReadAllTextAsync(RepositoryRoot.Combine("tests", "TcmBrain.Traceability.Tests", "Queries", "shelf.json"))
        )!;
        foreach (var e in events["epcisBody"]!["eventList"]!.AsArray())
        {
            names[e!["eventID"]!.GetValue<string>()] = e["eventID"]!.GetValue<string>().Split(':')[^1];
        }

        All = [.. names.Values];
        var accepted = await Party.PostAsync("/epcis/capture", new StringContent(events.ToJsonString(), Encoding.UTF8, "application/json"));
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted, await accepted.Content.ReadAsStringAsync());
        var job = await Party.GetFromJsonAsync<JsonElement>(accepted.Headers.Location);
        job.GetProperty("success").GetBoolean().ShouldBeTrue(job.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        Party.Dispose();
        await Service.DisposeAsync();
    }

    /// <summary>Names of the events that a query finds, over all its pages.</summary>
    internal async Task<List<string>> FindAsync(string query, string path = "/epcis/events", HttpClient? client = null)
    {
        var found = new List<string>();
        var address = $"{path}?{query}";
        while (address is not null)
        {
            var answer = await (client ?? Party).GetAsync(address);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            found.AddRange(Events(await answer.Content.ReadFromJsonAsync<JsonElement>()).Select(NameOf));
            address = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        return found;
    }

    internal string NameOf(JsonElement e) => names[e.GetProperty("eventID").GetString()!];

    internal static List<JsonElement> Events(JsonElement document) =>
        [
            .. document
                .GetProperty("epcisBody")
                .GetProperty("queryResults")
                .GetProperty("resultsBody")
                .GetProperty("eventList")
                .EnumerateArray(),
        ];
}
