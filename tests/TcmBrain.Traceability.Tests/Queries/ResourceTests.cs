using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Traceability.Tests.Queries;

/// <summary>Top-level resources, negotiation and discovery.</summary>
public sealed class ResourceTests(Shelf shelf) : IClassFixture<Shelf>
{
    [Theory]
    [InlineData("epcs/urn:epc:id:sgtin:0614141.107346.2017/events", "made packed boiled")]
    [InlineData("epcs/https:%2f%2fid.gs1.org%2f01%2f10614141073464%2f21%2f2017/events", "made packed boiled")]
    [InlineData("epcs/https:%252F%252Fid.gs1.org%252F01%252F10614141073464%252F21%252F2017/events", "made packed boiled")]
    [InlineData("epcs/https://id.gs1.org/01/10614141073464/21/2017/events", "made packed boiled")]
    [InlineData("epcs/urn:epc:class:lgtin:4012345.012345.998877/events", "packed lots ordered")]
    [InlineData("epcs/urn:epc:id:sgtin:0614141.107346.2017/events?EQ_bizStep=packing", "packed")]
    [InlineData("epcs/urn:epc:id:sgtin:0614141.107346.none/events", "")]
    [InlineData("bizSteps/shipping/events", "shipped")]
    [InlineData("bizSteps/https:%2F%2Fex.example%2Fvoc%2Fdrying/events", "lots")]
    [InlineData("bizLocations/urn:epc:id:sgln:0614141.07346.0/events", "made")]
    [InlineData("readPoints/https:%2F%2Fex.example%2Floc%2Fsub2/events", "right")]
    [InlineData("dispositions/inactive/events", "held")]
    [InlineData("eventTypes/TransactionEvent/events", "ordered")]
    [InlineData("eventTypes/ObjectEvent/events?EQ_action=ADD&perPage=1", "made")]
    public async Task A_resource_has_its_events(string path, string expected)
    {
        var parts = path.Split('?');
        (await shelf.FindAsync(parts.Length > 1 ? parts[1] : "", "/epcis/" + parts[0])).ShouldBe(
            expected.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        );
    }

    [Theory]
    [InlineData("epcs/urn:epc:id:sgtin:0614141.107346.2017", 200)]
    [InlineData("epcs/urn:epc:id:sgtin:0614141.107346.none", 404)]
    [InlineData("bizSteps/shipping", 200)]
    [InlineData("bizSteps/loading", 200)]
    [InlineData("bizSteps/flying", 404)]
    [InlineData("bizSteps/https:%2F%2Fex.example%2Fvoc%2Fdrying", 200)]
    [InlineData("bizLocations/urn:epc:id:sgln:0614141.07346.0", 200)]
    [InlineData("bizLocations/urn:epc:id:sgln:0614141.07346.9", 404)]
    [InlineData("dispositions/inactive", 200)]
    [InlineData("eventTypes/AssociationEvent", 200)]
    [InlineData("eventTypes/Party", 404)]
    [InlineData("eventTypes/Party/events", 404)]
    [InlineData("events/urn:example:made", 200)]
    [InlineData("events/urn:example:none", 404)]
    [InlineData("capture/none", 404)]
    public async Task A_resource_is_there_or_not(string path, int status)
    {
        var answer = await shelf.Party.GetAsync("/epcis/" + path);

        ((int)answer.StatusCode).ShouldBe(status);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (status == 404)
        {
            body.GetProperty("type").GetString().ShouldBe("epcisException:NoSuchNameException");
        }
        else if (!path.StartsWith("events/", StringComparison.Ordinal))
        {
            body.GetProperty("member").EnumerateArray().Select(m => m.GetString()).ShouldBe(["events"]);
        }
    }

    [Fact]
    public async Task Lists_have_the_standards_words_and_what_was_captured()
    {
        (await MembersAsync("")).Count.ShouldBe(9);
        (await MembersAsync("eventTypes"))
            .Order()
            .ShouldBe(["AggregationEvent", "AssociationEvent", "ObjectEvent", "TransactionEvent", "TransformationEvent"]);
        var steps = await MembersAsync("bizSteps?perPage=7");
        steps.ShouldContain("void_shipping");
        steps.ShouldContain("https://ex.example/voc/drying");
        steps.Count.ShouldBe(42);
        steps.ShouldBeUnique();
        (await MembersAsync("dispositions")).ShouldContain("https://ex.example/voc/wet");
        (await MembersAsync("bizLocations"))
            .Order()
            .ShouldBe(["https://ex.example/loc/sub1", "https://ex.example/loc/sub2", "https://id.gs1.org/414/0614141073467"]);
        (await MembersAsync("readPoints?perPage=2")).Count.ShouldBe(5);
        var epcs = await MembersAsync("epcs?perPage=4");
        epcs.ShouldContain("https://id.gs1.org/01/10614141073464/21/2017");
        epcs.ShouldNotContain(e => e.Contains("/10/"));
        epcs.ShouldBeUnique();

        // Of what others captured nothing is listed.
        using var rival = shelf.Service.Grower("91371329MA3ZZZZZ0K");
        (await MembersAsync("epcs", rival)).ShouldBeEmpty();
        (await MembersAsync("bizLocations", rival)).ShouldBeEmpty();
        (await MembersAsync("bizSteps", rival)).ShouldNotContain("https://ex.example/voc/drying");
        (await shelf.FindAsync("", client: rival)).ShouldBeEmpty();
        (await rival.GetAsync("/epcis/events/urn:example:made")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(null, "https://id.gs1.org/01/10614141073464/21/2017", "https://id.gs1.org/00/106141412345678908")]
    [InlineData("Always_GS1_Digital_Link", "https://id.gs1.org/01/10614141073464/21/2017", "https://id.gs1.org/00/106141412345678908")]
    [InlineData("Always_EPC_URN", "urn:epc:id:sgtin:0614141.107346.2017", "urn:epc:id:sscc:0614141.1234567890")]
    [InlineData("Never_Translates", "urn:epc:id:sgtin:0614141.107346.2017", "https://id.gs1.org/00/106141412345678908")]
    [InlineData("No_Preference", "urn:epc:id:sgtin:0614141.107346.2017", "https://id.gs1.org/00/106141412345678908")]
    public async Task Identifiers_come_in_the_form_that_is_asked_for(string? format, string item, string carton)
    {
        using var client = shelf.Service.Grower("91371329MA3QUERY0K");
        if (format is not null)
        {
            client.DefaultRequestHeaders.Add("GS1-EPC-Format", format);
        }

        var told = Shelf.Events(
            await client.GetFromJsonAsync<JsonElement>("/epcis/events?EQ_eventID=urn:example:made|urn:example:shipped")
        );

        told[0].GetProperty("epcList")[0].GetString().ShouldBe(item);
        told[1].GetProperty("epcList")[0].GetString().ShouldBe(carton);
    }

    [Theory]
    [InlineData("Accept", "application/xml", 406, "NotAcceptableException")]
    [InlineData("Accept", "text/html, application/xml;q=0.9", 406, "NotAcceptableException")]
    [InlineData("Accept", "application/ld+json", 200, null)]
    [InlineData("Accept", "text/html, */*;q=0.1", 200, null)]
    [InlineData("GS1-EPCIS-Version", "2.0.0", 200, null)]
    [InlineData("GS1-EPCIS-Version", "2.0", 200, null)]
    [InlineData("GS1-EPCIS-Version", "1.2.0", 406, "NotAcceptableException")]
    [InlineData("GS1-CBV-Version", "1.2", 406, "NotAcceptableException")]
    [InlineData("GS1-EPCIS-Min", "1.2.0", 200, null)]
    [InlineData("GS1-EPCIS-Min", "2.1.0", 406, "NotAcceptableException")]
    [InlineData("GS1-EPCIS-Max", "1.2.0", 406, "NotAcceptableException")]
    [InlineData("GS1-CBV-Max", "2.0.0", 200, null)]
    [InlineData("GS1-EPC-Format", "Sometimes", 400, "ValidationException")]
    public async Task Versions_and_types_are_negotiated(string header, string value, int status, string? type)
    {
        using var client = shelf.Service.Grower("91371329MA3QUERY0K");
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

        var answer = await client.GetAsync("/epcis/events?perPage=1");

        ((int)answer.StatusCode).ShouldBe(status);
        answer.Headers.GetValues("GS1-EPCIS-Version").ShouldBe(["2.0.0"]);
        if (type is not null)
        {
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString().ShouldBe("epcisException:" + type);
        }
    }

    [Theory]
    [InlineData("", "OPTIONS, GET")]
    [InlineData("events", "OPTIONS, GET, POST")]
    [InlineData("events/urn:example:made", "OPTIONS, GET")]
    [InlineData("capture", "OPTIONS, POST, GET")]
    [InlineData("capture/1", "OPTIONS, GET")]
    [InlineData("eventTypes", "OPTIONS, GET")]
    [InlineData("epcs/urn:x:y/events", "OPTIONS, GET")]
    [InlineData("queries", "OPTIONS, GET, POST")]
    [InlineData("queries/q", "OPTIONS, GET, DELETE")]
    [InlineData("queries/q/events", "OPTIONS, GET")]
    [InlineData("queries/q/subscriptions", "OPTIONS, GET, POST")]
    [InlineData("queries/q/subscriptions/1", "OPTIONS, GET, DELETE")]
    public async Task Every_address_tells_what_it_takes(string path, string methods)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/epcis" + (path.Length > 0 ? "/" + path : ""));

        var answer = await shelf.Party.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        string.Join(", ", answer.Content.Headers.Allow).ShouldBe(methods);
        foreach (
            var header in (string[])
                [
                    "GS1-EPCIS-Version",
                    "GS1-EPCIS-Min",
                    "GS1-EPCIS-Max",
                    "GS1-CBV-Version",
                    "GS1-EPC-Format",
                    "GS1-Extensions",
                    "GS1-Vendor-Version",
                ]
        )
        {
            answer.Headers.Contains(header).ShouldBeTrue(header);
        }

        answer.Headers.Contains("GS1-EPCIS-Capture-Limit").ShouldBe(path is "capture" or "events");
    }

    [Fact]
    public async Task Strangers_and_other_roles_get_the_standards_refusals()
    {
        using var stranger = shelf.Service.Anonymous();
        var unknown = await stranger.GetAsync("/epcis/events");
        unknown.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await unknown.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("type")
            .GetString()
            .ShouldBe("epcisException:SecurityException");
        using var doctor = shelf.Service.As("123300004700000000", "330782", Roles.Prescriber);
        (await doctor.PostAsJsonAsync("/epcis/capture", new { })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await shelf.Party.PutAsync("/epcis/events", null)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        var xml = await shelf.Party.PostAsync("/epcis/capture", new StringContent("<x/>", System.Text.Encoding.UTF8, "application/xml"));
        xml.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await xml.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("type")
            .GetString()
            .ShouldBe("epcisException:UnsupportedMediaTypeException");
    }

    private async Task<List<string>> MembersAsync(string path, HttpClient? client = null)
    {
        var all = new List<string>();
        var address = "/epcis" + (path.Length > 0 ? "/" + path : "");
        while (address is not null)
        {
            var answer = await (client ?? shelf.Party).GetAsync(address);
            var collection = await answer.Content.ReadFromJsonAsync<JsonElement>();
            collection.GetProperty("type").GetString().ShouldBe("Collection");
            collection.GetProperty("@context").ValueKind.ShouldBe(JsonValueKind.String);
            all.AddRange(collection.GetProperty("member").EnumerateArray().Select(m => m.GetString()!));
            address = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        return all;
    }
}
