using System.Text.Json;
using System.Text.RegularExpressions;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Capture;

/// <summary>
/// What an event must be to enter the trace: the structure of EPCIS 2.0, and what the trace profile adds (a transformationID, a time
/// zone offset, few units, declared prefixes, an eventID that is the hash). Finds every fault, each with its JSON pointer.
/// </summary>
public static partial class EventRules
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(2);

    private static readonly string[] Types =
    [
        "ObjectEvent",
        "AggregationEvent",
        "TransactionEvent",
        "TransformationEvent",
        "AssociationEvent",
    ];

    private static readonly string[] Units = ["KGM", "GRM", "LTR", "MLT", "H87"];

    /// <summary>Fields of the standard; their content is checked where it matters to the trace.</summary>
    private static readonly HashSet<string> Standard =
    [
        "@context",
        "type",
        "eventTime",
        "recordTime",
        "eventTimeZoneOffset",
        "eventID",
        "certificationInfo",
        "errorDeclaration",
        "action",
        "epcList",
        "quantityList",
        "parentID",
        "childEPCs",
        "childQuantityList",
        "inputEPCList",
        "inputQuantityList",
        "outputEPCList",
        "outputQuantityList",
        "transformationID",
        "bizStep",
        "disposition",
        "persistentDisposition",
        "readPoint",
        "bizLocation",
        "bizTransactionList",
        "sourceList",
        "destinationList",
        "sensorElementList",
        "ilmd",
        "comment",
    ];

    /// <param name="pointer">Where the event stands in the request.</param>
    /// <param name="context">Prefixes that the document declares.</param>
    public static void Check(JsonElement e, string pointer, JsonLdContext context, DateTimeOffset now, FaultList faults)
    {
        if (e.ValueKind != JsonValueKind.Object)
        {
            faults.Add(TraceabilityFaults.WrongShape, pointer, "对象", "an object");
            return;
        }

        var before = faults.Faults.Count;
        var check = new Checker(e, pointer, context.With(e), faults);
        var type = check.Text("type", required: true);
        if (type is not null && !Types.Contains(type))
        {
            faults.Add(TraceabilityFaults.UnknownType, pointer + "/type");
        }

        check.Times(now);
        check.Names();
        check.Identifiers();
        check.Shape(type);
        // Only an event without other faults has a hash worth telling.
        if (faults.Faults.Count == before && check.Text("eventID", required: false) is { } id)
        {
            var hash = EventHash.Text(EventHash.Compute(e, context));
            faults.Require(id == hash, TraceabilityFaults.WrongEventId, pointer + "/eventID", hash);
        }
    }

    private sealed class Checker(JsonElement e, string pointer, JsonLdContext context, FaultList faults)
    {
        public string? Text(string name, bool required)
        {
            if (!e.TryGetProperty(name, out var value))
            {
                faults.Require(!required, TraceabilityFaults.Missing, $"{pointer}/{name}");
                return null;
            }

            if (value.ValueKind != JsonValueKind.String)
            {
                faults.Add(TraceabilityFaults.WrongShape, $"{pointer}/{name}", "文本", "a text");
                return null;
            }

            return value.GetString();
        }

        public void Times(DateTimeOffset now)
        {
            if (Text("eventTime", required: true) is { } time)
            {
                if (!IsTime(time) || !e.GetProperty("eventTime").TryGetDateTimeOffset(out var at))
                {
                    faults.Add(TraceabilityFaults.BadTime, pointer + "/eventTime");
                }
                else
                {
                    faults.Require(at <= now + Ahead, TraceabilityFaults.Future, pointer + "/eventTime");
                }
            }

            if (Text("eventTimeZoneOffset", required: true) is { } offset)
            {
                faults.Require(Offset().IsMatch(offset), TraceabilityFaults.BadOffset, pointer + "/eventTimeZoneOffset");
            }

            if (e.TryGetProperty("errorDeclaration", out var error))
            {
                var declared =
                    error.ValueKind == JsonValueKind.Object
                    && error.TryGetProperty("declarationTime", out var declaredAt)
                    && declaredAt.ValueKind == JsonValueKind.String
                    && IsTime(declaredAt.GetString()!);
                faults.Require(declared, TraceabilityFaults.BadTime, pointer + "/errorDeclaration/declarationTime");
            }
        }

        /// <summary>Every field is of the standard or of a declared vocabulary, all the way down in extensions.</summary>
        public void Names()
        {
            foreach (var field in e.EnumerateObject())
            {
                var at = $"{pointer}/{field.Name}";
                if (field.Name == "ilmd")
                {
                    Extension(field.Value, at);
                }
                else if (!Standard.Contains(field.Name))
                {
                    Declared(field.Name, at);
                    Extension(field.Value, at);
                }
                else if (field.Value.ValueKind == JsonValueKind.Null)
                {
                    faults.Add(TraceabilityFaults.NullValue, at);
                }
            }
        }

        public void Identifiers()
        {
            foreach (var name in (string[])["epcList", "childEPCs", "inputEPCList", "outputEPCList"])
            {
                Each(name, (item, at) => Uri(item, at));
            }

            foreach (var name in (string[])["quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"])
            {
                Each(name, Quantity);
            }

            foreach (var name in (string[])["parentID", "transformationID"])
            {
                if (e.TryGetProperty(name, out var id))
                {
                    Uri(id, $"{pointer}/{name}");
                }
            }

            foreach (var name in (string[])["readPoint", "bizLocation"])
            {
                if (e.TryGetProperty(name, out var place))
                {
                    UriOf(place, "id", $"{pointer}/{name}");
                }
            }

            foreach (var name in (string[])["bizStep", "disposition"])
            {
                if (Text(name, required: false) is { } word)
                {
                    faults.Require(Word().IsMatch(word) || IsUri(word), TraceabilityFaults.NotAUri, $"{pointer}/{name}");
                }
            }

            Each("bizTransactionList", (item, at) => UriOf(item, "bizTransaction", at));
            Each("sourceList", (item, at) => UriOf(item, "source", at));
            Each("destinationList", (item, at) => UriOf(item, "destination", at));
            Each(
                "sensorElementList",
                (item, at) => faults.Require(Has(item, "sensorReport"), TraceabilityFaults.Missing, at + "/sensorReport")
            );
        }

        public void Shape(string? type)
        {
            var action = Text("action", required: type is not null and not "TransformationEvent");
            faults.Require(
                action is null || type != "TransformationEvent" && action is "ADD" or "OBSERVE" or "DELETE",
                TraceabilityFaults.BadAction,
                pointer + "/action"
            );
            faults.Require(
                !Has(e, "ilmd") || type == "TransformationEvent" || action == "ADD",
                TraceabilityFaults.MisplacedIlmd,
                pointer + "/ilmd"
            );
            var about = type switch
            {
                "ObjectEvent" => Any("epcList", "quantityList") || Filled("sensorElementList") && Has(e, "readPoint"),
                "AggregationEvent" => Any("childEPCs", "childQuantityList") || action is "DELETE" && Has(e, "parentID"),
                "AssociationEvent" => Has(e, "parentID") && (Any("childEPCs", "childQuantityList") || action is "DELETE"),
                "TransactionEvent" => Filled("bizTransactionList"),
                "TransformationEvent" => Any("inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList"),
                _ => true,
            };
            faults.Require(about, TraceabilityFaults.NoObjects, pointer);
            if (type == "AggregationEvent" && action is "ADD" or "DELETE")
            {
                faults.Require(Has(e, "parentID"), TraceabilityFaults.Missing, pointer + "/parentID");
            }

            if (type == "TransformationEvent")
            {
                faults.Require(Has(e, "transformationID"), TraceabilityFaults.Missing, pointer + "/transformationID");
            }
        }

        private void Each(string name, Action<JsonElement, string> check)
        {
            if (!e.TryGetProperty(name, out var list))
            {
                return;
            }

            if (list.ValueKind != JsonValueKind.Array)
            {
                faults.Add(TraceabilityFaults.WrongShape, $"{pointer}/{name}", "数组", "an array");
                return;
            }

            var i = 0;
            foreach (var item in list.EnumerateArray())
            {
                check(item, $"{pointer}/{name}/{i++}");
            }
        }

        private void Quantity(JsonElement item, string at)
        {
            UriOf(item, "epcClass", at);
            if (item.ValueKind != JsonValueKind.Object)
            {
                return;
            }

            if (item.TryGetProperty("quantity", out var quantity))
            {
                faults.Require(
                    quantity.ValueKind == JsonValueKind.Number
                        && quantity.TryGetDecimal(out var amount)
                        && amount >= 0
                        && amount.Scale <= 6,
                    TraceabilityFaults.BadQuantity,
                    at + "/quantity"
                );
            }

            if (item.TryGetProperty("uom", out var unit))
            {
                faults.Require(
                    unit.ValueKind == JsonValueKind.String && Units.Contains(unit.GetString()),
                    TraceabilityFaults.BadUnit,
                    at + "/uom"
                );
            }
        }

        private void UriOf(JsonElement owner, string name, string at)
        {
            if (owner.ValueKind != JsonValueKind.Object)
            {
                faults.Add(TraceabilityFaults.WrongShape, at, "对象", "an object");
            }
            else if (!owner.TryGetProperty(name, out var id))
            {
                faults.Add(TraceabilityFaults.Missing, $"{at}/{name}");
            }
            else
            {
                Uri(id, $"{at}/{name}");
            }
        }

        private void Uri(JsonElement value, string at) =>
            faults.Require(value.ValueKind == JsonValueKind.String && IsUri(value.GetString()!), TraceabilityFaults.NotAUri, at);

        private void Declared(string name, string at)
        {
            var colon = name.IndexOf(':', StringComparison.Ordinal);
            faults.Require(
                colon > 0 && colon < name.Length - 1 && (context.Declares(name[..colon]) || name[..colon] == "rdfs"),
                TraceabilityFaults.UndeclaredPrefix,
                at
            );
        }

        private void Extension(JsonElement value, string at)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Null:
                    faults.Add(TraceabilityFaults.NullValue, at);
                    break;
                case JsonValueKind.Object:
                    foreach (var field in value.EnumerateObject())
                    {
                        // Inside an extension the keywords of JSON-LD need no prefix.
                        if (field.Name is not ("type" or "id" or "@type" or "@value" or "@id" or "#text"))
                        {
                            Declared(field.Name, $"{at}/{field.Name}");
                        }

                        Extension(field.Value, $"{at}/{field.Name}");
                    }

                    break;
                case JsonValueKind.Array:
                    var i = 0;
                    foreach (var item in value.EnumerateArray())
                    {
                        Extension(item, $"{at}/{i++}");
                    }

                    break;
            }
        }

        private bool Any(params string[] lists) => lists.Any(Filled);

        private bool Filled(string list) =>
            e.TryGetProperty(list, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0;

        private static bool Has(JsonElement owner, string name) =>
            owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out _);
    }

    private static bool IsTime(string text) => DateTimeStamp().IsMatch(text);

    private static bool IsUri(string text) => AnyUri().IsMatch(text);

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\z", RegexOptions.ECMAScript)]
    private static partial Regex DateTimeStamp();

    [GeneratedRegex(@"\A[+-](0\d|1[0-3]):[0-5]\d\z|\A[+-]14:00\z", RegexOptions.ECMAScript)]
    private static partial Regex Offset();

    [GeneratedRegex(@"\A[a-z]+(_[a-z]+)*\z")]
    private static partial Regex Word();

    /// <summary>RFC 3986: a scheme, a colon and no character that a URI cannot have.</summary>
    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9+.-]*:[^\s<>""{}|\\^`\x00-\x1f]+\z")]
    private static partial Regex AnyUri();
}
