using System.Text.Json;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Tests.Events;

public sealed class PreHashTests
{
    private const string Bare = """
        {"@context":[{"tcm":"https://t.example/"}],"type":"ObjectEvent","eventTime":"2026-11-22T08:00:00.000+08:00","eventTimeZoneOffset":"+08:00","action":"OBSERVE"$}
        """;

    private const string BareHash = "eventType=ObjectEventeventTime=2026-11-22T00:00:00.000ZeventTimeZoneOffset=+08:00action=OBSERVE";

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("1180", "1180")]
    [InlineData("0.340", "0.34")]
    [InlineData("1E2", "100")]
    [InlineData("12.5e-1", "1.25")]
    [InlineData("-0", "0")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("0.0000125", "1.25e-05")]
    [InlineData("\"007\"", "7")]
    [InlineData("\"+5.50\"", "5.5")]
    [InlineData("\".5\"", "0.5")]
    [InlineData("\".\"", ".")]
    [InlineData("\"1_000\"", "1_000")]
    [InlineData("\"81234567890123456789\"", "81234567890123456789")]
    [InlineData("\"1e999999999999\"", "1e999999999999")]
    [InlineData("0.10000000000000000555", "0.1")]
    [InlineData("true", "true")]
    [InlineData("\" a b \"", "a b")]
    public void A_value_has_one_form(string json, string form) =>
        Of($$""","tcm:x":{{json}}""").ShouldBe($$"""{{BareHash}}{https://t.example/}x={{form}}""");

    [Theory]
    [InlineData("2026-11-22T00:00:00Z", "2026-11-22T00:00:00.000Z")]
    [InlineData("2026-11-22T08:00:00.1234+08:00", "2026-11-22T00:00:00.123Z")]
    [InlineData("2026-11-22T08:00:00.1235+08:00", "2026-11-22T00:00:00.124Z")]
    [InlineData("2026-12-31T23:59:59.9995Z", "2027-01-01T00:00:00.000Z")]
    public void Times_are_UTC_with_three_decimals_the_fourth_rounding_up(string time, string form)
    {
        using var json = JsonDocument.Parse($$"""{"type":"ObjectEvent","eventTime":"{{time}}"}""");
        PreHash.Of(json.RootElement, JsonLdContext.Empty).ShouldBe($"eventType=ObjectEventeventTime={form}");
    }

    [Fact]
    public void The_order_of_fields_and_of_list_elements_does_not_matter()
    {
        var one = Of(
            ""","epcList":["urn:x:b","urn:x:a"],"bizTransactionList":[{"type":"po","bizTransaction":"urn:x:1"}],"tcm:x":{"tcm:a":1,"tcm:b":2}"""
        );
        var other = Of(
            ""","tcm:x":{"tcm:b":2,"tcm:a":1},"bizTransactionList":[{"bizTransaction":"urn:x:1","type":"po"}],"epcList":["urn:x:a","urn:x:b"]"""
        );

        other.ShouldBe(one);
    }

    [Fact]
    public void An_identifier_as_URN_and_as_Digital_Link_is_the_same_identifier() =>
        Of(""","epcList":["urn:epc:id:sscc:4012345.0000000333"]""")
            .ShouldBe(Of(""","epcList":["https://id.gs1.org/00/040123450000003338"]"""));

    [Fact]
    public void What_the_repository_adds_is_not_hashed() =>
        Of(
                ""","recordTime":"2026-11-22T09:00:00Z","eventID":"urn:x:1","comment":"x","errorDeclaration":{"declarationTime":"2026-11-22T09:00:00Z"}"""
            )
            .ShouldBe(BareHash);

    [Fact]
    public void Every_other_change_changes_the_hash()
    {
        var variants = new[]
        {
            "",
            ""","bizStep":"shipping" """,
            ""","bizStep":"receiving" """,
            ""","disposition":"in_transit" """,
            ""","epcList":["urn:x:a"]""",
            ""","epcList":["urn:x:b"]""",
            ""","quantityList":[{"epcClass":"urn:x:a"}]""",
            ""","quantityList":[{"epcClass":"urn:x:a","quantity":1}]""",
            ""","quantityList":[{"epcClass":"urn:x:a","quantity":1,"uom":"KGM"}]""",
            ""","readPoint":{"id":"urn:x:a"}""",
            ""","bizLocation":{"id":"urn:x:a"}""",
            ""","readPoint":{"id":"urn:x:a","tcm:x":1}""",
            ""","ilmd":{"tcm:x":1}""",
            ""","tcm:x":1""",
            ""","tcm:x":{"tcm:y":1}""",
            ""","bizTransactionList":[{"bizTransaction":"urn:x:a"}]""",
            ""","bizTransactionList":[{"type":"po","bizTransaction":"urn:x:a"}]""",
            ""","sourceList":[{"type":"location","source":"urn:x:a"}]""",
            ""","destinationList":[{"type":"location","destination":"urn:x:a"}]""",
            ""","sensorElementList":[{"sensorReport":[{"type":"Temperature","value":1}]}]""",
            ""","sensorElementList":[{"sensorReport":[{"type":"Temperature","value":1,"booleanValue":true}]}]""",
            ""","sensorElementList":[{"sensorReport":[{"type":"Temperature","value":1,"booleanValue":false}]}]""",
        };

        variants.Select(Of).Distinct().Count().ShouldBe(variants.Length);
    }

    [Fact]
    public void Text_is_sorted_by_code_points_not_by_UTF16_units()
    {
        // U+FF21 comes before U+20BB7, although the surrogates of the latter are the smaller units.
        Of(""","tcm:x":["\ud842\udfb7","\uff21"]""").ShouldBe(BareHash + "{https://t.example/}x=Ａ{https://t.example/}x=𠮷");
    }

    [Fact]
    public void The_ni_form_and_bare_hex_are_read_and_nothing_else()
    {
        var hash = new byte[32];
        Random.Shared.NextBytes(hash);
        var text = EventHash.Text(hash);

        EventHash.Parse(text).ShouldBe(hash);
        EventHash.Parse(Convert.ToHexStringLower(hash)).ShouldBe(hash);
        EventHash.Parse(Convert.ToHexString(hash)).ShouldBe(Convert.ToHexString(hash).Any(char.IsAsciiLetter) ? null : hash);
        EventHash.Parse(text[..^1]).ShouldBeNull();
        EventHash.Parse("").ShouldBeNull();
        EventHash.Parse(null).ShouldBeNull();
    }

    [Fact]
    public void Canonical_JSON_sorts_keys_and_keeps_the_digits()
    {
        using var json = JsonDocument.Parse("""{ "b": [1.50, 1E2, "\u00e9\n\u0001\"" ], "a": {"é":null, "Z":true} }""");
        CanonicalJson.Of(json.RootElement).ShouldBe("""{"a":{"Z":true,"é":null},"b":[1.50,1E2,"é\n\u0001\""]}""");
    }

    private static string Of(string more)
    {
        using var json = JsonDocument.Parse(Bare.Replace("$", more, StringComparison.Ordinal));
        return PreHash.Of(json.RootElement, JsonLdContext.Empty);
    }
}
