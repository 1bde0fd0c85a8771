using System.Text;
using System.Text.Json;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Events;

/// <summary>The pre-hash string of an event: its fields in canonical order and canonical form, without separators.</summary>
public static class PreHash
{
    private const string Cbv = "https://ref.gs1.org/cbv/";
    private const string Voc = "https://gs1.org/voc/";

    private static readonly Field[] Quantity = [new("quantityElement", [new("epcClass"), new("quantity"), new("uom")])];

    private static readonly Field[] Epcs = [new("epc")];

    /// <summary>What is not in here (transactions, sources, destinations, ILMD, extensions) follows in the order of its own text.</summary>
    private static readonly Field[] Order =
    [
        new("eventTime"),
        new("eventTimeZoneOffset"),
        new("certificationInfo"),
        new("parentID"),
        new("epcList", Epcs),
        new("inputEPCList", Epcs),
        new("childEPCs", Epcs),
        new("quantityList", Quantity),
        new("childQuantityList", Quantity),
        new("inputQuantityList", Quantity),
        new("outputEPCList", Epcs),
        new("outputQuantityList", Quantity),
        new("action"),
        new("transformationID"),
        new("bizStep"),
        new("disposition"),
        new("persistentDisposition", [new("set"), new("unset")]),
        new("readPoint", [new("id")]),
        new("bizLocation", [new("id")]),
        new(
            "sensorElementList",
            [
                new(
                    "sensorElement",
                    [
                        new(
                            "sensorMetadata",
                            [
                                new("time"),
                                new("startTime"),
                                new("endTime"),
                                new("deviceID"),
                                new("deviceMetadata"),
                                new("rawData"),
                                new("dataProcessingMethod"),
                                new("bizRules"),
                            ]
                        ),
                        new(
                            "sensorReport",
                            [
                                new("type"),
                                new("exception"),
                                new("deviceID"),
                                new("deviceMetadata"),
                                new("rawData"),
                                new("dataProcessingMethod"),
                                new("time"),
                                new("microorganism"),
                                new("chemicalSubstance"),
                                new("value"),
                                new("component"),
                                new("stringValue"),
                                new("booleanValue"),
                                new("hexBinaryValue"),
                                new("uriValue"),
                                new("minValue"),
                                new("maxValue"),
                                new("meanValue"),
                                new("sDev"),
                                new("percRank"),
                                new("percValue"),
                                new("uom"),
                                new("coordinateReferenceSystem"),
                            ]
                        ),
                    ]
                ),
            ]
        ),
    ];

    private static readonly string[] NotHashed = ["type", "recordTime", "eventID", "errorDeclaration", "@context"];

    /// <param name="ignored">Top-level fields that the document declares as its repository's own.</param>
    /// <exception cref="FormatException">The event has no type.</exception>
    public static string Of(JsonElement e, JsonLdContext context, IReadOnlyCollection<string>? ignored = null)
    {
        if (e.ValueKind != JsonValueKind.Object || !e.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
        {
            throw new FormatException("An event has a type.");
        }

        var known = context.With(e);
        var fields = new List<Node>();
        foreach (var field in e.EnumerateObject())
        {
            var name = field.Name;
            if (!NotHashed.Contains(name) && !IsComment(name) && ignored?.Contains(name) != true)
            {
                Read(name, field.Value, "", known, fields);
            }
        }

        return "eventType=" + type.GetString() + Ordered(Restructure(fields), Order);
    }

    /// <summary>One value of a field, or several under the same name when it is an array.</summary>
    private sealed record Node(string Name, string? Text, List<Node> Children)
    {
        /// <summary>Children stand in their right order already.</summary>
        public bool Arranged { get; init; }
    }

    private sealed record Field(string Name, Field[]? Children = null);

    private static void Read(string key, JsonElement value, string parent, JsonLdContext context, List<Node> into)
    {
        var name = context.ExpandName(key);
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    into.Add(Read(name, key, parent, item, context));
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                into.Add(Read(name, key, parent, value, context));
                break;
        }
    }

    private static Node Read(string name, string key, string parent, JsonElement value, JsonLdContext context) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => new Node(
                name,
                value.TryGetProperty("#text", out var text) ? Scalar(text, key, parent, context) : null,
                Fields(value, key, context)
            ),
            JsonValueKind.Array => new Node(name, null, [.. value.EnumerateArray().Select(item => Read("", "", key, item, context))]),
            _ => new Node(name, Scalar(value, key, parent, context), None),
        };

    private static readonly List<Node> None = [];

    private static List<Node> Fields(JsonElement value, string key, JsonLdContext context)
    {
        var fields = new List<Node>();
        foreach (var field in value.EnumerateObject())
        {
            var name = field.Name;
            if (name != "#text" && !IsComment(name))
            {
                Read(name, field.Value, key, context, fields);
            }
        }

        return fields;
    }

    private static string? Scalar(JsonElement value, string key, string parent, JsonLdContext context) =>
        value.ValueKind switch
        {
            JsonValueKind.String => Expand(value.GetString()!, key, parent, context),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };

    /// <summary>Compact URIs and the bare words of standard vocabularies become whole URIs.</summary>
    private static string Expand(string text, string key, string parent, JsonLdContext context)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return context.ExpandValue(text);
        }

        var vocabulary = (parent, key) switch
        {
            (_, "bizStep") => Cbv + "BizStep-",
            (_, "disposition") or ("persistentDisposition", "set" or "unset") => Cbv + "Disp-",
            ("bizTransactionList", "type") => Cbv + "BTT-",
            ("sourceList" or "destinationList", "type") => Cbv + "SDT-",
            ("sensorReport", "type" or "exception") => Voc,
            ("sensorReport", "component") => Cbv + "Comp-",
            _ => "",
        };
        return vocabulary.Length > 0 && text.Length > 0 ? vocabulary + text : text;
    }

    /// <summary>What JSON leaves out against XML, on which the hash is defined: the names of a list's elements.</summary>
    private static List<Node> Restructure(List<Node> nodes)
    {
        if (nodes.Count == 0)
        {
            return None;
        }

        var result = new List<Node>(nodes.Count);
        foreach (var group in Groups(nodes))
        {
            if (group.Key is "bizTransactionList" or "sourceList" or "destinationList")
            {
                result.Add(new Node(group.Key, null, [.. group.Nodes.Select(n => Pair(n, group.Key[..^"List".Length]))]));
            }
            else if (group.Key == "childEPCs")
            {
                result.Add(new Node(group.Key, null, [.. group.Nodes.Select(n => new Node("epc", n.Text, []))]));
            }
            else if (group.Key.EndsWith("List", StringComparison.Ordinal) && group.Key.Length > "List".Length)
            {
                var element = group.Key[..^"List".Length];
                result.Add(
                    new Node(
                        group.Key,
                        null,
                        [.. group.Nodes.Select(n => new Node(ElementName(element, n), n.Text, Restructure(n.Children)))]
                    )
                );
            }
            else
            {
                result.AddRange(group.Nodes.Select(n => n with { Children = Restructure(n.Children) }));
            }
        }

        return result;
    }

    /// <summary>In the order of their first. Looking through a few names is quicker than a table of them; of many it would be slow without end.</summary>
    private static IEnumerable<(string Key, List<Node> Nodes)> Groups(List<Node> nodes)
    {
        if (nodes.Count > 32)
        {
            foreach (var group in nodes.GroupBy(n => n.Name, StringComparer.Ordinal))
            {
                yield return (group.Key, [.. group]);
            }

            yield break;
        }

        for (var i = 0; i < nodes.Count; i++)
        {
            var name = nodes[i].Name;
            if (nodes.FindIndex(n => n.Name == name) == i)
            {
                yield return (name, nodes.FindAll(n => n.Name == name));
            }
        }
    }

    private static string ElementName(string name, Node node) =>
        name switch
        {
            "inputEPC" or "outputEPC" => "epc",
            "inputQuantity" or "outputQuantity" or "childQuantity" => "quantityElement",
            "quantity" when node.Children.Count > 0 => "quantityElement",
            _ => name,
        };

    /// <summary>Type, value, and then whatever else an extension put there.</summary>
    private static Node Pair(Node node, string value)
    {
        var first = node.Children.Where(c => c.Name == "type").Concat(node.Children.Where(c => c.Name == value));
        var rest = Generic(node.Children.Where(c => c.Name != "type" && c.Name != value));
        return new Node("", null, [.. first, .. rest.Length > 0 ? [new Node(rest, null, [])] : Array.Empty<Node>()]) { Arranged = true };
    }

    private static string Ordered(List<Node> nodes, Field[] order)
    {
        var text = new StringBuilder();
        var left = nodes.Count;
        foreach (var field in order)
        {
            if (left == 0)
            {
                break;
            }

            string? single = null;
            List<string>? values = null;
            foreach (var node in nodes)
            {
                if (node.Name != field.Name)
                {
                    continue;
                }

                left--;
                var value = Element(node, field.Children);
                if (single is null)
                {
                    single = value;
                    continue;
                }

                values ??= [single];
                values.Add(value);
            }

            if (values is not null)
            {
                values.Sort(CodePoints.Instance);
                values.ForEach(v => text.Append(v));
            }
            else if (single is not null)
            {
                text.Append(single);
            }
        }

        if (left > 0)
        {
            text.Append(Generic(nodes.Where(n => Array.TrueForAll(order, f => f.Name != n.Name))));
        }

        return text.ToString();
    }

    /// <summary>A field of the standard. One without any content leaves no trace.</summary>
    private static string Element(Node node, Field[]? children)
    {
        var below = children is null ? Generic(node.Children) : Ordered(node.Children, children);
        var text = node.Text?.Trim() ?? "";
        if (text.Length > 0)
        {
            text = "=" + (IsTime(node.Name) ? CanonicalValue.Time(text) : CanonicalValue.Of(text));
        }

        return text.Length + below.Length > 0 ? node.Name + text + below : "";
    }

    private static string Generic(IEnumerable<Node> nodes)
    {
        if (nodes is List<Node> { Count: 0 })
        {
            return "";
        }

        var values = nodes.Select(Generic).ToList();
        values.Sort(CodePoints.Instance);
        return string.Concat(values);
    }

    private static string Generic(Node node)
    {
        var text = node.Text?.Trim() ?? "";
        var below = node.Arranged ? string.Concat(node.Children.Select(Generic)) : Generic(node.Children);
        return node.Name + (text.Length > 0 ? "=" + CanonicalValue.Of(text) : "") + below;
    }

    private static bool IsComment(string name) => name is "comment" or "rdfs:comment";

    private static bool IsTime(string name) =>
        name.Contains("time", StringComparison.OrdinalIgnoreCase) && !name.Contains("offset", StringComparison.OrdinalIgnoreCase);

    /// <summary>Order of code points, which is that of the UTF-8 bytes; UTF-16 units would sort rare characters wrongly.</summary>
    private sealed class CodePoints : IComparer<string>
    {
        public static readonly CodePoints Instance = new();

        public int Compare(string? x, string? y)
        {
            var a = x.AsSpan();
            var b = y.AsSpan();
            var same = a.CommonPrefixLength(b);
            if (same == a.Length || same == b.Length)
            {
                return a.Length - b.Length;
            }

            var (p, q) = (a[same], b[same]);
            return char.IsSurrogate(p) == char.IsSurrogate(q) ? p - q
                : char.IsSurrogate(p) ? 1
                : -1;
        }
    }
}
