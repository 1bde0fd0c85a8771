using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.Traceability.Tests.Service;

namespace TcmBrain.Traceability.Tests.Queries;

/// <summary>Every parameter of SimpleEventQuery finds what it asks for and nothing else.</summary>
public sealed class QueryParameterTests(Shelf shelf) : IClassFixture<Shelf>
{
    [Theory]
    [InlineData("eventType=AggregationEvent|AssociationEvent", "packed joined")]
    [InlineData("eventType=TransformationEvent", "boiled")]
    [InlineData("GE_eventTime=2025-01-11T00:00:00Z", "ordered joined")]
    [InlineData("GE_eventTime=2025-01-11T08:00:00%2B08:00", "ordered joined")]
    [InlineData("GE_eventTime=2025-01-11T08:00:00+08:00", "ordered joined")]
    [InlineData("LT_eventTime=2025-01-02T00:00:00Z", "made")]
    [InlineData("GE_eventTime=2025-01-03T00:00:00Z&LT_eventTime=2025-01-04T00:00:00Z", "shipped")]
    [InlineData("GE_recordTime=2124-01-01T00:00:00Z", "")]
    [InlineData("LT_recordTime=2024-01-01T00:00:00Z", "")]
    [InlineData("GE_recordTime=2024-01-01T00:00:00Z&EQ_action=DELETE", "held")]
    [InlineData("EQ_action=ADD", "made packed ordered joined")]
    [InlineData("EQ_action=DELETE&EQ_action=ADD", "made packed held ordered joined")]
    [InlineData("EQ_bizStep=shipping|packing", "packed shipped")]
    [InlineData("EQ_bizStep=https://ref.gs1.org/cbv/BizStep-shipping", "shipped")]
    [InlineData("EQ_bizStep=urn:epcglobal:cbv:bizstep:shipping", "shipped")]
    [InlineData("EQ_bizStep=cbv:BizStep-shipping", "shipped")]
    [InlineData("EQ_bizStep=https://ex.example/voc/drying", "lots")]
    [InlineData("EQ_bizStep=loading", "")]
    [InlineData("EQ_disposition=in_transit", "shipped")]
    [InlineData("EQ_disposition=https://ex.example/voc/wet|inactive", "lots held")]
    [InlineData("EQ_persistentDisposition_set=completeness_verified", "shipped")]
    [InlineData("EQ_persistentDisposition_unset=completeness_inferred", "shipped")]
    [InlineData("EQ_persistentDisposition_set=completeness_inferred", "")]
    [InlineData("EQ_readPoint=urn:epc:id:sgln:0614141.07346.1234", "made")]
    [InlineData("EQ_readPoint=https://id.gs1.org/414/0614141073467/254/1234", "made")]
    [InlineData("EQ_readPoint=urn:epc:id:sgln:9521321.00001.pack", "packed")]
    [InlineData("EQ_bizLocation=urn:epc:id:sgln:0614141.07346.0", "made")]
    [InlineData("WD_bizLocation=https://ex.example/loc/top", "lots right")]
    [InlineData("WD_bizLocation=https://ex.example/loc/mid", "right")]
    [InlineData("WD_readPoint=https://ex.example/loc/top", "right")]
    [InlineData("EQ_bizLocation=https://ex.example/loc/top", "")]
    [InlineData("HASATTR_bizLocation=urn:epcglobal:cbv:mda%23city", "lots")]
    [InlineData("EQATTR_bizLocation_urn:epcglobal:cbv:mda%23city=Linyi", "lots")]
    [InlineData("EQATTR_bizLocation_urn:epcglobal:cbv:mda%23city=Jinan", "")]
    [InlineData("EQ_transformationID=urn:epc:id:gdti:0614141.06012.1234", "boiled")]
    [InlineData("EQ_bizTransaction_po=http://transaction.acme.com/po/12345678", "shipped")]
    [InlineData("EQ_bizTransaction_po=https://id.gs1.org/253/0614141000029PO-123", "ordered")]
    [InlineData("EQ_bizTransaction_inv=http://transaction.acme.com/po/12345678", "")]
    [InlineData("EQ_bizTransaction_=urn:example:untyped", "shipped")]
    [InlineData("EQ_bizTransaction_urn:epcglobal:cbv:btt:po=http://transaction.acme.com/po/12345678", "shipped")]
    [InlineData("EQ_source_owning_party=urn:epc:id:pgln:4000001.00000", "shipped")]
    [InlineData("EQ_source_possessing_party=urn:epc:id:pgln:4000001.00000", "")]
    [InlineData("EQ_destination_location=https://id.gs1.org/414/4012345002256", "shipped")]
    [InlineData("MATCH_epc=urn:epc:id:sgtin:0614141.107346.2017", "made packed")]
    [InlineData("MATCH_epc=https://id.gs1.org/01/10614141073464/21/2017", "made packed")]
    [InlineData("MATCH_epc=https://example.org/some/path/01/10614141073464/21/2017?x=y", "made packed")]
    [InlineData("MATCH_epc=urn:epc:id:sgtin:0614141.107346.2017|urn:epc:id:giai:4000001.111", "made packed sensed")]
    [InlineData("MATCH_epc=urn:epc:idpat:sgtin:0614141.107346.*", "made packed held ordered")]
    [InlineData("MATCH_epc=urn:epc:idpat:sgtin:0614141.*.*", "made packed held ordered")]
    [InlineData("MATCH_epc=urn:epc:idpat:sgtin:*.*.*", "made packed held wrong right ordered")]
    [InlineData("MATCH_epc=urn:epc:idpat:sgtin:4012345.*.*", "wrong right")]
    [InlineData("MATCH_epc=https://id.gs1.org/01/10614141073464", "made packed held ordered")]
    [InlineData("MATCH_epc=urn:epc:idpat:giai:4000001.*", "sensed joined")]
    [InlineData("MATCH_epc=urn:epc:id:sscc:0614141.1234567890", "shipped")]
    [InlineData("MATCH_parentID=urn:epc:id:sscc:0614141.1234567890", "packed")]
    [InlineData("MATCH_parentID=urn:epc:idpat:sscc:0614141.*", "packed ordered")]
    [InlineData("MATCH_parentID=urn:epc:idpat:grai:4012345.55555.*", "joined")]
    [InlineData("MATCH_inputEPC=urn:epc:id:sgtin:0614141.107346.2017", "boiled")]
    [InlineData("MATCH_outputEPC=urn:epc:id:sgtin:0614141.107346.2017", "")]
    [InlineData("MATCH_outputEPC=urn:epc:id:sgtin:0614141.107346.3001", "boiled")]
    [InlineData("MATCH_anyEPC=urn:epc:id:sgtin:0614141.107346.2017", "made packed boiled")]
    [InlineData("MATCH_anyEPC=urn:epc:id:sscc:0614141.1234567890", "packed shipped")]
    [InlineData("MATCH_epcClass=urn:epc:class:lgtin:4012345.012345.998877", "packed lots ordered")]
    [InlineData("MATCH_epcClass=https://id.gs1.org/01/04012345123456/10/998877", "packed lots ordered")]
    [InlineData("MATCH_epcClass=urn:epc:idpat:sgtin:4012345.066666.*", "lots")]
    [InlineData("MATCH_epcClass=https://id.gs1.org/01/04012345123456/10/L1", "")]
    [InlineData("MATCH_inputEPCClass=https://id.gs1.org/01/04012345123456/10/L1", "boiled")]
    [InlineData("MATCH_inputEPCClass=urn:epc:class:lgtin:4012345.012345.L1", "boiled")]
    [InlineData("MATCH_outputEPCClass=https://id.gs1.org/01/04012345123456/10/L2", "boiled")]
    [InlineData(
        "MATCH_anyEPCClass=urn:epc:class:lgtin:4012345.012345.998877|urn:epc:class:lgtin:4012345.012345.L2",
        "packed lots boiled ordered"
    )]
    [InlineData("EQ_quantity=200.5", "lots")]
    [InlineData("EQ_quantity=200.50", "lots")]
    [InlineData("GT_quantity=200.4", "lots boiled")]
    [InlineData("GE_quantity=200.5", "lots boiled")]
    [InlineData("LT_quantity=3", "boiled")]
    [InlineData("LE_quantity=3", "lots boiled")]
    [InlineData("GE_quantity_KGM=1.5", "lots boiled")]
    [InlineData("EQ_quantity_GRM=1500", "boiled")]
    [InlineData("EQ_quantity_MTR=1500", "")]
    [InlineData("EQ_eventID=urn:example:made|urn:example:held", "made held")]
    [InlineData("EXISTS_errorDeclaration=true", "wrong")]
    [InlineData("EXISTS_errorDeclaration=false&EQ_bizStep=receiving", "wrong right")]
    [InlineData("GE_errorDeclarationTime=2025-01-10T00:00:00Z", "wrong")]
    [InlineData("LT_errorDeclarationTime=2025-01-10T00:00:00Z", "")]
    [InlineData("EQ_errorReason=incorrect_data", "wrong")]
    [InlineData("EQ_errorReason=did_not_occur", "")]
    [InlineData("EQ_correctiveEventID=urn:example:right", "wrong")]
    [InlineData("EQ_ERROR_DECLARATION_ex:by=QA", "wrong")]
    [InlineData("EXISTS_ERROR_DECLARATION_ex:by=", "wrong")]
    [InlineData("EQ_INNER_ERROR_DECLARATION_ex:note=n1", "wrong")]
    [InlineData("EQ_ERROR_DECLARATION_ex:note=n1", "")]
    [InlineData("EQ_ex:carrier=SF", "shipped")]
    [InlineData("EQ_https://ex.example/ns/carrier=SF|EMS", "shipped right")]
    [InlineData("EQ_https://ex.example/ns/%23carrier=SF", "shipped")]
    [InlineData("EQ_ex:list=b", "shipped")]
    [InlineData("EQ_ex:boxes=3.0", "shipped")]
    [InlineData("GT_ex:boxes=3", "right")]
    [InlineData("GE_ex:boxes=3", "shipped right")]
    [InlineData("LT_ex:boxes=12", "shipped")]
    [InlineData("LE_ex:boxes=12", "shipped right")]
    [InlineData("GE_ex:when=2025-01-03T00:00:00Z", "shipped")]
    [InlineData("LT_ex:when=2025-01-03T08:00:00%2B08:00", "")]
    [InlineData("EXISTS_ex:carrier=true", "shipped right")]
    [InlineData("EXISTS_ex:deeper=true", "")]
    [InlineData("EXISTS_INNER_ex:deeper=true", "shipped")]
    [InlineData("EQ_INNER_ex:deeper=7", "shipped")]
    [InlineData("EQ_INNER_ex:carrier=SF", "")]
    [InlineData("EQ_ILMD_ex:grade=A", "made")]
    [InlineData("GT_ILMD_ex:moisture=11.4", "made")]
    [InlineData("GT_ILMD_ex:moisture=11.5", "")]
    [InlineData("EXISTS_ILMD_ex:grade=true", "made")]
    [InlineData("EQ_INNER_ILMD_ex:area=371329", "made")]
    [InlineData("LT_INNER_ILMD_ex:picked=2024-10-21T00:00:00Z", "made")]
    [InlineData("EXISTS_INNER_ILMD_ex:grade=true", "")]
    [InlineData("EQ_readPoint_ex:shelf=S1", "sensed")]
    [InlineData("EXISTS_sensorElementList=true", "sensed assayed")]
    [InlineData("GE_time=2025-01-06T00:00:00Z", "sensed")]
    [InlineData("GE_startTime=2025-01-05T00:00:00Z", "sensed")]
    [InlineData("LT_startTime=2025-01-05T00:00:00Z", "")]
    [InlineData("LT_endTime=2025-01-06T00:00:01Z", "sensed")]
    [InlineData("EQ_type=Temperature", "sensed")]
    [InlineData("EQ_type=gs1:Temperature|Angle", "sensed assayed")]
    [InlineData("EQ_deviceID=urn:epc:id:giai:4000001.111", "sensed")]
    [InlineData("EQ_deviceID=https://id.gs1.org/8004/4000001111", "sensed")]
    [InlineData("EQ_dataProcessingMethod=https://ex.example/dpm/1", "sensed")]
    [InlineData("EQ_bizRules=https://ex.example/rules/1", "sensed")]
    [InlineData("EQ_microorganism=https://www.ncbi.nlm.nih.gov/taxonomy/1126011", "assayed")]
    [InlineData("EQ_chemicalSubstance=https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N", "assayed")]
    [InlineData("EQ_stringValue=red", "assayed")]
    [InlineData("EQ_booleanValue=true", "assayed")]
    [InlineData("EQ_booleanValue=false", "")]
    [InlineData("EQ_hexBinaryValue=f0f0", "assayed")]
    [InlineData("EQ_uriValue=https://ex.example/v/1", "assayed")]
    [InlineData("EQ_value_CEL=26", "sensed")]
    [InlineData("GE_value_KEL=299.15", "sensed")]
    [InlineData("GT_value_FAH=79", "")]
    [InlineData("LT_value_CEL=26", "")]
    [InlineData("LE_minValue_CEL=24.1", "sensed")]
    [InlineData("GT_maxValue_CEL=27.8", "sensed")]
    [InlineData("GE_meanValue_CEL=26.2", "sensed")]
    [InlineData("LT_sDev_FAH=1.27", "sensed")]
    [InlineData("GE_percRank=50", "sensed")]
    [InlineData("EQ_percValue_CEL=25.5", "sensed")]
    [InlineData("EQ_SENSORELEMENT_ex:slot=4", "sensed")]
    [InlineData("EQ_SENSORMETADATA_ex:firmware=1.2", "sensed")]
    [InlineData("EQ_SENSORREPORT_ex:probe=P1", "sensed")]
    [InlineData("EQ_bizStep=receiving&EXISTS_ex:carrier=true&GE_eventTime=2025-01-01T00:00:00Z", "right")]
    [InlineData("orderBy=eventTime&orderDirection=ASC&EQ_action=ADD", "made packed ordered joined")]
    [InlineData("orderBy=eventTime&EQ_action=ADD", "joined ordered packed made")]
    [InlineData("orderBy=recordTime&orderDirection=DESC&EQ_action=ADD&perPage=1", "joined ordered packed made")]
    [InlineData("orderBy=recordTime&orderDirection=ASC&EQ_action=ADD&perPage=3", "made packed ordered joined")]
    [InlineData("orderBy=eventTime&eventCountLimit=1", "joined")]
    [InlineData("orderBy=eventTime&orderDirection=ASC&eventCountLimit=3&perPage=2", "made packed shipped")]
    [InlineData("orderBy=eventTime&orderDirection=ASC&eventCountLimit=2&perPage=2", "made packed")]
    [InlineData("orderBy=ex:boxes&EXISTS_ex:boxes=true", "right shipped")]
    [InlineData("orderBy=ex:boxes&orderDirection=ASC&EXISTS_ex:boxes=true&perPage=1", "shipped right")]
    [InlineData("orderBy=ex:carrier&orderDirection=ASC&eventCountLimit=1", "right")]
    [InlineData("maxEventCount=4&EQ_action=ADD", "made packed ordered joined")]
    public async Task It_finds(string query, string expected)
    {
        var found = await shelf.FindAsync(query);

        found.ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>From which of one's own events are found one could else read what another party says of its places.</summary>
    [Theory]
    [InlineData("WD_bizLocation=https://ex.example/loc/sub1", true)]
    [InlineData("WD_bizLocation=https://ex.example/loc/top", false)]
    [InlineData("WD_bizLocation=https://ex.example/loc/mid", false)]
    [InlineData("HASATTR_bizLocation=urn:epcglobal:cbv:mda%23city", false)]
    public async Task Master_data_of_another_party_is_nothing_to_ask_about(string query, bool found)
    {
        using var stranger = shelf.Service.Grower("91330000MA3STRANGK");
        var e = Drafts.Event();
        // Where the shelf's party has told of children and attributes.
        e["bizLocation"] = new JsonObject { ["id"] = "https://ex.example/loc/sub1" };
        (await stranger.PostAsJsonAsync("/epcis/events", e)).StatusCode.ShouldBe(HttpStatusCode.Created);

        var answer = await stranger.GetFromJsonAsync<JsonElement>("/epcis/events?" + query);

        (answer.ToString().Contains("ObjectEvent", StringComparison.Ordinal)).ShouldBe(found);
    }

    [Theory]
    [InlineData("perPage=1")]
    [InlineData("perPage=5")]
    [InlineData("perPage=12")]
    [InlineData("perPage=100000")]
    [InlineData("perPage=5&orderBy=eventTime&orderDirection=ASC")]
    public async Task Pages_together_are_the_whole_with_nothing_twice(string query) => (await shelf.FindAsync(query)).ShouldBe(shelf.All);

    [Theory]
    [InlineData("EQ_nothing=1", 400, "QueryParameterException")]
    [InlineData("match_epc=urn:x:y", 400, "QueryParameterException")]
    [InlineData("MATCH_anyEpcClass=urn:x:y", 400, "QueryParameterException")]
    [InlineData("EQ_action=LOOK", 400, "QueryParameterException")]
    [InlineData("GE_eventTime=yesterday", 400, "QueryParameterException")]
    [InlineData("GE_eventTime=2025-01-01T00:00:00", 400, "QueryParameterException")]
    [InlineData("GT_quantity=many", 400, "QueryParameterException")]
    [InlineData("GT_ex:boxes=many", 400, "QueryParameterException")]
    [InlineData("EQ_booleanValue=perhaps", 400, "QueryParameterException")]
    [InlineData("EQ_value=3", 400, "QueryParameterException")]
    [InlineData("orderBy=bizStep", 400, "QueryParameterException")]
    [InlineData("orderBy=eventTime&orderDirection=UP", 400, "QueryParameterException")]
    [InlineData("eventCountLimit=3", 400, "QueryParameterException")]
    [InlineData("eventCountLimit=0&orderBy=eventTime", 400, "QueryParameterException")]
    [InlineData("eventCountLimit=3&maxEventCount=3&orderBy=eventTime", 400, "QueryParameterException")]
    [InlineData("maxEventCount=3&EQ_action=ADD", 413, "QueryTooLargeException")]
    [InlineData("perPage=0", 400, "QueryParameterException")]
    [InlineData("perPage=some", 400, "QueryParameterException")]
    [InlineData("nextPageToken=abc", 400, "QueryParameterException")]
    public async Task It_refuses(string query, int status, string type)
    {
        var refused = await shelf.Party.GetAsync("/epcis/events?" + query);

        ((int)refused.StatusCode).ShouldBe(status);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("type").GetString().ShouldBe("epcisException:" + type);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_page_token_holds_its_query_and_ends_when_it_is_told_to()
    {
        var first = await shelf.Party.GetAsync("/epcis/events?EQ_action=ADD&perPage=3");
        var link = first.Headers.GetValues("Link").Single();
        link.ShouldContain("rel=\"next\"");
        first.Headers.Contains("GS1-Next-Page-Token-Expires").ShouldBeTrue();
        var token = link.Split("nextPageToken=")[1].Split('>')[0];

        var rest = await shelf.Party.GetFromJsonAsync<JsonElement>($"/epcis/events?nextPageToken={token}");
        Shelf.Events(rest).Select(shelf.NameOf).ShouldBe(["joined"]);
        (await shelf.Party.GetAsync($"/epcis/events?EQ_action=ADD&nextPageToken={token}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await shelf.Party.GetAsync($"/epcis/events?EQ_action=DELETE&nextPageToken={token}")).StatusCode.ShouldBe(
            HttpStatusCode.BadRequest
        );
        (await shelf.Party.GetAsync($"/epcis/epcs?nextPageToken={token}")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await shelf.Party.GetAsync($"/epcis/events?nextPageToken={token[..^3]}AAA")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        (await shelf.Party.DeleteAsync($"/epcis/nextPageToken/{token}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await shelf.Party.GetAsync($"/epcis/events?nextPageToken={token}")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }
}
