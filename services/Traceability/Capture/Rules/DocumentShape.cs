using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Traceability.Capture.Rules;

/// <summary>The envelope around events: EPCISDocument and EPCISQueryDocument of the JSON schema, but for the events themselves.</summary>
internal static class DocumentShape
{
    private static readonly Rule Version = (check, value) =>
    {
        if (check.Kind(value, JsonValueKind.String, "文本", "a text") && !IsVersion(value.GetString()!))
        {
            check.Fault(TraceabilityFaults.WrongShape, "版本号", "a version");
        }
    };

    private static readonly Rule Events = Shapes.List((_, _) => { });

    private static readonly Rule Vocabularies = Shapes.List(
        new Shape(
            "type!",
            Shapes.Uri,
            "vocabularyElementList",
            Shapes.List(
                new Shape("id!", Shapes.Uri, "attributes", Shapes.List(Attribute), "children", Shapes.List(Shapes.Uri))
                {
                    Open = true,
                    AnyNames = true,
                }.Check
            )
        )
        {
            Open = true,
            AnyNames = true,
        }.Check
    );

    private static readonly Shape Header = new(
        "epcisMasterData",
        (Rule)new Shape("vocabularyList", Vocabularies) { Open = true, AnyNames = true }.Check
    )
    {
        Open = true,
    };

    private static readonly Shape Document = new(
        "@context!",
        Shapes.Context,
        "id",
        Shapes.Uri,
        "type! instanceIdentifier sender receiver",
        Shapes.Text,
        "schemaVersion!",
        Version,
        "creationDate!",
        Shapes.Time,
        "epcisHeader",
        (Rule)Header.Check,
        "epcisBody!",
        (Rule)new Shape("eventList!", Events) { Open = true, AnyNames = true }.Check
    )
    {
        Open = true,
    };

    private static readonly Shape QueryDocument = new(
        "@context!",
        Shapes.Context,
        "id",
        Shapes.Uri,
        "type!",
        Shapes.Text,
        "schemaVersion",
        Version,
        "creationDate",
        Shapes.Time,
        "epcisBody!",
        (Rule)
            new Shape(
                "queryResults!",
                (Rule)
                    new Shape(
                        "queryName! subscriptionID",
                        Shapes.Text,
                        "resultsBody!",
                        (Rule)new Shape("eventList!", Events, "vocabularyList", Vocabularies) { Open = true }.Check
                    )
                    {
                        Open = true,
                    }.Check
            )
            {
                Open = true,
            }.Check
    )
    {
        Open = true,
    };

    /// <exception cref="FaultException">It is no document, or its envelope breaks the schema; the events are not looked at.</exception>
    public static void Check(JsonElement document)
    {
        var type =
            document.ValueKind == JsonValueKind.Object
            && document.TryGetProperty("type", out var named)
            && named.ValueKind == JsonValueKind.String
                ? named.GetString()
                : null;
        if (type is not ("EPCISDocument" or "EPCISQueryDocument"))
        {
            throw TraceabilityFaults.NotADocument.Exception();
        }

        var faults = new FaultList();
        (type == "EPCISDocument" ? Document : QueryDocument).Check(new ShapeCheck(faults, ""), document);
        faults.ThrowIfAny();
    }

    private static void Attribute(ShapeCheck check, JsonElement value) =>
        new Shape("id!", Shapes.Uri) { Open = true, AnyNames = true }.Check(check, value);

    private static bool IsVersion(string text) => text.Split('.').All(part => part.Length > 0 && part.All(char.IsAsciiDigit));
}
