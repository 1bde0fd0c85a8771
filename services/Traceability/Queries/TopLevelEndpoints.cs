using System.Collections.Frozen;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Identifiers;
using TcmBrain.Traceability.Queries.Simple;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Queries;

/// <summary>A list of names or URIs (EPCIS 2.0 OpenAPI, Collection).</summary>
public sealed record Collection(
    [property: JsonPropertyName("@context")] string Context,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("member")] IReadOnlyList<string> Member
)
{
    public static Collection Of(params IReadOnlyList<string> member) => new(JsonLdContext.Epcis, "Collection", member);
}

/// <summary>The top-level resources and their sub-resources (EPCIS 2.0, 12.8).</summary>
public static class TopLevelEndpoints
{
    private static readonly Collection Resources = Collection.Of(
        "events",
        "eventTypes",
        "epcs",
        "bizSteps",
        "bizLocations",
        "readPoints",
        "dispositions",
        "capture",
        "queries"
    );

    private static readonly Collection SubResources = Collection.Of("events");

    private sealed record Resource(
        string Name,
        string Value,
        TermKind Kind,
        FrozenSet<string>? Standard,
        Func<string, JsonLdContext, Criterion> Having
    );

    private static readonly Resource[] Vocabularies =
    [
        new(
            "eventTypes",
            "eventType",
            TermKind.EventType,
            CbvWords.EventTypes,
            (v, c) => Criteria.Word("type", TermKind.EventType, "event_type", [v], c)
        ),
        new(
            "bizSteps",
            "bizStep",
            TermKind.BizStep,
            CbvWords.BizSteps,
            (v, c) => Criteria.Word("bizStep", TermKind.BizStep, "biz_step", [v], c)
        ),
        new(
            "dispositions",
            "disposition",
            TermKind.Disposition,
            CbvWords.Dispositions,
            (v, c) => Criteria.Word("disposition", TermKind.Disposition, "disposition", [v], c)
        ),
        new(
            "bizLocations",
            "bizLocation",
            TermKind.BizLocation,
            null,
            (v, _) => Criteria.Place("bizLocation", TermKind.BizLocation, "biz_location", [v])
        ),
        new(
            "readPoints",
            "readPoint",
            TermKind.ReadPoint,
            null,
            (v, _) => Criteria.Place("readPoint", TermKind.ReadPoint, "read_point", [v])
        ),
    ];

    public static void MapTopLevel(this IEndpointRouteBuilder epcis, EpcisHttp http)
    {
        epcis.MapGet("", () => TypedResults.Ok(Resources)).WithName("epcisResources");
        http.MapOptions(epcis, "", "OPTIONS, GET");
        foreach (var resource in Vocabularies)
        {
            var value = $"/{resource.Name}/{{{resource.Value}}}";
            epcis
                .MapGet(
                    $"/{resource.Name}",
                    (HttpContext c, ClaimsPrincipal p, Reading r, CancellationToken t) => ListAsync(resource, c, p, r, t)
                )
                .WithName(resource.Name);
            epcis
                .MapGet(value, (HttpContext c, ClaimsPrincipal p, Reading r, CancellationToken t) => OneAsync(resource, c, p, r, t))
                .WithName(resource.Value);
            epcis
                .MapGet(
                    value + "/events",
                    (HttpContext c, ClaimsPrincipal p, Reading r, CancellationToken t) => EventsAsync(resource, c, p, r, t)
                )
                .WithName(resource.Value + "Events");
            epcis
                .MapGet(
                    $"/{resource.Name}/{{scheme}}/{{**rest}}",
                    async Task<IResult> (HttpContext c, ClaimsPrincipal p, Reading r, CancellationToken t) =>
                        EpcisHttp.AsksForEvents(c.Request) ? await EventsAsync(resource, c, p, r, t) : await OneAsync(resource, c, p, r, t)
                )
                .ExcludeFromDescription();
            Options(epcis, http, resource.Name, resource.Value);
        }

        epcis.MapGet("/epcs", EpcsAsync).WithName("epcs");
        epcis.MapGet("/epcs/{epc}", EpcAsync).WithName("epc");
        epcis.MapGet("/epcs/{epc}/events", EpcEventsAsync).WithName("epcEvents");
        epcis
            .MapGet(
                "/epcs/{scheme}/{**rest}",
                async Task<IResult> (HttpContext c, ClaimsPrincipal p, Reading r, CancellationToken t) =>
                    EpcisHttp.AsksForEvents(c.Request) ? await EpcEventsAsync(c, p, r, t) : await EpcAsync(c, p, r, t)
            )
            .ExcludeFromDescription();
        Options(epcis, http, "epcs", "epc");
    }

    /// <summary>What all of these read with.</summary>
    internal sealed record Reading(TopLevelReader Reader, PageTokens Tokens, EpcFormatting Formatting, EventAnswers Answers);

    private static async Task<Ok<Collection>> ListAsync(
        Resource resource,
        HttpContext context,
        ClaimsPrincipal caller,
        Reading reading,
        CancellationToken cancellationToken
    )
    {
        var standard = (resource.Standard ?? []).Order(StringComparer.Ordinal).ToList();
        return await PageAsync(
            context,
            reading,
            resource.Name,
            async (after, limit) =>
            {
                // Standard words come first; the page goes on with what was captured besides.
                var words = standard
                    .Where(w => string.CompareOrdinal(w, after) > 0 && !after.Contains(':', StringComparison.Ordinal))
                    .Take(limit)
                    .ToList();
                if (words.Count == limit)
                {
                    return words;
                }

                var from = after.Contains(':', StringComparison.Ordinal) ? after : "";
                var scope = ReadScope.Of(caller);
                var seen = await reading.Reader.WordsAsync(resource.Kind, scope, from, limit + standard.Count, cancellationToken);
                return [.. words, .. seen.Where(v => !standard.Contains(Terms.Bare(resource.Kind, v))).Take(limit - words.Count)];
            },
            cancellationToken
        );
    }

    private static async Task<Ok<Collection>> OneAsync(
        Resource resource,
        HttpContext context,
        ClaimsPrincipal caller,
        Reading reading,
        CancellationToken cancellationToken
    )
    {
        var value = Terms.Canonical(resource.Kind, EpcisHttp.Value(context.Request), Declared(context));
        var known =
            resource.Standard?.Contains(Terms.Bare(resource.Kind, value)) == true
            || await reading.Reader.KnowsAsync(resource.Kind, value, ReadScope.Of(caller), cancellationToken);
        return known ? TypedResults.Ok(SubResources) : throw TraceabilityFaults.ResourceNotFound.Exception(resource.Value);
    }

    private static Task<Utf8ContentHttpResult> EventsAsync(
        Resource resource,
        HttpContext context,
        ClaimsPrincipal caller,
        Reading reading,
        CancellationToken cancellationToken
    )
    {
        var value = EpcisHttp.Value(context.Request);
        return resource.Kind == TermKind.EventType && !CbvWords.EventTypes.Contains(value) && !value.Contains(':', StringComparison.Ordinal)
            ? throw TraceabilityFaults.ResourceNotFound.Exception(resource.Value)
            : reading.Answers.PageAsync(
                context,
                caller,
                $"{resource.Name}/{value}",
                [resource.Having(value, Declared(context))],
                cancellationToken
            );
    }

    private static Task<Ok<Collection>> EpcsAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        Reading reading,
        CancellationToken cancellationToken
    ) =>
        PageAsync(
            context,
            reading,
            "epcs",
            (after, limit) => reading.Reader.EpcsAsync(ReadScope.Of(caller), after, limit, cancellationToken),
            cancellationToken
        );

    private static async Task<Ok<Collection>> EpcAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        Reading reading,
        CancellationToken cancellationToken
    ) =>
        await reading.Reader.KnowsAsync(
            DigitalLink.CanonicalOrSame(EpcisHttp.Value(context.Request)),
            ReadScope.Of(caller),
            cancellationToken
        )
            ? TypedResults.Ok(SubResources)
            : throw TraceabilityFaults.ResourceNotFound.Exception("epc");

    private static Task<Utf8ContentHttpResult> EpcEventsAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        Reading reading,
        CancellationToken cancellationToken
    )
    {
        var epc = EpcisHttp.Value(context.Request);
        return reading.Answers.PageAsync(context, caller, $"epcs/{epc}", [Criteria.Any(epc)], cancellationToken);
    }

    /// <summary>A page of canonical values, told as words or in the caller's format.</summary>
    private static async Task<Ok<Collection>> PageAsync(
        HttpContext context,
        Reading reading,
        string list,
        Func<string, int, Task<List<string>>> after,
        CancellationToken cancellationToken
    )
    {
        var page = await reading.Tokens.ReadAsync(context, list, cancellationToken);
        var found = await after(page.Position ?? "", page.PerPage + 1);
        if (found.Count > page.PerPage)
        {
            found.RemoveRange(page.PerPage, found.Count - page.PerPage);
            reading.Tokens.Link(context, list, page.PerPage, found[^1]);
        }

        var format = EpcFormatting.Parse(context.Request.Headers[EpcFormatting.Header]);
        return TypedResults.Ok(Collection.Of([.. found.Select(v => reading.Formatting.Identifier(v, format)).Distinct()]));
    }

    private static void Options(IEndpointRouteBuilder epcis, EpcisHttp http, string name, string value)
    {
        http.MapOptions(epcis, $"/{name}", "OPTIONS, GET");
        http.MapOptions(epcis, $"/{name}/{{{value}}}", "OPTIONS, GET");
        http.MapOptions(epcis, $"/{name}/{{{value}}}/events", "OPTIONS, GET");
    }

    private static JsonLdContext Declared(HttpContext context) => EventAnswers.Declared(context.Request.Headers["GS1-Extensions"]);
}
