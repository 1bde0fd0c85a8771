using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Queries;

namespace TcmBrain.Traceability.Tests.Service;

public sealed class AccessTests(AccessTests.Running running) : IClassFixture<AccessTests.Running>
{
    /// <summary>A service that knows one prescription's story, signed.</summary>
    public sealed class Running(Servers servers) : IAsyncLifetime
    {
        internal TraceService Service { get; private set; } = null!;

        internal Story Story { get; } = new();

        public async ValueTask InitializeAsync()
        {
            Service = await TraceService.StartAsync(servers);
            await Service.TellAsync(Story.All());
            await Service.EventsAsync(10);
            await Eventually.Be(
                async () => await Service.ScalarAsync<long>("select coalesce(max(tree_size), 0) from traceability.checkpoint") == 10,
                "all is signed"
            );
        }

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }

    private TraceService Service => running.Service;

    private Story Story => running.Story;

    [Theory]
    [InlineData(Story.Hospital, "330782", Roles.His, true)]
    [InlineData(Story.Hospital, "330782", Roles.Pharmacist, true)]
    [InlineData(Story.Centre, "330782", Roles.Decoction, true)]
    [InlineData("12330000000000000X", "330782", Roles.Regulator, true)]
    [InlineData("12330000000000000X", "330700", Roles.Regulator, true)]
    [InlineData("12330000000000000X", "330000", Roles.Regulator, true)]
    [InlineData("", "", Roles.Operator, true)]
    [InlineData(Story.OtherHospital, "330782", Roles.His, false)]
    [InlineData(Story.OtherHospital, "330782", Roles.Pharmacist, false)]
    [InlineData("91330000000000000X", "330782", Roles.Decoction, false)]
    [InlineData("12330000000000000X", "330783", Roles.Regulator, false)]
    [InlineData("12330000000000000X", "650000", Roles.Regulator, false)]
    [InlineData("", "", Roles.Regulator, false)]
    [InlineData("", "", Roles.His, false)]
    [InlineData("%", "330782", Roles.His, false)]
    [InlineData("platform", "330782", Roles.Service, false)]
    public async Task A_prescription_is_seen_by_its_own_people_only(string institution, string region, string role, bool seen)
    {
        using var owner = Service.Hospital();
        var trace = await Service.TraceAsync(owner, Story.Prescription);
        var hashes = trace.Items.Concat(trace.Lots).Select(i => Convert.ToHexStringLower(EventHash.Parse(i.EventHash)!)).ToList();
        using var client = Service.As(institution, region, role);

        (await client.GetAsync($"/api/traceability/prescriptions/{Story.Prescription}")).StatusCode.ShouldBe(
            seen ? HttpStatusCode.OK : HttpStatusCode.NotFound
        );
        foreach (var hash in hashes)
        {
            (await client.GetAsync($"/epcis/events/{hash}")).StatusCode.ShouldBe(seen ? HttpStatusCode.OK : HttpStatusCode.NotFound);
            (await client.GetAsync($"/api/traceability/events/{hash}/proof")).StatusCode.ShouldBe(
                seen ? HttpStatusCode.OK : HttpStatusCode.NotFound
            );
        }
    }

    [Fact]
    public async Task Not_there_and_not_yours_are_the_same_answer()
    {
        using var other = Service.As(Story.OtherHospital, Story.Region, Roles.His);

        var foreign = await AnswerAsync(other, $"/api/traceability/prescriptions/{Story.Prescription}");
        var unknown = await AnswerAsync(other, $"/api/traceability/prescriptions/{Guid.CreateVersion7()}");

        foreign.ShouldBe(unknown);
        foreign.ShouldContain("TRC-0303");
    }

    [Fact]
    public async Task Without_a_token_there_is_nothing_but_heads_and_proofs_of_consistency()
    {
        using var stranger = Service.Anonymous();
        foreach (
            var address in (string[])
                [
                    $"/api/traceability/prescriptions/{Story.Prescription}",
                    $"/epcis/events/{new string('0', 64)}",
                    $"/api/traceability/events/{new string('0', 64)}/proof",
                    "/api/traceability/verify",
                ]
        )
        {
            (await stranger.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, address);
        }

        (await stranger.PostAsync("/epcis/events", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await stranger.PostAsync("/epcis/capture", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var key = LogKey.FromVerifierKey((await stranger.GetStringAsync("/log/key")).Trim());
        var head = Checkpoint.Open(await stranger.GetStringAsync("/log/checkpoint"), key).ShouldNotBeNull();
        head.TreeSize.ShouldBeGreaterThanOrEqualTo(10);
        var consistency = await stranger.GetFromJsonAsync<ConsistencyProof>("/log/consistency?from=3&to=10");
        consistency!.Hashes.Count.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("from=0&to=10")]
    [InlineData("from=11&to=10")]
    [InlineData("from=1&to=1000")]
    [InlineData("from=-1&to=10")]
    public async Task Consistency_of_trees_that_are_not_signed_is_refused(string query)
    {
        using var stranger = Service.Anonymous();
        var refused = await stranger.GetAsync($"/log/consistency?{query}");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("TRC-0305");
    }

    [Fact]
    public async Task Only_services_and_operators_capture_and_only_operators_verify()
    {
        foreach (var role in Roles.All)
        {
            using var client = Service.As(Story.Hospital, Story.Region, role);
            var captured = await client.PostAsync("/epcis/events", new StringContent("[]", Encoding.UTF8, "application/json"));
            captured.StatusCode.ShouldBe(
                role is Roles.Service or Roles.Operator ? HttpStatusCode.BadRequest : HttpStatusCode.Forbidden,
                role
            );
            (await client.GetAsync("/api/traceability/verify")).StatusCode.ShouldBe(
                role is Roles.Operator ? HttpStatusCode.OK : HttpStatusCode.Forbidden,
                role
            );
        }

        using var @operator = Service.Operator();
        var report = await @operator.GetFromJsonAsync<JsonElement>("/api/traceability/verify");
        report.GetProperty("ok").GetBoolean().ShouldBeTrue();
        report.GetProperty("events").GetInt64().ShouldBeGreaterThanOrEqualTo(10);
        report.GetProperty("findings").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("/api/traceability/events/xyz")]
    [InlineData("/api/traceability/events/00")]
    [InlineData("/api/traceability/events/%27%20or%20true/proof")]
    public async Task A_malformed_hash_is_refused(string address)
    {
        using var hospital = Service.Hospital();
        var refused = await hospital.GetAsync(address);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("TRC-0301");
    }

    [Fact]
    public async Task What_a_grower_captured_is_seen_by_others_only_through_a_prescription_made_from_it()
    {
        using var grower = Service.Grower();
        using var hospital = Service.Hospital();
        using var other = Service.As(Story.OtherHospital, Story.Region, Roles.His);
        var trace = await Service.TraceAsync(hospital, Story.Prescription);
        var lot = trace.Lots[0].Event.GetProperty("quantityList")[0].GetProperty("epcClass").GetString()!;
        var related = Drafts.Event();
        related.Remove("epcList");
        related["quantityList"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["epcClass"] = lot });
        var ofLot = await CaptureAsync(grower, related);
        var unrelated = await CaptureAsync(grower, Drafts.Event());

        (await hospital.GetAsync(ofLot)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await hospital.GetAsync(unrelated)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.GetAsync(ofLot)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await grower.GetAsync(unrelated)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var rival = Service.Grower("91371329MA3ZZZZZ0K");
        (await rival.GetAsync(unrelated)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<Uri> CaptureAsync(HttpClient client, System.Text.Json.Nodes.JsonObject e)
    {
        var created = await client.PostAsync("/epcis/events", new StringContent(e.ToJsonString(), Encoding.UTF8, "application/json"));
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        return created.Headers.Location!;
    }

    /// <summary>Status and body, without what names the request.</summary>
    private static async Task<string> AnswerAsync(HttpClient client, string address)
    {
        var answer = await client.GetAsync(address);
        var body = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        body.Remove("requestId");
        return $"{answer.StatusCode} {body.ToJsonString()}";
    }
}
