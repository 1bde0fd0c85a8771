using System.Text.Json;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Events;

/// <summary>How a thing takes part in an event; the names are those of the table.</summary>
public enum ItemRole
{
    Epc,
    Parent,
    Child,
    Input,
    Output,
}

/// <param name="Item">EPC, lot or class as canonical Digital Link; another URI as it was written.</param>
public readonly record struct EventItem(string Item, ItemRole Role);

/// <summary>The things an event is about, each once per role: what the look-up by lot or bag is built from.</summary>
public static class EventItems
{
    public static IReadOnlyList<EventItem> Of(JsonElement e)
    {
        var items = new HashSet<EventItem>();
        foreach (var field in e.EnumerateObject())
        {
            switch (field.Name)
            {
                case "epcList" or "quantityList":
                    Add(field.Value, ItemRole.Epc);
                    break;
                case "parentID":
                    Add(field.Value, ItemRole.Parent);
                    break;
                case "childEPCs" or "childQuantityList":
                    Add(field.Value, ItemRole.Child);
                    break;
                case "inputEPCList" or "inputQuantityList":
                    Add(field.Value, ItemRole.Input);
                    break;
                case "outputEPCList" or "outputQuantityList":
                    Add(field.Value, ItemRole.Output);
                    break;
            }
        }

        return [.. items.OrderBy(i => i.Item, StringComparer.Ordinal).ThenBy(i => i.Role)];

        void Add(JsonElement value, ItemRole role)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.String:
                    items.Add(new EventItem(DigitalLink.CanonicalOrSame(value.GetString()!), role));
                    break;
                case JsonValueKind.Object when value.TryGetProperty("epcClass", out var epcClass):
                    Add(epcClass, role);
                    break;
                case JsonValueKind.Array:
                    foreach (var element in value.EnumerateArray())
                    {
                        Add(element, role);
                    }

                    break;
            }
        }
    }
}
