using System.Text.Json;
using TcmBrain.Traceability.Identifiers;

namespace TcmBrain.Traceability.Events;

/// <summary>What a value of an event's field may be a word of.</summary>
public enum TermKind : short
{
    EventType = 1,
    BizStep = 2,
    Disposition = 3,
    ReadPoint = 4,
    BizLocation = 5,
    BizTransactionType,
    SourceDestinationType,
    ErrorReason,
    Measurement,
    Component,
    Other,
}

/// <summary>The one form of a word or an identifier, so that equal things compare equal whatever way they were written.</summary>
public static class Terms
{
    private const string Cbv = "https://ref.gs1.org/cbv/";

    /// <summary>
    /// The canonical Digital Link of a GS1 identifier; the web URI of a standard word, given bare, as URN or as CURIE; the expanded URI of
    /// another CURIE; else the text itself.
    /// </summary>
    public static string Canonical(TermKind kind, string value, JsonLdContext context)
    {
        if (!value.Contains(':', StringComparison.Ordinal))
        {
            return Vocabulary(kind) is { } vocabulary && value.Length > 0 ? vocabulary + value : value;
        }

        if (DigitalLink.Canonical(value) is { } link)
        {
            return link;
        }

        if (value.StartsWith("urn:epcglobal:cbv:", StringComparison.Ordinal))
        {
            return CanonicalValue.Of(value);
        }

        return context.ExpandValue(value);
    }

    /// <summary>Bare word of the CBV when the canonical URI is of its vocabulary; else the URI.</summary>
    public static string Bare(TermKind kind, string canonical) =>
        Vocabulary(kind) is { } vocabulary && canonical.StartsWith(vocabulary, StringComparison.Ordinal)
            ? canonical[vocabulary.Length..]
            : canonical;

    private static string? Vocabulary(TermKind kind) =>
        kind switch
        {
            TermKind.BizStep => Cbv + "BizStep-",
            TermKind.Disposition => Cbv + "Disp-",
            TermKind.BizTransactionType => Cbv + "BTT-",
            TermKind.SourceDestinationType => Cbv + "SDT-",
            TermKind.ErrorReason => Cbv + "ER-",
            TermKind.Component => Cbv + "Comp-",
            TermKind.Measurement => "https://gs1.org/voc/",
            _ => null,
        };
}

/// <summary>The canonical values that the columns of the event table hold; null where the event has none.</summary>
public sealed record EventTerms(string EventType, string? BizStep, string? Disposition, string? ReadPoint, string? BizLocation)
{
    public static EventTerms Of(JsonElement e, JsonLdContext context) =>
        new(
            Terms.Canonical(TermKind.EventType, e.GetProperty("type").GetString()!, context),
            Text(e, "bizStep", TermKind.BizStep, context),
            Text(e, "disposition", TermKind.Disposition, context),
            Id(e, "readPoint", TermKind.ReadPoint, context),
            Id(e, "bizLocation", TermKind.BizLocation, context)
        );

    public IEnumerable<(TermKind Kind, string Value)> All()
    {
        yield return (TermKind.EventType, EventType);
        if (BizStep is not null)
        {
            yield return (TermKind.BizStep, BizStep);
        }

        if (Disposition is not null)
        {
            yield return (TermKind.Disposition, Disposition);
        }

        if (ReadPoint is not null)
        {
            yield return (TermKind.ReadPoint, ReadPoint);
        }

        if (BizLocation is not null)
        {
            yield return (TermKind.BizLocation, BizLocation);
        }
    }

    private static string? Text(JsonElement e, string name, TermKind kind, JsonLdContext context) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? Terms.Canonical(kind, value.GetString()!, context)
            : null;

    private static string? Id(JsonElement e, string name, TermKind kind, JsonLdContext context) =>
        e.TryGetProperty(name, out var place) && place.ValueKind == JsonValueKind.Object ? Text(place, "id", kind, context) : null;
}
