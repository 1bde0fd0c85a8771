using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.Testing;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Tests.Service;

/// <summary>One service for the class; its tests know their own events.</summary>
public sealed class CaptureTests(CaptureTests.Running running) : IClassFixture<CaptureTests.Running>
{
    public sealed class Running(Servers servers) : IAsyncLifetime
    {
        internal TraceService Service { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Service = await TraceService.StartAsync(servers);

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }

    private TraceService Service => running.Service;

    [Fact]
    public async Task An_event_is_captured_once_and_comes_back_as_it_was_hashed()
    {
        using var grower = Service.Grower();
        var e = Drafts.Event();
        var id = IdOf(e);

        var created = await PostAsync(grower, "/epcis/events", e);
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        created.Headers.GetValues("GS1-EPCIS-Version").ShouldBe(["2.0.0"]);
        var answered = (await created.Content.ReadFromJsonAsync<JsonNode>())!.AsObject();
        answered["eventID"]!.GetValue<string>().ShouldBe(id);

        var stored = await EventAsync(grower, created.Headers.Location!);
        JsonNode.DeepEquals(stored, answered).ShouldBeTrue();
        stored.Remove("eventID");
        stored.Remove("recordTime").ShouldBeTrue();
        JsonNode.DeepEquals(stored, e).ShouldBeTrue();

        var again = await PostAsync(grower, "/epcis/events", e);
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await CodesAsync(again)).ShouldBe(["TRC-0201 "]);

        // With the right id, or by the bare hash in the address, it is the same event.
        e["eventID"] = id;
        (await PostAsync(grower, "/epcis/events", e)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await grower.GetAsync($"/epcis/events/{Uri.EscapeDataString(id)}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await grower.GetAsync($"/epcis/events/{Convert.ToHexStringLower(EventHash.Parse(id)!)}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await grower.GetAsync($"/epcis/events/{new string('0', 64)}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_id_of_the_partys_own_is_the_events_identity()
    {
        using var grower = Service.Grower();
        var e = Plain();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        e["eventID"] = $"urn:uuid:{first}";
        (await PostAsync(grower, "/epcis/events", e)).StatusCode.ShouldBe(HttpStatusCode.Created);

        (await PostAsync(grower, "/epcis/events", e)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        e["eventID"] = $"urn:uuid:{second}";
        (await PostAsync(grower, "/epcis/events", e)).StatusCode.ShouldBe(HttpStatusCode.Created);
        e["eventID"] = $"urn:uuid:{first}";
        e["bizStep"] = "shipping";
        var other = await PostAsync(grower, "/epcis/events", e);
        other.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var problem = await other.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().ShouldBe("TRC-0202");
        problem.GetProperty("type").GetString().ShouldBe("epcisException:ResourceAlreadyExistsException");
    }

    [Fact]
    public async Task An_event_type_of_the_partys_own_is_captured_whatever_its_fields_mean()
    {
        using var grower = Service.Grower();
        var e = Plain();
        e["type"] = "https://grower.example/voc/WeatherEvent";
        e["epcList"] = "sunny";
        e["bizTransactionList"] = new JsonArray(7, new JsonObject { ["bizTransaction"] = 8 });
        e["persistentDisposition"] = "dry";
        e["readPoint"] = "urn:x:y";
        e["whatever"] = new JsonArray(JsonValue.Create(1.50m), null);

        var created = await PostAsync(grower, "/epcis/events", e);

        created.StatusCode.ShouldBe(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        var stored = await EventAsync(grower, created.Headers.Location!);
        stored.Remove("eventID");
        stored.Remove("recordTime");
        JsonNode.DeepEquals(stored, e).ShouldBeTrue(stored.ToJsonString());
        foreach (
            var query in (string[])
                ["MATCH_epc=urn:x:y", "EQ_bizTransaction_=urn:x:y", "EQ_persistentDisposition_set=recalled", "GE_quantity=1"]
        )
        {
            (await grower.GetAsync($"/epcis/events?eventType=https://grower.example/voc/WeatherEvent&{query}")).StatusCode.ShouldBe(
                HttpStatusCode.OK
            );
        }
    }

    [Fact]
    public async Task A_withdrawn_event_keeps_its_id_and_is_told_with_its_declaration()
    {
        using var grower = Service.Grower();
        var e = Drafts.Event();
        var first = await PostAsync(grower, "/epcis/events", e);
        e["errorDeclaration"] = new JsonObject { ["declarationTime"] = "2024-11-20T09:00:00.000+08:00", ["reason"] = "did_not_occur" };

        var second = await PostAsync(grower, "/epcis/events", e);

        second.StatusCode.ShouldBe(HttpStatusCode.Created);
        second.Headers.Location.ShouldBe(first.Headers.Location);
        var both = (await grower.GetFromJsonAsync<JsonElement>(second.Headers.Location)).GetProperty("epcisBody");
        both.GetProperty("queryResults").GetProperty("resultsBody").GetProperty("eventList").GetArrayLength().ShouldBe(2);
        var hash = Convert.ToHexStringLower(EventHash.Parse(IdOf(e))!);
        (await grower.GetStringAsync($"/api/traceability/events/{hash}?errorDeclaration=true")).ShouldContain("did_not_occur");
        (await grower.GetStringAsync($"/api/traceability/events/{hash}")).ShouldNotContain("errorDeclaration");
        (await PostAsync(grower, "/epcis/events", e)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        e["errorDeclaration"]!["reason"] = "incorrect_data";
        (await PostAsync(grower, "/epcis/events", e)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_chain_from_planting_to_recall_is_captured_whole_with_its_known_hashes()
    {
        var folder = Vectors.Require("tcm-chain");
        var expected = File.ReadAllLines(Path.Combine(folder, "tcm-chain-example.hashes.tsv"))
            .Skip(1)
            .Select(l => l.Split('\t')[1])
            .ToList();
        using var grower = Service.Grower();

        var job = await JobAsync(
            grower,
            await PostAsync(grower, "/epcis/capture", JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tcm-chain-example.jsonld")))!)
        );

        job.GetProperty("success").GetBoolean().ShouldBeTrue(job.ToString());
        job.GetProperty("captured").GetInt32().ShouldBe(18);
        foreach (var id in expected)
        {
            var stored = await grower.GetFromJsonAsync<JsonElement>(
                $"/api/traceability/events/{Convert.ToHexStringLower(EventHash.Parse(id)!)}"
            );
            EventHash.Text(EventHash.Compute(stored, JsonLdContext.Empty)).ShouldBe(id);
        }
    }

    [Fact]
    public async Task Every_official_example_is_captured_and_comes_back_equal_in_value()
    {
        using var grower = Service.Grower("91371329MA3EXAMP0K");
        grower.DefaultRequestHeaders.Add("GS1-EPC-Format", "Never_Translates");
        var count = 0;
        foreach (var file in Directory.GetFiles(Vectors.Require("epcis", "examples"), "*.jsonld", SearchOption.AllDirectories))
        {
            var text = await File.ReadAllTextAsync(file);
            var job = await JobAsync(
                grower,
                await grower.PostAsync("/epcis/capture", new StringContent(text, Encoding.UTF8, "application/json"))
            );
            job.GetProperty("success").GetBoolean().ShouldBeTrue($"{Path.GetFileName(file)} {job}");
            using var parsed = JsonDocument.Parse(text);
            foreach (var entry in EventDocument.Read(parsed.RootElement)!.Events)
            {
                var sent = new JsonObject();
                foreach (var field in entry.Event.EnumerateObject())
                {
                    // One example has its eventID twice; the last counts.
                    sent[field.Name] = JsonNode.Parse(field.Value.GetRawText());
                }

                var id =
                    sent["eventID"]?.GetValue<string>()
                    ?? EventHash.Text(EventHash.Compute(entry.Event, JsonLdContext.Empty.With(parsed.RootElement)));
                var answer = await grower.GetFromJsonAsync<JsonElement>($"/epcis/events/{Uri.EscapeDataString(id)}");
                var told = answer
                    .GetProperty("epcisBody")
                    .GetProperty("queryResults")
                    .GetProperty("resultsBody")
                    .GetProperty("eventList")
                    .EnumerateArray()
                    .Select(e => JsonNode.Parse(e.GetRawText())!.AsObject())
                    .ToList();
                sent["eventID"] = id;
                sent.Remove("recordTime");
                told.ForEach(e => e.Remove("recordTime").ShouldBeTrue());
                told.ShouldContain(e => JsonNode.DeepEquals(e, sent), $"{Path.GetFileName(file)}\n{sent}\n{answer}");
                new JsonSchema(JsonDocument.Parse(File.ReadAllText(Vectors.Require("epcis", "EPCIS-JSON-Schema.json"))).RootElement)
                    .Check(answer)
                    .ShouldBeEmpty(Path.GetFileName(file));
                count++;
            }
        }

        count.ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task A_document_with_one_bad_event_leaves_nothing_behind_unless_it_is_to_proceed()
    {
        using var grower = Service.Grower();
        var (good, bad) = (Drafts.Event(), Drafts.Event());
        bad.Remove("action");

        var refused = await JobAsync(grower, await PostAsync(grower, "/epcis/capture", Document(good, bad)));

        refused.GetProperty("success").GetBoolean().ShouldBeFalse();
        refused.GetProperty("running").GetBoolean().ShouldBeFalse();
        refused.GetProperty("captureErrorBehaviour").GetString().ShouldBe("rollback");
        var error = refused.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        error.GetProperty("field").GetString().ShouldBe("/epcisBody/eventList/1/action");
        error.GetProperty("type").GetString().ShouldBe("epcisException:ValidationException");
        error.GetProperty("code").GetString().ShouldBe("TRC-0105");
        (await CountAsync(good)).ShouldBe(0);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/epcis/capture")
        {
            Content = new StringContent(Document(bad, good).ToJsonString(), Encoding.UTF8, "application/ld+json"),
            Headers = { { "GS1-Capture-Error-Behaviour", "proceed" } },
        };
        var partly = await JobAsync(grower, await grower.SendAsync(request));
        partly.GetProperty("success").GetBoolean().ShouldBeFalse();
        partly.GetProperty("captured").GetInt32().ShouldBe(1);
        partly.GetProperty("errors").GetArrayLength().ShouldBe(1);
        (await CountAsync(good)).ShouldBe(1);

        // Repeated, it changes nothing; and a job is seen by who made it.
        var again = await JobAsync(grower, await PostAsync(grower, "/epcis/capture", Document(good)));
        again.GetProperty("success").GetBoolean().ShouldBeTrue();
        again.GetProperty("captured").GetInt32().ShouldBe(0);
        (await CountAsync(good)).ShouldBe(1);
        using var rival = Service.Grower("91371329MA3ZZZZZ0K");
        (await rival.GetAsync($"/epcis/capture/{again.GetProperty("captureID").GetString()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_page_by_page()
    {
        using var grower = Service.Grower("91371329MA3JOBSS0K");
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            made.Insert(
                0,
                (await PostAsync(grower, "/epcis/capture", Document(Drafts.Event()))).Headers.Location!.ToString().Split('/')[^1]
            );
        }

        var listed = new List<string>();
        var address = "/epcis/capture?perPage=2";
        var pages = 0;
        while (address is not null)
        {
            var answer = await grower.GetAsync(address);
            listed.AddRange(
                (await answer.Content.ReadFromJsonAsync<JsonElement>())
                    .EnumerateArray()
                    .Select(j => j.GetProperty("captureID").GetString()!)
            );
            address = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
            pages++;
        }

        listed.ShouldBe(made);
        pages.ShouldBe(3);
    }

    [Fact]
    public async Task Captures_that_come_at_once_are_each_answered_for_themselves()
    {
        using var grower = Service.Grower();
        var shared = Drafts.Event();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(i => PostAsync(grower, "/epcis/events", i % 4 == 0 ? (JsonObject)shared.DeepClone() : Drafts.Event()))
        );

        answers.Count(a => a.StatusCode == HttpStatusCode.Created).ShouldBe(31);
        answers.Count(a => a.StatusCode == HttpStatusCode.Conflict).ShouldBe(9);
        (await Service.AuditAsync()).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_and_other_content_types_are_refused()
    {
        using var grower = Service.Grower();
        var text = Encoding.UTF8.GetBytes(Drafts.Event().ToJsonString().Replace("storing", "stor#ng", StringComparison.Ordinal));
        text[Array.IndexOf(text, (byte)'#')] = 0xFF;
        var bytes = new ByteArrayContent(text);
        bytes.Headers.ContentType = new("application/json");

        var invalid = await grower.PostAsync("/epcis/events", bytes);
        invalid.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await invalid.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("GEN-0004");
        var xml = await grower.PostAsync("/epcis/capture", new StringContent("<x/>", Encoding.UTF8, "application/xml"));
        xml.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Fields_that_a_repository_keeps_to_itself_are_not_captured()
    {
        using var grower = Service.Grower();
        var e = Drafts.Event();
        var expected = EventHash.Text(EventHash.Compute(JsonSerializer.SerializeToElement(e), JsonLdContext.Empty));
        e["tcm:internal"] = "x";
        var document = Document(e);
        document["@context"]!.AsArray().Add(new JsonObject { ["repository-x"] = "https://repository-x.example.com/" });
        document["repository-x:ignoreFields"] = new JsonArray("tcm:internal");

        var job = await JobAsync(grower, await PostAsync(grower, "/epcis/capture", document));

        job.GetProperty("success").GetBoolean().ShouldBeTrue(job.ToString());
        (await grower.GetAsync($"/epcis/events/{Uri.EscapeDataString(expected)}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>An event that knows nothing of the trace profile.</summary>
    private static JsonObject Plain()
    {
        var e = Drafts.Event();
        e["@context"] = JsonLdContext.Epcis;
        return e;
    }

    private static string IdOf(JsonObject e) =>
        EventHash.Text(EventHash.Compute(JsonSerializer.SerializeToElement(e), JsonLdContext.Empty));

    private Task<long> CountAsync(JsonObject e) =>
        Service.ScalarAsync<long>($"select count(*) from traceability.event_item where item = '{e["epcList"]![0]!.GetValue<string>()}'");

    /// <summary>The only event at an address.</summary>
    private static async Task<JsonObject> EventAsync(HttpClient client, Uri address)
    {
        var answer = await client.GetFromJsonAsync<JsonNode>(address);
        return answer!["epcisBody"]!["queryResults"]!["resultsBody"]!["eventList"]!
            .AsArray()
            .ShouldHaveSingleItem()!
            .DeepClone()
            .AsObject();
    }

    private static async Task<JsonElement> JobAsync(HttpClient client, HttpResponseMessage accepted)
    {
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted, await accepted.Content.ReadAsStringAsync());
        return await client.GetFromJsonAsync<JsonElement>(accepted.Headers.Location);
    }

    private static JsonObject Document(params JsonObject[] events) =>
        new()
        {
            ["@context"] = new JsonArray(JsonLdContext.Epcis, new JsonObject { ["tcm"] = "https://tcmbrain.example/voc/" }),
            ["type"] = "EPCISDocument",
            ["schemaVersion"] = "2.0",
            ["creationDate"] = "2026-11-20T08:00:00Z",
            ["epcisBody"] = new JsonObject { ["eventList"] = new JsonArray([.. events.Select(e => e.DeepClone())]) },
        };

    internal static Task<HttpResponseMessage> PostAsync(HttpClient client, string address, JsonNode body) =>
        client.PostAsync(address, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/ld+json"));

    /// <summary>Code and place of each fault.</summary>
    internal static async Task<List<string>> CodesAsync(HttpResponseMessage refused) =>
        [
            .. (await refused.Content.ReadFromJsonAsync<JsonElement>())
                .GetProperty("faults")
                .EnumerateArray()
                .Select(f => $"{f.GetProperty("code").GetString()} {(f.TryGetProperty("field", out var field) ? field.GetString() : "")}"),
        ];
}
