using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Graph;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Tests.Graph;

/// <summary>Events as a grower's or maker's client writes them, and how to ask for the trace.</summary>
internal static class Chain
{
    public const string Root = "https://id.gs1.org/";

    public static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.FromHours(8));

    public static string Lot(string lot, int product = 1) => $"{Root}01/0690123400{product:000}{CheckDigit(product)}/10/{lot}";

    public static string Box(int number) =>
        Root + "00/" + Gs1.WithCheckDigit("36901234" + number.ToString("000000000", System.Globalization.CultureInfo.InvariantCulture));

    public static string Gln(int number) =>
        Gs1.WithCheckDigit("690123420" + number.ToString("000", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A step with lots and kilograms: <c>"A:100 B:50"</c>; a lot without a number has no quantity.</summary>
    public static JsonObject Made(string id, string inputs, string outputs, int day = 0)
    {
        var e = Base("TransformationEvent", "creating_class_instance", day);
        e["transformationID"] = "https://tcm.example.org/step/" + id;
        if (inputs.Length > 0)
        {
            e["inputQuantityList"] = Quantities(inputs);
        }

        if (outputs.Length > 0)
        {
            e["outputQuantityList"] = Quantities(outputs);
        }

        return e;
    }

    public static JsonObject Boxed(int box, string lots, int day = 0, string action = "ADD")
    {
        var e = Base("AggregationEvent", action == "ADD" ? "packing" : "unpacking", day);
        e["action"] = action;
        e["parentID"] = Box(box);
        if (lots.Length > 0)
        {
            e["childQuantityList"] = Quantities(lots);
        }

        return e;
    }

    public static JsonObject Seen(string bizStep, int day, params string[] things)
    {
        var e = Base("ObjectEvent", bizStep, day);
        e["action"] = "OBSERVE";
        var lots = things.Where(t => t.Contains("/10/", StringComparison.Ordinal)).ToList();
        if (lots.Count > 0)
        {
            e["quantityList"] = new JsonArray([.. lots.Select(l => new JsonObject { ["epcClass"] = l })]);
        }

        if (lots.Count < things.Length)
        {
            e["epcList"] = new JsonArray([.. things.Except(lots).Select(t => JsonValue.Create(t))]);
        }

        return e;
    }

    public static JsonObject SentTo(this JsonObject e, string gln)
    {
        e["destinationList"] = new JsonArray(new JsonObject { ["type"] = "owning_party", ["destination"] = $"{Root}417/{gln}" });
        return e;
    }

    public static JsonObject Withdrawn(this JsonObject e)
    {
        var declared = (JsonObject)e.DeepClone();
        declared["errorDeclaration"] = new JsonObject
        {
            ["declarationTime"] = "2026-11-01T09:00:00.000+08:00",
            ["reason"] = "incorrect_data",
        };
        return declared;
    }

    public static async Task CaptureAsync(HttpClient client, params JsonObject[] events)
    {
        var document = new JsonObject
        {
            ["@context"] = new JsonArray(JsonLdContext.Epcis, new JsonObject { ["tcm"] = "https://tcmbrain.example/voc/" }),
            ["type"] = "EPCISDocument",
            ["schemaVersion"] = "2.0",
            ["creationDate"] = "2026-11-01T00:00:00Z",
            ["epcisBody"] = new JsonObject { ["eventList"] = new JsonArray([.. events.Select(e => e.DeepClone())]) },
        };
        await CaptureAsync(client, document.ToJsonString());
    }

    public static async Task CaptureAsync(HttpClient client, string document)
    {
        var captured = await client.PostAsync("/epcis/capture", new StringContent(document, Encoding.UTF8, "application/json"));
        captured.StatusCode.ShouldBe(HttpStatusCode.Accepted, await captured.Content.ReadAsStringAsync());
    }

    public static string Address(string id, string more = "") => $"/api/traceability/trace/{Uri.EscapeDataString(id)}{more}";

    public static async Task<TraceGraph> TraceAsync(HttpClient client, string id, string more = "")
    {
        var answer = await client.GetAsync(Address(id, more));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<TraceGraph>())!;
    }

    public static TraceNode? Node(this TraceGraph trace, string id) => trace.Nodes.SingleOrDefault(n => n.Id == id);

    public static IEnumerable<string> Things(this TraceGraph trace) => trace.Nodes.Where(n => n.Kind != "transformation").Select(n => n.Id);

    private static JsonObject Base(string type, string bizStep, int day) =>
        new()
        {
            ["type"] = type,
            ["eventTime"] = Start.AddDays(day).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", System.Globalization.CultureInfo.InvariantCulture),
            ["eventTimeZoneOffset"] = "+08:00",
            ["bizStep"] = bizStep,
        };

    private static JsonArray Quantities(string lots) =>
        new([
            .. lots.Split(' ')
                .Select(l => l.Split(':'))
                .Select(l =>
                {
                    var quantity = new JsonObject { ["epcClass"] = Lot(l[0]) };
                    if (l.Length > 1)
                    {
                        quantity["quantity"] = JsonNode.Parse(l[1]);
                        quantity["uom"] = "KGM";
                    }

                    return quantity;
                }),
        ]);

    private static char CheckDigit(int product) =>
        Gs1.CheckDigit("0690123400" + product.ToString("000", System.Globalization.CultureInfo.InvariantCulture));
}
