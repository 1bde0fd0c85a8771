using System.Text.Json;

namespace TcmBrain.Traceability.Tests;

/// <summary>The check itself is worth something only if it knows good from bad.</summary>
public sealed class EpcisSchemaTests
{
    private static JsonSchema Schema() =>
        new(JsonDocument.Parse(File.ReadAllText(Vectors.Require("epcis", "EPCIS-JSON-Schema.json"))).RootElement);

    [Fact]
    public void The_official_examples_conform()
    {
        var schema = Schema();
        var wrong = new List<string>();
        foreach (var file in Directory.GetFiles(Vectors.Require("epcis", "examples"), "*.jsonld", SearchOption.AllDirectories))
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            wrong.AddRange(schema.Check(json.RootElement).Select(e => $"{Path.GetFileName(file)} {e}"));
        }

        wrong.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("action", "\"LOOK\"")]
    [InlineData("eventTimeZoneOffset", "\"8\"")]
    [InlineData("epcList", "[\"no uri\"]")]
    [InlineData("quantityList", "[{\"epcClass\":\"urn:x:y\",\"quantity\":\"1\"}]")]
    [InlineData("bizStep", "\"boiling\"")]
    [InlineData("noPrefix", "1")]
    [InlineData("ilmd", "{\"tcm:a\":1}")]
    public void A_broken_event_does_not(string field, string value)
    {
        var e = new Dictionary<string, object>
        {
            ["@context"] = new[] { "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld" },
            ["type"] = "ObjectEvent",
            ["eventTime"] = "2026-11-22T08:00:00+08:00",
            ["eventTimeZoneOffset"] = "+08:00",
            ["action"] = "OBSERVE",
            ["epcList"] = new[] { "urn:x:y" },
        };
        Schema().Check(JsonSerializer.SerializeToElement(e)).ShouldBeEmpty();

        e[field] = JsonDocument.Parse(value).RootElement;

        Schema().Check(JsonSerializer.SerializeToElement(e)).ShouldNotBeEmpty();
    }
}
