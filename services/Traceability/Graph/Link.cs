using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Graph;

/// <summary>How a thing is joined to a step; the numbers stand in the table.</summary>
public enum LinkRole : short
{
    Input = 1,
    Output = 2,
    PutInto = 3,
    TakenOut = 4,
    Container = 5,
    Emptied = 6,
    Member = 7,
    Transaction = 8,
}

/// <summary>One thing's part in one step, as one event tells it.</summary>
/// <param name="Step">What joins: a party's transformationID, a container, a transaction.</param>
/// <param name="Quantity">In <paramref name="Unit"/>, null when the event does not say it. Single things have none: they are one.</param>
public readonly record struct Link(string Thing, LinkRole Role, Guid Step, decimal? Quantity, string? Unit);

/// <summary>The joins that an event makes. Observations make none: they tell where a thing is, not what became of it.</summary>
public static class Links
{
    private static readonly string[] Vocabularies =
    [
        "https://ref.gs1.org/cbv/BizStep-",
        "https://ref.gs1.org/cbv/Disp-",
        "https://gs1.org/voc/Bizstep-",
        "https://gs1.org/voc/Disp-",
        "urn:epcglobal:cbv:bizstep:",
        "urn:epcglobal:cbv:disp:",
        "cbv:BizStep-",
        "cbv:Disp-",
    ];

    /// <param name="capturedBy">
    /// Part of a transformation's identity: one party cannot add its own inputs to another's transformation by using its number.
    /// </param>
    public static IReadOnlyList<Link> Of(JsonElement e, string capturedBy) =>
        TypeOf(e) switch
        {
            "TransformationEvent" when (Text(e, "transformationID") ?? Text(e, "eventID")) is { } id => Transformed(e, id, capturedBy),
            "AggregationEvent" or "AssociationEvent" => Contained(e),
            "TransactionEvent" => Transacted(e),
            _ => [],
        };

    private static List<Link> Transformed(JsonElement e, string id, string capturedBy)
    {
        var step = StepOf("transformation", DigitalLink.CanonicalOrSame(id) + "\n" + capturedBy);
        var links = new List<Link>();
        Add(links, e, "inputEPCList", "inputQuantityList", LinkRole.Input, step);
        Add(links, e, "outputEPCList", "outputQuantityList", LinkRole.Output, step);
        return links;
    }

    private static List<Link> Contained(JsonElement e)
    {
        if (Text(e, "parentID") is not { } parent)
        {
            return [];
        }

        var container = DigitalLink.CanonicalOrSame(parent);
        var step = StepOf("container", container);
        var taken = Text(e, "action") == "DELETE";
        var links = new List<Link>();
        Add(links, e, "childEPCs", "childQuantityList", taken ? LinkRole.TakenOut : LinkRole.PutInto, step);
        links.Add(new Link(container, taken && links.Count == 0 ? LinkRole.Emptied : LinkRole.Container, step, null, null));
        return links;
    }

    private static List<Link> Transacted(JsonElement e)
    {
        var links = new List<Link>();
        if (!e.TryGetProperty("bizTransactionList", out var transactions) || transactions.ValueKind != JsonValueKind.Array)
        {
            return links;
        }

        foreach (var transaction in transactions.EnumerateArray())
        {
            if (transaction.ValueKind == JsonValueKind.Object && Text(transaction, "bizTransaction") is { } id)
            {
                var canonical = DigitalLink.CanonicalOrSame(id);
                var step = StepOf("transaction", canonical);
                Add(links, e, "epcList", "quantityList", LinkRole.Member, step);
                links.Add(new Link(canonical, LinkRole.Transaction, step, null, null));
            }
        }

        return links;
    }

    /// <summary>Each thing once a role; what an event says of a lot in two rows is added up when the units agree.</summary>
    private static void Add(List<Link> links, JsonElement e, string epcs, string quantities, LinkRole role, Guid step)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var epc in Elements(e, epcs))
        {
            if (epc.ValueKind == JsonValueKind.String)
            {
                Put(new Link(DigitalLink.CanonicalOrSame(epc.GetString()!), role, step, null, null));
            }
        }

        foreach (var quantity in Elements(e, quantities))
        {
            if (quantity.ValueKind == JsonValueKind.Object && Text(quantity, "epcClass") is { } epcClass)
            {
                decimal? amount =
                    quantity.TryGetProperty("quantity", out var value)
                    && value.ValueKind == JsonValueKind.Number
                    && value.TryGetDecimal(out var number)
                        ? number
                        : null;
                var unit = amount is null ? null : Text(quantity, "uom") ?? "H87";
                Put(new Link(DigitalLink.CanonicalOrSame(epcClass), role, step, amount, unit));
            }
        }

        void Put(Link link)
        {
            if (places.TryAdd(link.Thing, links.Count))
            {
                links.Add(link);
            }
            else
            {
                var at = places[link.Thing];
                var sum = Amount.Of(links[at]) + Amount.Of(link);
                links[at] = links[at] with { Quantity = sum?.Value, Unit = sum?.Unit };
            }
        }
    }

    internal static Guid StepOf(string kind, string name) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{name}")).AsSpan(0, 16), bigEndian: true);

    internal static string? TypeOf(JsonElement e) => Text(e, "type");

    internal static string? Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A word of the CBV without the vocabulary it stands in, whatever way it was written; other URIs as they are.</summary>
    internal static string? Word(JsonElement e, string name) => Text(e, name) is { } word ? Bare(word) : null;

    internal static string Bare(string word)
    {
        foreach (var vocabulary in Vocabularies)
        {
            if (word.StartsWith(vocabulary, StringComparison.Ordinal))
            {
                return word[vocabulary.Length..];
            }
        }

        return word;
    }

    internal static IEnumerable<JsonElement> Elements(JsonElement e, string name) =>
        e.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];
}
