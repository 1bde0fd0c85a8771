using System.Text.Json;
using System.Text.Json.Nodes;

namespace TcmBrain.Traceability.Access;

/// <summary>
/// What of another party's event is its business and nobody else's: to whom it sold, under which papers, and how much. Where a thing comes from
/// and how it was tested and treated stays.
/// </summary>
public static class Redaction
{
    private static readonly string[] Commercial = ["bizTransactionList", "sourceList", "destinationList", "comment"];

    private static readonly string[] Quantified = ["quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"];

    /// <summary>Words of the platform's and the profile's vocabularies that are commercial, whatever their prefix.</summary>
    private static readonly string[] Words = ["supplier", "price", "cost", "customer", "invoice", "contract", "buyer", "yield"];

    /// <returns>The event without them, and the names of what was left out.</returns>
    public static (JsonElement Event, IReadOnlyList<string> Fields) Of(JsonElement e)
    {
        var rest = JsonObject.Create(e)!;
        var left = new List<string>();
        foreach (var name in Commercial.Where(rest.Remove))
        {
            left.Add(name);
        }

        foreach (var name in Quantified)
        {
            var touched = false;
            foreach (var quantity in rest[name] as JsonArray ?? [])
            {
                touched |= quantity is JsonObject one && one.Remove("quantity") | one.Remove("uom");
            }

            if (touched)
            {
                left.Add(name + ".quantity");
            }
        }

        Extensions(rest, "", left);
        return left.Count == 0 ? (e, left) : (JsonSerializer.SerializeToElement(rest), left);
    }

    private static void Extensions(JsonObject holder, string path, List<string> left)
    {
        foreach (var (name, value) in holder.ToList())
        {
            if (name.Contains(':', StringComparison.Ordinal) && IsCommercial(name))
            {
                holder.Remove(name);
                left.Add(path + name);
            }
            else if (value is JsonObject inner && (name == "ilmd" || name.Contains(':', StringComparison.Ordinal)))
            {
                Extensions(inner, $"{path}{name}.", left);
            }
        }
    }

    private static bool IsCommercial(string name)
    {
        var word = name[(name.LastIndexOfAny([':', '/', '#']) + 1)..];
        return Words.Any(w => word.Contains(w, StringComparison.OrdinalIgnoreCase));
    }
}
