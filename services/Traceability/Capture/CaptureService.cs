using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Capture;

/// <summary>Takes in events of the platform's parties: all of a document or nothing of it.</summary>
public sealed class CaptureService(EventExchange exchange, TraceLog log, TimeProvider time)
{
    public const int MostEvents = 5000;

    /// <param name="capturedBy">统一社会信用代码 of the capturing party, or <c>client:</c> and the client's id when it has none.</param>
    /// <param name="scope">Who else may see the events.</param>
    /// <exception cref="FaultException">Every fault of every event, or the events that are in the log already; nothing was stored.</exception>
    public async Task<IReadOnlyList<Appended>> CaptureAsync(
        JsonElement request,
        string capturedBy,
        EventScope scope,
        CancellationToken cancellationToken
    )
    {
        var (drafts, pointers) = Drafts(request, capturedBy, scope);
        await using var work = await exchange.BeginAsync(cancellationToken);
        var turn = await log.TakeTurnAsync(work, cancellationToken);
        var answers = await turn.AppendAsync(drafts, cancellationToken);
        var duplicates = new FaultList();
        for (var i = 0; i < answers.Count; i++)
        {
            duplicates.Require(answers[i].IsNew, TraceabilityFaults.Duplicate, pointers[i], EventHash.Text(answers[i].Draft.Hash));
        }

        duplicates.ThrowIfAny();
        await work.CommitAsync(cancellationToken);
        return answers;
    }

    private (List<TraceDraft> Drafts, List<string> Pointers) Drafts(JsonElement request, string capturedBy, EventScope scope)
    {
        try
        {
            var document = EventDocument.Read(request) ?? throw TraceabilityFaults.NotADocument.Exception();
            var faults = new FaultList();
            faults.Require(document.Events.Count > 0, TraceabilityFaults.NoEvents, "/epcisBody");
            faults.Require(document.Events.Count <= MostEvents, TraceabilityFaults.TooManyEvents, "/epcisBody", MostEvents);
            faults.Require(request.TryGetProperty("@context", out var context), TraceabilityFaults.Missing, "/@context");
            faults.ThrowIfAny();
            var now = time.GetUtcNow();
            List<(JsonElement Event, string Pointer)> kept =
            [
                .. document.Events.Select(e => (Without(e.Event, document.Ignored), e.Pointer)),
            ];
            foreach (var (e, pointer) in kept)
            {
                EventRules.Check(e, pointer, document.Context, now, faults);
            }

            faults.ThrowIfAny();
            return ([.. kept.Select(e => new TraceDraft(Alone(e.Event, context), scope, capturedBy))], [.. kept.Select(e => e.Pointer)]);
        }
        catch (InvalidOperationException unreadable) when (unreadable.InnerException is null)
        {
            // Half of a surrogate pair in an escape: JSON by its grammar, but no text.
            throw GeneralFaults.Malformed.Exception();
        }
    }

    /// <summary>The event without what its repository declared to be its own affair.</summary>
    private static JsonElement Without(JsonElement e, IReadOnlyCollection<string> ignored)
    {
        if (ignored.Count == 0 || e.ValueKind != JsonValueKind.Object)
        {
            return e;
        }

        var rest = JsonObject.Create(e)!;
        foreach (var name in ignored)
        {
            rest.Remove(name);
        }

        return JsonSerializer.SerializeToElement(rest);
    }

    /// <summary>The event with its document's context in its own, so that it can stand alone.</summary>
    private static JsonObject Alone(JsonElement e, JsonElement context)
    {
        var alone = JsonObject.Create(e)!;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var parts = new JsonArray();
        var own = e.TryGetProperty("@context", out var inner) ? Parts(inner) : [];
        foreach (var part in Parts(context).Concat(own))
        {
            if (seen.Add(CanonicalJson.Of(part)))
            {
                parts.Add(JsonNode.Parse(part.GetRawText()));
            }
        }

        alone["@context"] = parts;
        return alone;
    }

    private static IEnumerable<JsonElement> Parts(JsonElement context) =>
        context.ValueKind == JsonValueKind.Array ? context.EnumerateArray() : [context];
}
