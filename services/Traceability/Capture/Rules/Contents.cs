using System.Text.Json;

namespace TcmBrain.Traceability.Capture.Rules;

/// <summary>What an event of a type must tell of, whichever of its fields it uses (the schema's anyOf).</summary>
internal static class Contents
{
    public static void Check(ShapeCheck check, JsonElement e, string type)
    {
        var action = e.TryGetProperty("action", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var about = type switch
        {
            "ObjectEvent" => Has(e, "epcList") || Filled(e, "quantityList") || Filled(e, "sensorElementList") && Has(e, "readPoint"),
            "AggregationEvent" or "AssociationEvent" => action is null or "DELETE"
                || Filled(e, "childEPCs")
                || Filled(e, "childQuantityList"),
            "TransactionEvent" => action is null or "DELETE" || Has(e, "epcList") || Filled(e, "quantityList"),
            _ => Transforms(e),
        };
        if (!about)
        {
            check.Fault(TraceabilityFaults.NoObjects);
        }

        if (type == "ObjectEvent" && action is "OBSERVE" or "DELETE" && e.TryGetProperty("ilmd", out _))
        {
            check.At("ilmd", () => check.Fault(TraceabilityFaults.MisplacedIlmd));
        }
    }

    /// <summary>Inputs and outputs, or one of them and the id that links it with the others.</summary>
    private static bool Transforms(JsonElement e)
    {
        var inputs = Filled(e, "inputEPCList") || Filled(e, "inputQuantityList");
        var outputs = Filled(e, "outputEPCList") || Filled(e, "outputQuantityList");
        return inputs && outputs || (inputs || outputs) && Has(e, "transformationID");
    }

    private static bool Has(JsonElement e, string name) => e.TryGetProperty(name, out _);

    private static bool Filled(JsonElement e, string list) =>
        e.TryGetProperty(list, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0;
}
