using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Tests.Service;

namespace TcmBrain.Traceability.Tests.Queries;

public sealed class SubscriptionTests(CaptureTests.Running running, Servers servers) : IClassFixture<CaptureTests.Running>
{
    /// <summary>Between two attempts, after the receiver had been away for as long as a slow machine makes it.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private TraceService Service => running.Service;

    [Fact]
    public async Task A_named_query_is_made_run_listed_and_deleted_by_its_party()
    {
        using var party = Service.Grower();
        var step = "https://ex.example/step/" + Guid.NewGuid();
        var ids = await CaptureAsync(party, step, 5);
        await CaptureAsync(party, "https://ex.example/step/other", 2);
        var name = "mine " + Guid.NewGuid();

        var created = await party.PostAsJsonAsync("/epcis/queries", Query(name, step));

        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await party.PostAsJsonAsync("/epcis/queries", Query(name, step))).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var told = await party.GetFromJsonAsync<JsonElement>(created.Headers.Location);
        told.GetProperty("name").GetString().ShouldBe(name);
        told.GetProperty("query").GetProperty("EQ_bizStep")[0].GetString().ShouldBe(step);
        (await party.GetStringAsync("/epcis/queries?perPage=1000")).ShouldContain(name);

        var first = await party.GetAsync(created.Headers.Location + "/events?perPage=3");
        var document = await first.Content.ReadFromJsonAsync<JsonElement>();
        document.GetProperty("epcisBody").GetProperty("queryResults").GetProperty("queryName").GetString().ShouldBe(name);
        var rest = await party.GetFromJsonAsync<JsonElement>(first.Headers.GetValues("Link").Single().Split('<', '>')[1]);
        Shelf.Events(document).Concat(Shelf.Events(rest)).Select(Id).ShouldBe(ids);

        using var rival = Service.Grower("91371329MA3ZZZZZ0K");
        (await rival.GetAsync(created.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await rival.DeleteAsync(created.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await party.DeleteAsync(created.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await party.GetAsync(created.Headers.Location + "/events")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"query":{}}""", "QueryValidationException")]
    [InlineData("""{"name":"q"}""", "QueryValidationException")]
    [InlineData("""{"name":"","query":{}}""", "QueryValidationException")]
    [InlineData("""{"name":"q","query":[]}""", "QueryValidationException")]
    [InlineData("""{"name":"q","query":{"EQ_none":["x"]}}""", "QueryParameterException")]
    [InlineData("""{"name":"q","query":{"EQ_bizStep":{"a":1}}}""", "QueryParameterException")]
    public async Task A_broken_query_is_refused(string body, string type)
    {
        using var party = Service.Grower();
        var refused = await party.PostAsync("/epcis/queries", new StringContent(body, Encoding.UTF8, "application/json"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString().ShouldBe("epcisException:" + type);
    }

    [Theory]
    [InlineData("""{"dest":"http://127.0.0.1:9/"}""")]
    [InlineData("""{"dest":"http://127.0.0.1:9/","stream":false}""")]
    [InlineData("""{"dest":"http://127.0.0.1:9/","stream":true,"schedule":{"minute":"5"}}""")]
    [InlineData("""{"dest":"http://127.0.0.1:9/","schedule":{}}""")]
    [InlineData("""{"dest":"http://127.0.0.1:9/","schedule":{"minute":"60"}}""")]
    [InlineData("""{"dest":"http://127.0.0.1:9/","schedule":{"minutes":"5"}}""")]
    [InlineData("""{"dest":"http://127.0.0.1:9/","stream":true,"initialRecordTime":"soon"}""")]
    [InlineData("""{"dest":"ftp://a.example/","stream":true}""")]
    [InlineData("""{"stream":true}""")]
    public async Task A_broken_subscription_is_refused(string body)
    {
        using var party = Service.Grower();
        var query = await MakeAsync(party, "https://ex.example/step/none");
        var refused = await party.PostAsync(query + "/subscriptions", new StringContent(body, Encoding.UTF8, "application/json"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("type")
            .GetString()
            .ShouldBe("epcisException:SubscriptionControlsException");
    }

    [Fact]
    public async Task A_webhook_gets_each_event_once_signed_and_goes_on_only_when_it_took_the_last()
    {
        await using var receiver = new Receiver();
        using var party = Service.Grower();
        var step = "https://ex.example/step/" + Guid.NewGuid();
        var before = await CaptureAsync(party, step, 1);
        var query = await MakeAsync(party, step);
        var created = await party.PostAsJsonAsync(
            query + "/subscriptions",
            new
            {
                dest = receiver.Address,
                signatureToken = "13df38d8275b13f05704629e5f1cf3d45d6132d5",
                stream = true,
            }
        );
        created.StatusCode.ShouldBe(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        (await created.Content.ReadAsStringAsync()).ShouldNotContain("13df38d8");

        var first = await CaptureAsync(party, step, 3);
        await CaptureAsync(party, "https://ex.example/step/other", 3);
        await Eventually.Be(() => receiver.Taken.Count == 3, "three are told");
        receiver.Taken.ShouldBe(first);
        var (body, signature, _) = receiver.Sent.First();
        signature.ShouldBe(
            "sha256="
                + Convert.ToHexStringLower(
                    HMACSHA256.HashData(Encoding.UTF8.GetBytes("13df38d8275b13f05704629e5f1cf3d45d6132d5"), Encoding.UTF8.GetBytes(body))
                )
        );
        var subscription = await party.GetFromJsonAsync<JsonElement>(created.Headers.Location);
        JsonDocument
            .Parse(body)
            .RootElement.GetProperty("epcisBody")
            .GetProperty("queryResults")
            .GetProperty("subscriptionID")
            .GetString()
            .ShouldBe(subscription.GetProperty("subscriptionID").GetString());
        subscription.GetProperty("stream").GetBoolean().ShouldBeTrue();

        receiver.Status = 503;
        var second = await CaptureAsync(party, step, 2);
        await Eventually.Be(() => receiver.Sent.Count(s => s.Answer == 503) >= 2, "tried again");
        var third = await CaptureAsync(party, step, 1);
        receiver.Status = 200;
        await Eventually.Be(() => receiver.Taken.Count == 6, "all are told", LongestPause * 1.2);
        receiver.Taken.ShouldBe([.. first, .. second, .. third]);
        receiver.Taken.ShouldNotContain(before[0]);
        // What was refused and what was then taken is the same document.
        var tries = receiver.Sent.Where(s => s.Body.Contains(second[0])).Select(s => JsonNode.Parse(s.Body)!["id"]!.GetValue<string>());
        tries.Distinct().ShouldHaveSingleItem();

        (await party.DeleteAsync(created.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await party.GetAsync(created.Headers.Location)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_subscription_outlives_the_service_and_repeats_nothing()
    {
        await using var receiver = new Receiver();
        var service = await TraceService.StartAsync(servers);
        var step = "https://ex.example/step/" + Guid.NewGuid();
        List<string> ids;
        using (var party = service.Grower())
        {
            var query = await MakeAsync(party, step);
            var created = await party.PostAsJsonAsync(query + "/subscriptions", new { dest = receiver.Address, stream = true });
            created.StatusCode.ShouldBe(HttpStatusCode.Created);
            ids = await CaptureAsync(party, step, 2);
            await Eventually.Be(() => receiver.Taken.Count == 2, "two are told");
            receiver.Status = 500;
            ids.AddRange(await CaptureAsync(party, step, 2));
            await Eventually.Be(() => receiver.Sent.Any(s => s.Answer == 500), "refused once");
        }

        await service.DisposeAsync();
        receiver.Status = 200;
        await using var again = await service.AgainAsync();
        using var same = again.Grower();
        ids.AddRange(await CaptureAsync(same, step, 1));

        await Eventually.Be(() => receiver.Taken.Count >= 5, "all are told", LongestPause * 1.2);
        receiver.Taken.ShouldBe(ids);
    }

    [Fact]
    public async Task A_schedule_tells_at_its_time_also_of_nothing_and_from_when_it_was_asked_to()
    {
        await using var receiver = new Receiver();
        using var party = Service.Grower();
        var step = "https://ex.example/step/" + Guid.NewGuid();
        var ids = await CaptureAsync(party, step, 2);
        var query = await MakeAsync(party, step);
        (
            await party.PostAsJsonAsync(
                query + "/subscriptions",
                new
                {
                    dest = receiver.Address,
                    schedule = new { second = "0/1" },
                    reportIfEmpty = true,
                    initialRecordTime = "2020-01-01T00:00:00Z",
                }
            )
        ).StatusCode.ShouldBe(HttpStatusCode.Created);

        await Eventually.Be(() => receiver.Sent.Count >= 2, "told twice");
        receiver.Taken.ShouldBe(ids);
        (await party.GetFromJsonAsync<JsonElement>(query + "/subscriptions"))[0]
            .GetProperty("schedule")
            .GetProperty("second")
            .GetString()
            .ShouldBe("0/1");
        (await party.DeleteAsync(query)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_socket_is_told_what_comes_and_closed_with_its_query()
    {
        using var party = Service.Grower();
        var step = "https://ex.example/step/" + Guid.NewGuid();
        var query = await MakeAsync(party, step);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(
            "Authorization",
            "Bearer " + TestTokens.Of("someone", "91371329MA3ABCDE0K", "371329", Roles.Service)
        );
        var address = new UriBuilder(new Uri(party.BaseAddress!, query + "/events?stream=true")) { Scheme = "ws" }.Uri;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await socket.ConnectAsync(address, patience.Token);

        var ids = await CaptureAsync(party, step, 2);

        var told = new List<string>();
        while (told.Count < 2)
        {
            told.AddRange(Shelf.Events(await ReadAsync(socket, patience.Token)).Select(Id));
        }

        told.ShouldBe(ids);
        await party.DeleteAsync(query);
        (await socket.ReceiveAsync(new byte[100], patience.Token)).MessageType.ShouldBe(WebSocketMessageType.Close);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        (await party.GetAsync(query + "/events?stream=true")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<JsonElement> ReadAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        var length = 0;
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), cancellationToken);
            length += part.Count;
        } while (!part.EndOfMessage);

        return JsonDocument.Parse(buffer.AsMemory(0, length)).RootElement.Clone();
    }

    internal static object Query(string name, string step) =>
        new { name, query = new Dictionary<string, string[]> { ["eventType"] = ["ObjectEvent"], ["EQ_bizStep"] = [step] } };

    internal static async Task<string> MakeAsync(HttpClient party, string step)
    {
        var created = await party.PostAsJsonAsync("/epcis/queries", Query(Guid.NewGuid().ToString(), step));
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        return created.Headers.Location!.ToString();
    }

    /// <summary>Captures so many events of a step; their ids in order.</summary>
    internal static async Task<List<string>> CaptureAsync(HttpClient party, string step, int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var e = Drafts.Event();
            e["@context"] = JsonLdContext.Epcis;
            e["bizStep"] = step;
            var created = await CaptureTests.PostAsync(party, "/epcis/events", e);
            created.StatusCode.ShouldBe(HttpStatusCode.Created);
            ids.Add(Id(await created.Content.ReadFromJsonAsync<JsonElement>()));
        }

        return ids;
    }

    private static string Id(JsonElement e) => e.GetProperty("eventID").GetString()!;
}
