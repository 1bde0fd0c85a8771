using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TcmBrain.Traceability.Tests.Service;

/// <summary>What is refused at capture, by which rule, and where it stands.</summary>
public sealed class RefusalTests(CaptureTests.Running running) : IClassFixture<CaptureTests.Running>
{
    private TraceService Service => running.Service;

    [Theory]
    [InlineData("type", "\"Party\"", "TRC-0104 /type")]
    [InlineData("type", "7", "TRC-0106 /type")]
    [InlineData("eventTime", "\"2026-11-20\"", "TRC-0107 /eventTime")]
    [InlineData("eventTime", "\"2026-11-20T08:00:00\"", "TRC-0107 /eventTime")]
    [InlineData("eventTime", "\"2026-13-20T08:00:00Z\"", "TRC-0107 /eventTime")]
    [InlineData("eventTime", "\"2126-11-20T08:00:00Z\"", "TRC-0108 /eventTime")]
    [InlineData("eventTime", null, "TRC-0105 /eventTime")]
    [InlineData("eventTimeZoneOffset", null, "TRC-0105 /eventTimeZoneOffset")]
    [InlineData("eventTimeZoneOffset", "\"+8\"", "TRC-0109 /eventTimeZoneOffset")]
    [InlineData("action", "\"LOOK\"", "TRC-0110 /action")]
    [InlineData("action", null, "TRC-0105 /action")]
    [InlineData("epcList", "[\"not a uri\"]", "TRC-0111 /epcList/0")]
    [InlineData("epcList", "[7]", "TRC-0111 /epcList/0")]
    [InlineData("epcList", "\"urn:x:y\"", "TRC-0106 /epcList")]
    [InlineData("epcList", "[]", "TRC-0112 ")]
    [InlineData("epcList", "null", "TRC-0118 /epcList")]
    [InlineData("bizStep", "\"Boiling!\"", "TRC-0119 /bizStep")]
    [InlineData("readPoint", "\"urn:x:y\"", "TRC-0106 /readPoint")]
    [InlineData("readPoint", "{}", "TRC-0105 /readPoint/id")]
    [InlineData("quantityList", "[{\"epcClass\":\"urn:x:y\",\"quantity\":-1}]", "TRC-0113 /quantityList/0/quantity")]
    [InlineData("quantityList", "[{\"epcClass\":\"urn:x:y\",\"quantity\":0.1234567}]", "TRC-0113 /quantityList/0/quantity")]
    [InlineData("quantityList", "[{\"epcClass\":\"urn:x:y\",\"quantity\":\"1\"}]", "TRC-0113 /quantityList/0/quantity")]
    [InlineData("quantityList", "[{\"epcClass\":\"urn:x:y\",\"quantity\":1e40}]", "TRC-0113 /quantityList/0/quantity")]
    [InlineData("quantityList", "[{\"epcClass\":\"urn:x:y\",\"quantity\":1,\"uom\":\"JIN\"}]", "TRC-0114 /quantityList/0/uom")]
    [InlineData("quantityList", "[{\"quantity\":1}]", "TRC-0105 /quantityList/0/epcClass")]
    [InlineData("undeclared:x", "1", "TRC-0115 /undeclared:x")]
    [InlineData("https://a.example/b~c", "{\"d\":1}", "TRC-0115 /https:~1~1a.example~1b~0c")]
    [InlineData("plain", "1", "TRC-0120 /plain")]
    [InlineData("tcm:x", "{\"y\":1}", "TRC-0115 /tcm:x/y")]
    [InlineData("tcm:x", "null", "TRC-0118 /tcm:x")]
    [InlineData("ilmd", "{\"tcm:x\":1}", "TRC-0116 /ilmd")]
    [InlineData("eventID", "\"urn:uuid:0d5a6f0e-7b7d-4b6d-8a25-3d0f4f0b7a11\"", "TRC-0117 /eventID")]
    [InlineData("errorDeclaration", "{}", "TRC-0105 /errorDeclaration/declarationTime")]
    [InlineData("errorDeclaration", "{\"declarationTime\":\"soon\"}", "TRC-0107 /errorDeclaration/declarationTime")]
    [InlineData("persistentDisposition", "{}", "TRC-0105 /persistentDisposition/set")]
    [InlineData(
        "sensorElementList",
        "[{\"sensorReport\":[{\"type\":\"Temperature\",\"value\":\"hot\"}]}]",
        "TRC-0106 /sensorElementList/0/sensorReport/0/value"
    )]
    [InlineData("@context", null, "TRC-0105 /@context")]
    public async Task A_broken_event_is_refused_with_the_rule_and_the_place(string field, string? value, string fault)
    {
        using var grower = Service.Grower();
        var e = Drafts.Event();
        var mark = e["epcList"]![0]!.GetValue<string>();
        if (value is null)
        {
            e.Remove(field);
        }
        else
        {
            e[field] = JsonNode.Parse(value);
        }

        var refused = await CaptureTests.PostAsync(grower, "/epcis/events", e);

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await CaptureTests.CodesAsync(refused)).ShouldContain(fault);
        (await Service.ScalarAsync<long>($"select count(*) from traceability.event_item where item = '{mark}'")).ShouldBe(0);
    }

    [Theory]
    [InlineData("", "GEN-0003")]
    [InlineData("{", "GEN-0003")]
    [InlineData("[]", "TRC-0101")]
    [InlineData("null", "TRC-0101")]
    [InlineData("""{"type":"ObjectEvent","type":"ObjectEvent"}""", "TRC-0105")]
    [InlineData(
        """{"@context":{"tcm":"https://tcmbrain.example/voc/"},"type":"ObjectEvent","eventTime":"2024-11-20T08:00:00Z","eventTimeZoneOffset":"+08:00","action":"OBSERVE","action":"ADD","epcList":["urn:x:y"]}""",
        "GEN-0003"
    )]
    [InlineData("""{"@context":[],"type":"EPCISDocument","epcisBody":{"eventList":[]}}""", "TRC-0101")]
    [InlineData(
        """{"@context":[],"type":"ObjectEvent","eventTime":"2024-11-20T08:00:00Z","eventTimeZoneOffset":"+08:00","action":"OBSERVE","epcList":["urn:x:y"],"bizStep":"\ud800"}""",
        "GEN-0003"
    )]
    public async Task What_is_no_event_is_refused(string text, string code)
    {
        using var grower = Service.Grower();
        var refused = await grower.PostAsync("/epcis/events", new StringContent(text, Encoding.UTF8, "application/ld+json"));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe(code);
    }

    [Theory]
    [InlineData("{}", "TRC-0101")]
    [InlineData("""{"@context":[],"epcisBody":7}""", "TRC-0101")]
    [InlineData("""{"@context":[],"epcisBody":{"eventList":{}}}""", "TRC-0101")]
    [InlineData("""{"epcisBody":{"eventList":[{}]}}""", "TRC-0101")]
    [InlineData(
        """{"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-20T08:00:00Z","epcisBody":{"eventList":[]}}""",
        "TRC-0105"
    )]
    [InlineData(
        """{"@context":[],"type":"EPCISDocument","schemaVersion":"two","creationDate":"2026-11-20T08:00:00Z","epcisBody":{"eventList":[]}}""",
        "TRC-0106"
    )]
    [InlineData(
        """{"@context":[],"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-20T08:00:00Z","epcisBody":{"eventList":{}}}""",
        "TRC-0106"
    )]
    [InlineData("""{"@context":[],"type":"EPCISQueryDocument","epcisBody":{"queryResults":{"queryName":"q"}}}""", "TRC-0105")]
    public async Task What_is_no_document_is_refused(string text, string code)
    {
        using var grower = Service.Grower();
        var refused = await grower.PostAsync("/epcis/capture", new StringContent(text, Encoding.UTF8, "application/json"));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe(code);
    }
}
