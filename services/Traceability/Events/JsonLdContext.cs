using System.Collections.Immutable;
using System.Text.Json;

namespace TcmBrain.Traceability.Events;

/// <summary>The prefixes that a document's <c>@context</c> declares. The standard context is known and never fetched.</summary>
public sealed class JsonLdContext
{
    public const string Epcis = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

    /// <summary>Prefixes that the standard context gives to values (EPCIS 2.0, CURIEs of standard vocabularies).</summary>
    private static readonly ImmutableDictionary<string, string> Standard = ImmutableDictionary.CreateRange(
        StringComparer.Ordinal,
        [
            KeyValuePair.Create("epcis", "https://ref.gs1.org/epcis/"),
            KeyValuePair.Create("cbv", "https://ref.gs1.org/cbv/"),
            KeyValuePair.Create("gs1", "https://gs1.org/voc/"),
        ]
    );

    public static readonly JsonLdContext Empty = new(ImmutableDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal));

    private readonly ImmutableDictionary<string, string> declared;

    private JsonLdContext(ImmutableDictionary<string, string> declared) => this.declared = declared;

    /// <summary>This context with what the object's <c>@context</c> adds, if it has one.</summary>
    public JsonLdContext With(JsonElement owner) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty("@context", out var context) ? WithContext(context) : this;

    /// <param name="context">The JSON of an <c>@context</c>.</param>
    public static JsonLdContext Of(string context)
    {
        using var json = JsonDocument.Parse(context);
        return Empty.WithContext(json.RootElement);
    }

    public bool Declares(string prefix) => declared.ContainsKey(prefix);

    /// <summary><c>tcm:doses</c> becomes <c>{https://…/}doses</c>; names without a declared prefix stay.</summary>
    public string ExpandName(string name) =>
        Divide(name) is var (prefix, local) && declared.TryGetValue(prefix, out var uri) ? $"{{{uri}}}{local}" : name;

    /// <summary><c>gs1:Temperature</c> becomes <c>https://gs1.org/voc/Temperature</c>.</summary>
    public string ExpandValue(string value) =>
        Divide(value) is var (prefix, local) && (declared.TryGetValue(prefix, out var uri) || Standard.TryGetValue(prefix, out uri))
            ? uri + local
            : value;

    private JsonLdContext WithContext(JsonElement context) =>
        context.ValueKind switch
        {
            JsonValueKind.Array => context.EnumerateArray().Aggregate(this, (known, part) => known.WithContext(part)),
            JsonValueKind.Object => new(
                declared.SetItems(
                    context
                        .EnumerateObject()
                        .Where(p => p.Value.ValueKind == JsonValueKind.String && !p.Name.StartsWith('@'))
                        .Select(p => KeyValuePair.Create(p.Name, p.Value.GetString()!))
                )
            ),
            _ => this,
        };

    private static (string Prefix, string Local)? Divide(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? (text[..colon], text[(colon + 1)..]) : null;
    }
}
