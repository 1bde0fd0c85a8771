using System.Text.Json;

namespace TcmBrain.Traceability.Events;

/// <summary>The events of an EPCIS document, query document or lone event, with the prefixes and ignored fields that hold for them.</summary>
public sealed record EventDocument(IReadOnlyList<EventDocument.Entry> Events, JsonLdContext Context, IReadOnlyCollection<string> Ignored)
{
    private const string Repository = "https://repository-x.example.com/";

    /// <param name="Pointer">Where the event stands in the document (JSON pointer).</param>
    public readonly record struct Entry(string Pointer, JsonElement Event);

    /// <summary>Null when there is no list of events where one belongs.</summary>
    public static EventDocument? Read(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var context = JsonLdContext.Empty.With(document);
        if (!document.TryGetProperty("epcisBody", out var body))
        {
            return new EventDocument([new Entry("", document)], context, Ignore(document, context));
        }

        var owner = document;
        var at = "/epcisBody";
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("queryResults", out var results))
        {
            owner = results;
            at += "/queryResults/resultsBody";
            if (results.ValueKind != JsonValueKind.Object || !results.TryGetProperty("resultsBody", out body))
            {
                return null;
            }
        }

        if (body.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (body.TryGetProperty("event", out var single))
        {
            return new EventDocument([new Entry(at + "/event", single)], context, Ignore(owner, context));
        }

        return body.TryGetProperty("eventList", out var list) && list.ValueKind == JsonValueKind.Array
            ? new EventDocument(
                [.. list.EnumerateArray().Select((e, i) => new Entry($"{at}/eventList/{i}", e))],
                context,
                Ignore(owner, context)
            )
            : null;
    }

    private static string[] Ignore(JsonElement owner, JsonLdContext context) =>
        [
            .. owner
                .EnumerateObject()
                .Where(p => p.Value.ValueKind == JsonValueKind.Array && context.ExpandName(p.Name) == $"{{{Repository}}}ignoreFields")
                .SelectMany(p => p.Value.EnumerateArray())
                .Where(name => name.ValueKind == JsonValueKind.String)
                .Select(name => name.GetString()!),
        ];
}
