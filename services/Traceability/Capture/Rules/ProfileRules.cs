using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Capture.Rules;

/// <summary>
/// What the trace profile for Chinese medicine adds to the standard, so that the graph, the mass balance and the recall can rest on it: a
/// transformationID, things named, few units, quantities that are exact, declared prefixes, an eventID that is the hash, no event from
/// the future.
/// </summary>
internal sealed class ProfileRules(JsonElement e, JsonLdContext context, ShapeCheck check)
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(2);

    private static readonly string[] Units = ["KGM", "GRM", "LTR", "MLT", "H87"];

    private static readonly string[] QuantityLists = ["quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"];

    /// <summary>Fields of the standard; what else there is must have a declared prefix.</summary>
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
    ];

    /// <param name="e">An event that the standard's rules found no fault in.</param>
    public static void Check(JsonElement e, string pointer, JsonLdContext context, DateTimeOffset now, FaultList faults)
    {
        var check = new ShapeCheck(faults, pointer);
        var before = check.Found;
        var rules = new ProfileRules(e, context.With(e), check);
        rules.Time(now);
        rules.Type();
        rules.Things();
        rules.Quantities();
        rules.Names();
        // Only an event without other faults has a hash worth telling.
        if (check.Found == before && e.TryGetProperty("eventID", out var id))
        {
            var hash = EventHash.Text(EventHash.Compute(e, context));
            if (id.GetString() != hash)
            {
                check.At("eventID", () => check.Fault(TraceabilityFaults.WrongEventId, hash));
            }
        }
    }

    private void Time(DateTimeOffset now)
    {
        if (e.GetProperty("eventTime").GetDateTimeOffset() > now + Ahead)
        {
            check.At("eventTime", () => check.Fault(TraceabilityFaults.Future));
        }
    }

    private void Type()
    {
        if (!CbvWords.EventTypes.Contains(e.GetProperty("type").GetString()!))
        {
            check.At("type", () => check.Fault(TraceabilityFaults.UnknownType));
        }
    }

    private void Things()
    {
        var type = e.GetProperty("type").GetString();
        var action = e.TryGetProperty("action", out var named) ? named.GetString() : null;
        var tells = type switch
        {
            "ObjectEvent" => Any("epcList", "quantityList") || Filled("sensorElementList") && Has("readPoint"),
            "AggregationEvent" or "AssociationEvent" => Any("childEPCs", "childQuantityList") || action == "DELETE" && Has("parentID"),
            _ => true,
        };
        if (!tells)
        {
            check.Fault(TraceabilityFaults.NoObjects);
        }

        if (type == "AggregationEvent" && action is "ADD" or "DELETE" && !Has("parentID"))
        {
            check.Missing("parentID");
        }

        if (type == "TransformationEvent" && !Has("transformationID"))
        {
            check.Missing("transformationID");
        }
    }

    private void Quantities()
    {
        foreach (var name in QuantityLists)
        {
            if (!e.TryGetProperty(name, out var list))
            {
                continue;
            }

            check.Enter(name);
            var i = 0;
            foreach (var item in list.EnumerateArray())
            {
                check.Enter(i++);
                if (
                    item.TryGetProperty("quantity", out var quantity)
                    && !(quantity.TryGetDecimal(out var amount) && amount >= 0 && amount.Scale <= 6)
                )
                {
                    check.At("quantity", () => check.Fault(TraceabilityFaults.BadQuantity));
                }

                if (item.TryGetProperty("uom", out var unit) && !Units.Contains(unit.GetString()))
                {
                    check.At("uom", () => check.Fault(TraceabilityFaults.BadUnit));
                }

                check.Leave();
            }

            check.Leave();
        }
    }

    /// <summary>Every field is of the standard or of a declared vocabulary, all the way down in extensions.</summary>
    private void Names()
    {
        foreach (var field in e.EnumerateObject())
        {
            if (field.Name == "ilmd")
            {
                check.At("ilmd", () => Extension(field.Value));
            }
            else if (!Standard.Contains(field.Name))
            {
                check.Enter(field.Name);
                Declared(field.Name);
                Extension(field.Value);
                check.Leave();
            }
        }
    }

    private void Extension(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                check.Fault(TraceabilityFaults.NullValue);
                break;
            case JsonValueKind.Object:
                foreach (var field in value.EnumerateObject())
                {
                    check.Enter(field.Name);
                    // Inside an extension the keywords of JSON-LD need no prefix.
                    if (field.Name is not ("type" or "id" or "@type" or "@value" or "@id" or "#text"))
                    {
                        Declared(field.Name);
                    }

                    Extension(field.Value);
                    check.Leave();
                }

                break;
            case JsonValueKind.Array:
                var i = 0;
                foreach (var item in value.EnumerateArray())
                {
                    check.Enter(i++);
                    Extension(item);
                    check.Leave();
                }

                break;
        }
    }

    private void Declared(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (!(colon > 0 && colon < name.Length - 1 && (context.Declares(name[..colon]) || name[..colon] == "rdfs")))
        {
            check.Fault(TraceabilityFaults.UndeclaredPrefix);
        }
    }

    private bool Any(params ReadOnlySpan<string> lists)
    {
        foreach (var list in lists)
        {
            if (Filled(list))
            {
                return true;
            }
        }

        return false;
    }

    private bool Filled(string list) =>
        e.TryGetProperty(list, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0;

    private bool Has(string name) => e.TryGetProperty(name, out _);
}
