using System.Text.Json;
using TcmBrain.Traceability.Events;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>Where a parameter looks for a field of somebody's own (EPCIS 2.0, 8.2.7.1: EQ_fieldname, EQ_ILMD_fieldname, …).</summary>
internal enum FieldArea
{
    Event,
    Ilmd,
    ErrorDeclaration,
    SensorElement,
    SensorMetadata,
    SensorReport,
    ReadPoint,
    BizLocation,
}

/// <summary>
/// An extension field by its name: prefix and local name, or the whole URI. Whatever prefix the event's own context has for it, the expanded
/// names decide; a prefix that the query does not declare is taken as it stands.
/// </summary>
/// <param name="inner">Not the field of the area itself but one nested at any depth in its fields (EQ_INNER_…).</param>
internal sealed class ExtensionField(string name, FieldArea area, bool inner, JsonLdContext declared)
{
    private readonly string expanded = Flat(declared.ExpandName(name));

    public string Name => name;

    /// <summary>Every value of the field; of a list each of its items.</summary>
    public IEnumerable<JsonElement> ValuesIn(EventView view) =>
        Owners(view).SelectMany(owner => inner ? Nested(owner, view.Context) : Own(owner, view.Context)).SelectMany(Single);

    private IEnumerable<JsonElement> Owners(EventView view) =>
        area switch
        {
            FieldArea.Event => [view.Event],
            FieldArea.Ilmd => One(view.Object("ilmd")),
            FieldArea.ErrorDeclaration => One(view.ErrorDeclaration),
            FieldArea.SensorElement => view.SensorElements,
            FieldArea.SensorMetadata => view.SensorMetadata,
            FieldArea.SensorReport => view.SensorReports,
            FieldArea.ReadPoint => One(view.Object("readPoint")),
            _ => One(view.Object("bizLocation")),
        };

    private static IEnumerable<JsonElement> One(JsonElement? owner) => owner is { } there ? [there] : [];

    private IEnumerable<JsonElement> Own(JsonElement owner, JsonLdContext context)
    {
        foreach (var field in owner.EnumerateObject())
        {
            if (Is(field.Name, context))
            {
                yield return field.Value;
            }
        }
    }

    /// <summary>Fields below the owner's own extension fields.</summary>
    private IEnumerable<JsonElement> Nested(JsonElement owner, JsonLdContext context) =>
        owner
            .EnumerateObject()
            .Where(field => area != FieldArea.Event || field.Name.Contains(':', StringComparison.Ordinal))
            .SelectMany(field => Below(field.Value, context));

    private IEnumerable<JsonElement> Below(JsonElement value, JsonLdContext context) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => Own(value, context).Concat(value.EnumerateObject().SelectMany(f => Below(f.Value, context))),
            JsonValueKind.Array => value.EnumerateArray().SelectMany(item => Below(item, context)),
            _ => [],
        };

    private static IEnumerable<JsonElement> Single(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Single) : [value];

    private bool Is(string field, JsonLdContext context) => field == name || Flat(context.ExpandName(field)) == expanded;

    /// <summary>The namespace and the name as one text; XML's notation with # between them is the same.</summary>
    private static string Flat(string expanded) =>
        (expanded.StartsWith('{') ? expanded[1..].Replace("}", "", StringComparison.Ordinal) : expanded).Replace(
            "#",
            "",
            StringComparison.Ordinal
        );
}
