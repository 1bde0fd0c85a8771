using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.Contracts.Demo;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Prescriptions.Tests.CdsHooks;

/// <summary>HL7 CDS Hooks 2.0 as a hospital's system calls it.</summary>
public sealed class CdsHooksTests(PrescriptionsFixture fixture) : IClassFixture<PrescriptionsFixture>
{
    private const string Sign = "/cds-services/tcm-order-sign";
    private const string Select = "/cds-services/tcm-order-select";
    private readonly HttpClient his = His(fixture, 1);

    [Fact]
    public async Task Discovery_is_open_and_names_both_services_with_what_they_want()
    {
        using var stranger = fixture.Service.Client();
        var told = await stranger.GetFromJsonAsync<JsonElement>("/cds-services");
        var services = told.GetProperty("services").EnumerateArray().ToList();
        services.Select(x => x.GetProperty("hook").GetString()).ShouldBe(["order-sign", "order-select"]);
        foreach (var service in services)
        {
            service.GetProperty("id").GetString().ShouldNotBeNullOrEmpty();
            service.GetProperty("description").GetString().ShouldNotBeNullOrEmpty();
            service.GetProperty("prefetch").GetProperty("patient").GetString().ShouldBe("Patient/{{context.patientId}}");
        }

        (await stranger.PostAsJsonAsync(Sign, Request("order-sign"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_order_with_a_pair_gets_a_warning_with_source_and_override_reasons()
    {
        var cards = await CardsAsync(Sign, Request("order-sign", Order("a", "黑顺片", 9, "先煎"), Order("b", "法半夏", 6)));
        var card = cards.Single(x => Rule(x) == "incompatible.18fan");
        card.GetProperty("indicator").GetString().ShouldBe("warning");
        card.GetProperty("summary").GetString()!.Length.ShouldBeLessThan(140);
        card.GetProperty("detail").GetString()!.ShouldContain("ChP 2020");
        card.GetProperty("source").GetProperty("label").GetString().ShouldNotBeNullOrEmpty();
        card.GetProperty("overrideReasons")
            .EnumerateArray()
            .Select(x => x.GetProperty("code").GetString())
            .ShouldContain("classic-formula");
    }

    [Fact]
    public async Task What_is_banned_is_critical_and_offers_no_override()
    {
        var card = (await CardsAsync(Sign, Request("order-sign", Order("a", "关木通", 3), Order("b", "茯苓", 12)))).Single(x =>
            Rule(x) == "banned.aristolochic"
        );
        card.GetProperty("indicator").GetString().ShouldBe("critical");
        card.TryGetProperty("overrideReasons", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_clean_order_gets_no_card() =>
        (await CardsAsync(Sign, Request("order-sign", Order("a", "茯苓", 12), Order("b", "陈皮", 6)))).ShouldBeEmpty();

    [Fact]
    public async Task Selecting_tells_only_of_what_is_selected()
    {
        var request = Request("order-select", Order("a", "石膏", 30), Order("b", "薄荷", 4));
        request["context"]!["selections"] = new JsonArray("MedicationRequest/b");
        var card = (await CardsAsync(Select, request)).ShouldHaveSingleItem();
        Rule(card).ShouldBe("handling.missing");
        card.GetProperty("summary").GetString()!.ShouldContain("薄荷");
    }

    [Fact]
    public async Task Pregnancy_age_and_allergy_come_from_the_prefetched_resources()
    {
        var request = Request("order-sign", Order("a", "桃仁", 6), Order("b", "黄芪", 12));
        var prefetch = request["prefetch"]!;
        prefetch["patient"]!["gender"] = "female";
        prefetch["pregnancy"] = Observation("82810-3", new JsonObject { ["valueCodeableConcept"] = Concept("LA15173-0") });
        prefetch["allergies"] = new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["entry"] = new JsonArray(
                new JsonObject
                {
                    ["resource"] = new JsonObject
                    {
                        ["resourceType"] = "AllergyIntolerance",
                        ["code"] = new JsonObject { ["text"] = "黄芪" },
                    },
                }
            ),
        };
        (await CardsAsync(Sign, request)).Select(Rule).ShouldBe(["allergy.piece", "pregnancy.caution"]);

        prefetch["patient"]!["birthDate"] = null;
        (await CardsAsync(Sign, request)).Select(Rule).ShouldContain("age.unknown");
    }

    [Fact]
    public async Task Doses_a_day_and_on_the_whole_are_read_from_the_order()
    {
        var twice = Order("a", "黄芪", 20);
        twice["dosageInstruction"]![0]!["timing"] = new JsonObject
        {
            ["repeat"] = new JsonObject
            {
                ["frequency"] = 2,
                ["period"] = 1,
                ["periodUnit"] = "d",
            },
        };
        (await CardsAsync(Sign, Request("order-sign", twice, Order("b", "陈皮", 4)))).Select(Rule).ShouldContain("dose.over");
        var many = Order("a", "黄芪", 20);
        many["dispenseRequest"]!["quantity"]!["value"] = 8;
        (await CardsAsync(Sign, Request("order-sign", many, Order("b", "陈皮", 6)))).Select(Rule).ShouldContain("duration.outpatient");
    }

    [Fact]
    public async Task Feedback_is_kept_once_and_only_about_cards_that_one_was_given()
    {
        var request = Request("order-sign", Order("a", "黄芪", 40), Order("b", "陈皮", 6));
        var card = (await CardsAsync(Sign, request)).ShouldHaveSingleItem().GetProperty("uuid").GetGuid();
        var feedback = new
        {
            feedback = new[]
            {
                new
                {
                    card,
                    outcome = "overridden",
                    overrideReason = new { reason = new { code = "tolerated" }, userComment = "长期服用" },
                    outcomeTimestamp = "2026-11-22T08:00:00Z",
                },
            },
        };
        (await his.PostAsJsonAsync(Sign + "/feedback", feedback)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await his.PostAsJsonAsync(Sign + "/feedback", feedback)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await fixture.CountAsync("prescriptions.cds_feedback", $"card_id = '{card}' and reason_code = 'tolerated'")).ShouldBe(1);

        using var other = His(fixture, 2);
        await RefusedAsync(await other.PostAsJsonAsync(Sign + "/feedback", feedback), "PRX-0606");
        await RefusedAsync(await his.PostAsJsonAsync(Select + "/feedback", feedback), "PRX-0606");
        await RefusedAsync(
            await his.PostAsJsonAsync(Sign + "/feedback", new { feedback = new[] { new { card, outcome = "ignored" } } }),
            "PRX-0607"
        );
    }

    [Fact]
    public async Task What_is_not_the_content_asked_for_is_refused_with_its_place()
    {
        await RefusedAsync(await his.PostAsJsonAsync("/cds-services/other", Request("order-sign")), "PRX-0601");
        await RefusedAsync(await his.PostAsJsonAsync(Sign, Request("order-select", Order("a", "茯苓", 12))), "PRX-0602");
        await RefusedAsync(await his.PostAsJsonAsync(Sign, Request("order-sign")), "PRX-0105");
        await RefusedAsync(await his.PostAsJsonAsync(Select, Request("order-select", Order("a", "茯苓", 12))), "PRX-0101");
        var nameless = Order("a", "茯苓", 12);
        nameless["medicationCodeableConcept"] = new JsonObject();
        var weightless = Order("b", "陈皮", 6);
        weightless["dosageInstruction"]![0]!["doseAndRate"]![0]!["doseQuantity"]!["code"] = "片";
        var answer = await his.PostAsJsonAsync(Sign, Request("order-sign", nameless, weightless));
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        problem
            .RootElement.GetProperty("faults")
            .EnumerateArray()
            .Select(x => x.GetProperty("field").GetString())
            .ShouldBe([
                "context.draftOrders.entry[0].resource.medicationCodeableConcept",
                "context.draftOrders.entry[1].resource.dosageInstruction[0].doseAndRate[0].doseQuantity",
            ]);
        foreach (var nonsense in new[] { "[]", "{}", "\"x\"", """{"hook":1,"context":[]}""" })
        {
            var refused = await his.PostAsync(Sign, new StringContent(nonsense, System.Text.Encoding.UTF8, "application/json"));
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, nonsense);
        }
    }

    private static HttpClient His(PrescriptionsFixture fixture, int hospital) =>
        fixture.Service.Client(
            TestTokens.Of(
                $"his-{hospital}",
                DemoRegion.Hospitals[hospital - 1].Code,
                DemoRegion.Hospitals[hospital - 1].RegionCode,
                Roles.His
            )
        );

    private async Task<List<JsonElement>> CardsAsync(string path, JsonObject request)
    {
        var answer = await his.PostAsJsonAsync(path, request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("cards").EnumerateArray()];
    }

    private static string Rule(JsonElement card) => card.GetProperty("source").GetProperty("topic").GetProperty("code").GetString()!;

    private static async Task RefusedAsync(HttpResponseMessage answer, string code)
    {
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        problem.RootElement.GetProperty("code").GetString().ShouldBe(code);
    }

    private static JsonObject Request(string hook, params JsonObject[] orders) =>
        new()
        {
            ["hook"] = hook,
            ["hookInstance"] = Guid.NewGuid().ToString(),
            ["context"] = new JsonObject
            {
                ["userId"] = "Practitioner/P1",
                ["patientId"] = "1",
                ["draftOrders"] = new JsonObject
                {
                    ["resourceType"] = "Bundle",
                    ["entry"] = new JsonArray([.. orders.Select(x => new JsonObject { ["resource"] = x })]),
                },
            },
            ["prefetch"] = new JsonObject
            {
                ["patient"] = new JsonObject
                {
                    ["resourceType"] = "Patient",
                    ["gender"] = "male",
                    ["birthDate"] = "1986-03-08",
                },
            },
        };

    private static JsonObject Order(string id, string name, decimal grams, string? handling = null)
    {
        var instruction = new JsonObject
        {
            ["doseAndRate"] = new JsonArray(
                new JsonObject
                {
                    ["doseQuantity"] = new JsonObject { ["value"] = grams, ["code"] = "g" },
                }
            ),
        };
        if (handling is not null)
        {
            instruction["additionalInstruction"] = new JsonArray(new JsonObject { ["text"] = handling });
        }

        return new()
        {
            ["resourceType"] = "MedicationRequest",
            ["id"] = id,
            ["status"] = "draft",
            ["intent"] = "order",
            ["medicationCodeableConcept"] = new JsonObject { ["text"] = name },
            ["reasonCode"] = new JsonArray(Concept("B03.04.02")),
            ["dosageInstruction"] = new JsonArray(instruction),
            ["dispenseRequest"] = new JsonObject
            {
                ["quantity"] = new JsonObject { ["value"] = 3, ["unit"] = "剂" },
            },
        };
    }

    private static JsonObject Concept(string code) => new() { ["coding"] = new JsonArray(new JsonObject { ["code"] = code }) };

    private static JsonObject Observation(string code, JsonObject value)
    {
        value["resourceType"] = "Observation";
        value["code"] = Concept(code);
        return value;
    }
}
