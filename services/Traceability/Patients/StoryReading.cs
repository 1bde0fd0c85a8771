using System.Globalization;
using System.Text.Json;
using TcmBrain.Traceability.Graph;

namespace TcmBrain.Traceability.Patients;

/// <summary>Reads events for people. Pure.</summary>
internal static class StoryReading
{
    private const int MostText = 120;

    /// <summary>Fields of the profile that are worth telling, whatever prefix their party uses.</summary>
    private static readonly string[] Telling =
    [
        "species",
        "originArea",
        "harvestDate",
        "growYears",
        "method",
        "processingMethod",
        "grade",
        "standard",
        "bestBeforeDate",
        "area",
        "dose",
        "safetyInterval",
        "doses",
        "vessel",
        "volumeMl",
        "reason",
        "recallReason",
        "soakMinutes",
        "boilMinutes",
    ];

    public static StoryStep Step(TraceEvent e, IReadOnlyDictionary<long, int> proofs) =>
        new(
            e.EventHash,
            WordOf(Links.Word(e.Event, "bizStep") ?? ""),
            e.Event.GetProperty("eventTime").GetDateTimeOffset(),
            Links.Word(e.Event, "disposition"),
            [.. Facts(e.Event)],
            proofs.TryGetValue(e.LeafIndex, out var place) ? place : null
        );

    /// <param name="makers">By the leaf of an acceptance: whose the accepted lot was.</param>
    public static StoryHerb Herb(
        string lot,
        decimal? grams,
        IReadOnlyList<TraceEvent> events,
        IReadOnlyDictionary<long, int> proofs,
        IReadOnlyDictionary<long, string> makers
    )
    {
        // Nobody but the platform says what a lot of the platform is.
        var accepted = events.FirstOrDefault(e => e.CapturedBy == Log.TraceDraft.Platform && Word(e) == "receiving");
        return new StoryHerb(
            lot,
            Said(accepted, "tcm:piece"),
            Said(accepted, "tcm:lotNumber"),
            grams,
            Said(accepted, "tcm:origin"),
            accepted is null ? null : makers.GetValueOrDefault(accepted.LeafIndex),
            Said(accepted, "tcm:producedOn"),
            Said(accepted, "tcm:expiresOn"),
            events.Any(e => Word(e) == "inspecting" && Links.Word(e.Event, "disposition") == "conformant"),
            events.Any(e => Links.Word(e.Event, "disposition") == "recalled"),
            [.. events.Select(e => Step(e, proofs))]
        );
    }

    private static string? Word(TraceEvent e) => Links.Word(e.Event, "bizStep");

    /// <summary>The last word of a URI: <c>…/voc/bizStep-planting</c> is planting.</summary>
    private static string WordOf(string step) =>
        step.Contains('/', StringComparison.Ordinal)
            ? step[(step.LastIndexOf('/') + 1)..].Replace("bizStep-", "", StringComparison.OrdinalIgnoreCase)
            : step;

    private static string? Said(TraceEvent? e, string name) => e is null ? null : Links.Text(e.Event, name);

    private static IEnumerable<StoryFact> Facts(JsonElement e)
    {
        foreach (var holder in Holders(e))
        {
            foreach (var field in holder.EnumerateObject())
            {
                var name = field.Name[(field.Name.IndexOf(':', StringComparison.Ordinal) + 1)..];
                if (Telling.Contains(name, StringComparer.OrdinalIgnoreCase) && Value(field.Value) is { Length: > 0 and <= MostText } value)
                {
                    yield return new StoryFact(name, value);
                }
            }
        }

        foreach (var step in Links.Elements(e, "tcm:stepList").Where(s => s.ValueKind == JsonValueKind.Object))
        {
            if (Links.Text(step, "tcm:name") is { } name && step.TryGetProperty("tcm:minutes", out var minutes))
            {
                yield return new StoryFact(name, minutes.GetRawText() + " min");
            }
        }

        foreach (var report in Links.Elements(e, "sensorElementList").SelectMany(s => Links.Elements(s, "sensorReport")))
        {
            if (
                Links.Text(report, "type") is { } type
                && report.TryGetProperty("value", out var value)
                && value.ValueKind == JsonValueKind.Number
            )
            {
                var unit = Links.Text(report, "uom") switch
                {
                    "CEL" => " °C",
                    "P1" or "A93" => " %",
                    { } other => " " + other,
                    null => "",
                };
                yield return new StoryFact(WordOf(type.Replace("gs1:", "/", StringComparison.Ordinal)), value.GetRawText() + unit);
            }
        }
    }

    private static IEnumerable<JsonElement> Holders(JsonElement e)
    {
        yield return e;
        if (e.TryGetProperty("ilmd", out var ilmd) && ilmd.ValueKind == JsonValueKind.Object)
        {
            yield return ilmd;
        }
    }

    private static string? Value(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number when value.TryGetDecimal(out var number) => number.ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
}
