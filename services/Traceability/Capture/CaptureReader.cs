using System.Text.Json;
using System.Text.Json.Nodes;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.Traceability.Capture.Rules;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Identifiers;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Capture;

/// <summary>Who captures, under which rules, and who else may see it.</summary>
/// <param name="Profile">Null: as each event declares.</param>
public sealed record CaptureParty(string Owner, EventScope Scope, CaptureProfile? Profile);

/// <summary>Turns what a request brings into drafts, each event held to its rules.</summary>
public sealed class CaptureReader(CaptureProfiles profiles, TimeProvider time)
{
    /// <summary>Most events of a document (GS1-EPCIS-Capture-Limit).</summary>
    public const int MostEvents = 5000;

    /// <summary>Most bytes of a request (GS1-EPCIS-Capture-File-Size-Limit).</summary>
    public const int MostBytes = 16 << 20;

    /// <exception cref="FaultException">Every fault of the event.</exception>
    public CaptureItem Event(JsonElement e, bool doubled, CaptureParty party)
    {
        if (e.ValueKind != JsonValueKind.Object || e.TryGetProperty("epcisBody", out _))
        {
            throw TraceabilityFaults.NotADocument.Exception();
        }

        return Guarded(() =>
        {
            var faults = new FaultList();
            faults.Require(e.TryGetProperty("@context", out var context), TraceabilityFaults.Missing, "/@context");
            Check(e, "", JsonLdContext.Empty, doubled, declared: false, party, faults);
            faults.ThrowIfAny();
            return new CaptureItem(
                party.Owner,
                [new TraceDraft(e, null, party.Scope, party.Owner, keepEventId: true, ownContext: true)],
                [""],
                [],
                null
            );
        });
    }

    /// <summary>The document's events as far as they keep the rules, and the job that says what of the others.</summary>
    /// <exception cref="FaultException">The document itself is broken; there is no job then.</exception>
    public CaptureItem Document(JsonElement document, bool doubled, CaptureErrorBehaviour behaviour, CaptureParty party)
    {
        DocumentShape.Check(document);
        return Guarded(() =>
        {
            var read = EventDocument.Read(document) ?? throw TraceabilityFaults.NotADocument.Exception();
            if (read.Events.Count > MostEvents)
            {
                throw TraceabilityFaults.TooManyEvents.Exception("/epcisBody", MostEvents);
            }

            var context = document.GetProperty("@context");
            var shared = CanonicalJson.Of(
                context.ValueKind == JsonValueKind.Array ? context : JsonSerializer.SerializeToElement(new[] { context })
            );
            var declared = profiles.IsDeclared(document);
            var job = new CaptureJobDraft(Guid.CreateVersion7(), behaviour, time.GetUtcNow(), []);
            var kept = new (TraceDraft? Draft, FaultList Faults)[read.Events.Count];
            Parallel.For(
                0,
                kept.Length,
                new ParallelOptions { MaxDegreeOfParallelism = kept.Length < 64 ? 1 : Math.Max(1, Environment.ProcessorCount / 2) },
                i => kept[i] = Entry(read, i, context, shared, declared, doubled, party)
            );
            var drafts = new List<TraceDraft>(kept.Length);
            var places = new List<string>(kept.Length);
            for (var i = 0; i < kept.Length; i++)
            {
                foreach (var fault in kept[i].Faults.Faults)
                {
                    job.Errors.Add(CaptureJobs.Problem(job.Id, fault, StatusCodes.Status400BadRequest));
                }

                if (kept[i].Draft is { } draft)
                {
                    drafts.Add(draft);
                    places.Add(read.Events[i].Pointer);
                }
            }

            return new CaptureItem(party.Owner, drafts, places, MasterData(document), job);
        });
    }

    private (TraceDraft?, FaultList) Entry(
        EventDocument read,
        int index,
        JsonElement context,
        string shared,
        bool declared,
        bool doubled,
        CaptureParty party
    )
    {
        var e = Without(read.Events[index].Event, read.Ignored);
        var faults = new FaultList();
        Check(e, read.Events[index].Pointer, read.Context, doubled, declared, party, faults);
        if (faults.Any)
        {
            return (null, faults);
        }

        var own = e.TryGetProperty("@context", out var inner);
        return (
            new TraceDraft(e, own ? Merged(context, inner) : shared, party.Scope, party.Owner, keepEventId: true, ownContext: own),
            faults
        );
    }

    private void Check(
        JsonElement e,
        string pointer,
        JsonLdContext context,
        bool doubled,
        bool declared,
        CaptureParty party,
        FaultList faults
    )
    {
        Shapes.Event(new ShapeCheck(faults, pointer), e);
        var profile = party.Profile ?? (declared || profiles.IsDeclared(e) ? CaptureProfile.Tcm : CaptureProfile.Epcis);
        if (!faults.Any && profile == CaptureProfile.Tcm)
        {
            faults.Require(!doubled, GeneralFaults.Malformed, pointer);
            ProfileRules.Check(e, pointer, context, time.GetUtcNow(), faults);
        }
    }

    /// <summary>Master data of the document's header (EPCIS 2.0, 6.5).</summary>
    private static List<MasterDataElement> MasterData(JsonElement document)
    {
        var elements = new Dictionary<(string, string), MasterDataElement>();
        if (
            document.TryGetProperty("epcisHeader", out var header)
            && header.TryGetProperty("epcisMasterData", out var data)
            && data.TryGetProperty("vocabularyList", out var list)
        )
        {
            foreach (var vocabulary in list.EnumerateArray())
            {
                var name = vocabulary.GetProperty("type").GetString()!;
                if (!vocabulary.TryGetProperty("vocabularyElementList", out var members))
                {
                    continue;
                }

                foreach (var member in members.EnumerateArray())
                {
                    var id = DigitalLink.CanonicalOrSame(member.GetProperty("id").GetString()!);
                    elements[(name, id)] = new MasterDataElement(name, id, Attributes(member), Children(member));
                }
            }
        }

        return [.. elements.Values];
    }

    private static string Attributes(JsonElement member)
    {
        var attributes = new JsonObject();
        if (member.TryGetProperty("attributes", out var list))
        {
            foreach (var attribute in list.EnumerateArray())
            {
                attributes[attribute.GetProperty("id").GetString()!] = attribute.TryGetProperty("attribute", out var value)
                    ? JsonNode.Parse(value.GetRawText())
                    : null;
            }
        }

        return attributes.ToJsonString();
    }

    private static string[] Children(JsonElement member) =>
        member.TryGetProperty("children", out var children)
            ? [.. children.EnumerateArray().Select(c => DigitalLink.CanonicalOrSame(c.GetString()!))]
            : [];

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

    /// <summary>The document's context and the event's own after it, so that the event can stand alone.</summary>
    private static string Merged(JsonElement context, JsonElement own) =>
        "[" + string.Join(',', Parts(context).Concat(Parts(own)).Select(CanonicalJson.Of).Distinct(StringComparer.Ordinal)) + "]";

    private static IEnumerable<JsonElement> Parts(JsonElement context) =>
        context.ValueKind == JsonValueKind.Array ? context.EnumerateArray() : [context];

    private static CaptureItem Guarded(Func<CaptureItem> read)
    {
        try
        {
            return read();
        }
        catch (Exception unreadable) when (IsHalfCharacter(unreadable))
        {
            // Half of a surrogate pair in an escape: JSON by its grammar, but no text.
            throw GeneralFaults.Malformed.Exception();
        }
    }

    private static bool IsHalfCharacter(Exception e) =>
        e is InvalidOperationException { InnerException: null }
        || e is AggregateException several && several.InnerExceptions.All(IsHalfCharacter);
}
