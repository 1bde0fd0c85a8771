using System.Text.Json;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Queries.Simple;

/// <summary>One condition of a query. All of them must hold.</summary>
/// <param name="Narrow">What an index can do about it; null: nothing.</param>
internal sealed record Criterion(Func<EventView, bool> Holds, Action<SqlNarrowing>? Narrow = null);

/// <summary>The parameters of SimpleEventQuery that stand for themselves (EPCIS 2.0, 8.2.7.1).</summary>
internal static class Criteria
{
    private static readonly string[] Epcs = ["epcList", "childEPCs"];
    private static readonly string[] Classes = ["quantityList", "childQuantityList"];

    private static readonly string[] Quantities = ["quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"];

    /// <summary>MATCH_ parameters: fields, whether they hold classes, and the roles of the look-up.</summary>
    public static readonly IReadOnlyDictionary<string, (string[] Fields, bool Classes, string[] Roles)> Matches = new Dictionary<
        string,
        (string[], bool, string[])
    >
    {
        ["MATCH_epc"] = (Epcs, false, ["epc", "child"]),
        ["MATCH_parentID"] = (["parentID"], false, ["parent"]),
        ["MATCH_inputEPC"] = (["inputEPCList"], false, ["input"]),
        ["MATCH_outputEPC"] = (["outputEPCList"], false, ["output"]),
        ["MATCH_anyEPC"] = (
            ["epcList", "childEPCs", "parentID", "inputEPCList", "outputEPCList"],
            false,
            ["epc", "child", "parent", "input", "output"]
        ),
        ["MATCH_epcClass"] = (Classes, true, ["epc", "child"]),
        ["MATCH_inputEPCClass"] = (["inputQuantityList"], true, ["input"]),
        ["MATCH_outputEPCClass"] = (["outputQuantityList"], true, ["output"]),
        ["MATCH_anyEPCClass"] = (Quantities, true, ["epc", "child", "input", "output"]),
    };

    /// <summary>Asks for nothing.</summary>
    public static readonly Criterion Nothing = new(_ => true);

    public static Criterion Match(string name, IReadOnlyList<string> uris)
    {
        var (fields, classes, roles) = Matches[name];
        return Match(fields, classes, roles, uris);
    }

    /// <summary>Anything of the event: an EPC or a class (top-level resource epcs).</summary>
    public static Criterion Any(string uri)
    {
        var (epcs, classes) = (Match("MATCH_anyEPC", [uri]), Match("MATCH_anyEPCClass", [uri]));
        return new Criterion(view => epcs.Holds(view) || classes.Holds(view), epcs.Narrow);
    }

    private static Criterion Match(string[] fields, bool classes, string[] roles, IReadOnlyList<string> uris)
    {
        List<EpcPattern> patterns = [.. uris.Select(u => EpcPattern.Of(u, classes))];
        return new Criterion(
            view =>
                view.Items(fields)
                    .Select(item =>
                        classes ? Text(item, "epcClass")
                        : item.ValueKind == JsonValueKind.String ? item.GetString()
                        : null
                    )
                    .Any(uri =>
                        uri is not null && DigitalLink.CanonicalOrSame(uri) is var canonical && patterns.Exists(p => p.Matches(canonical))
                    ),
            sql => sql.Items(patterns, roles)
        );
    }

    /// <summary>A word of a vocabulary that has a column.</summary>
    public static Criterion Word(string field, TermKind kind, string column, IReadOnlyList<string> values, JsonLdContext declared)
    {
        var wanted = values.Select(v => Terms.Canonical(kind, v, declared)).ToHashSet(StringComparer.Ordinal);
        return new Criterion(view => view.Term(field, kind) is { } term && wanted.Contains(term), sql => sql.Word(column, kind, wanted));
    }

    public static Criterion Place(string field, TermKind kind, string column, IReadOnlyCollection<string> uris)
    {
        var wanted = uris.Select(DigitalLink.CanonicalOrSame).ToHashSet(StringComparer.Ordinal);
        return new Criterion(view => view.Place(field) is { } place && wanted.Contains(place), sql => sql.Word(column, kind, wanted));
    }

    public static Criterion Persistent(string part, IReadOnlyList<string> values, JsonLdContext declared)
    {
        var wanted = values.Select(v => Terms.Canonical(TermKind.Disposition, v, declared)).ToHashSet(StringComparer.Ordinal);
        return new Criterion(view =>
            view.Object("persistentDisposition") is { } persistent
            && persistent.TryGetProperty(part, out var list)
            && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray()
                .Any(d =>
                    d.ValueKind == JsonValueKind.String
                    && wanted.Contains(Terms.Canonical(TermKind.Disposition, d.GetString()!, view.Context))
                )
        );
    }

    /// <summary>EQ_bizTransaction_type, EQ_source_type, EQ_destination_type.</summary>
    public static Criterion Pair(string list, string member, TermKind kind, string type, IReadOnlyList<string> uris, JsonLdContext declared)
    {
        var wantedType = type.Length == 0 ? null : Terms.Canonical(kind, type, declared);
        var wanted = uris.Select(DigitalLink.CanonicalOrSame).ToHashSet(StringComparer.Ordinal);
        return new Criterion(view =>
            view.Items(list)
                .Any(pair =>
                    Text(pair, member) is { } uri
                    && wanted.Contains(DigitalLink.CanonicalOrSame(uri))
                    && (
                        wantedType is null
                            ? Text(pair, "type") is null
                            : Text(pair, "type") is { } t && Terms.Canonical(kind, t, view.Context) == wantedType
                    )
                )
        );
    }

    /// <param name="unit">Null: whatever the unit.</param>
    public static Criterion Quantity(string? unit, Func<decimal, bool> holds) =>
        new(view =>
            view.Items(Quantities)
                .Any(item =>
                    item.ValueKind == JsonValueKind.Object
                    && item.TryGetProperty("quantity", out var quantity)
                    && QueryValue.Number(quantity) is { } amount
                    && (
                        unit is null
                            ? holds(amount)
                            : Measures.Convert(amount, Text(item, "uom"), unit) is { } converted && holds(converted)
                    )
                )
        );

    /// <summary>A number of a sensor report, in the unit asked for.</summary>
    public static Criterion Measured(string attribute, string? unit, Func<decimal, bool> holds) =>
        new(view =>
            view.SensorReports.Any(report =>
                report.TryGetProperty(attribute, out var value)
                && QueryValue.Number(value) is { } number
                && (
                    unit is null
                        ? holds(number)
                        : Measures.Convert(number, Text(report, "uom"), unit, isDifference: attribute == "sDev") is { } converted
                            && holds(converted)
                )
            )
        );

    /// <summary>A text attribute of sensor reports, of their metadata, or of either.</summary>
    public static Criterion Sensor(
        string attribute,
        bool metadata,
        bool reports,
        IReadOnlyList<string> values,
        TermKind kind,
        JsonLdContext declared
    )
    {
        var wanted = values.Select(v => Terms.Canonical(kind, v, declared)).ToHashSet(StringComparer.Ordinal);
        return new Criterion(view =>
            Of(view, metadata, reports)
                .Any(owner =>
                    owner.TryGetProperty(attribute, out var value)
                    && QueryValue.Scalar(value) is { } text
                    && wanted.Contains(Terms.Canonical(kind, text, view.Context))
                )
        );
    }

    public static Criterion SensorTime(string attribute, bool reports, Func<DateTimeOffset, bool> holds) =>
        new(view =>
            Of(view, true, reports).Any(owner => Text(owner, attribute) is { } text && QueryValue.Time(text) is { } time && holds(time))
        );

    public static Criterion Declared(Func<JsonElement, EventView, bool> holds) =>
        new(view => view.ErrorDeclaration is { } declaration && holds(declaration, view), sql => sql.Require("e.error_declaration"));

    private static IEnumerable<JsonElement> Of(EventView view, bool metadata, bool reports) =>
        (metadata ? view.SensorMetadata : []).Concat(reports ? view.SensorReports : []);

    public static string? Text(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
