using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Queries.Simple;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Queries;

/// <summary>SimpleEventQuery over HTTP (EPCIS 2.0, 8.2 and 12.7).</summary>
public static class EpcisQueryEndpoints
{
    public const string SimpleEventQuery = "SimpleEventQuery";

    public static void MapEventQueries(this IEndpointRouteBuilder epcis, EpcisHttp http)
    {
        epcis.MapGet("/events", EventsAsync).WithName("queryEvents");
        epcis.MapGet("/events/{eventID}", EventAsync).WithName("queryEvent");
        epcis.MapGet("/events/{scheme}/{**rest}", EventAsync).ExcludeFromDescription();
        epcis.MapDelete("/nextPageToken/{token}", EndTokenAsync).WithName("endPageToken");
        http.MapOptions(epcis, "/events", "OPTIONS, GET, POST", capture: true);
        http.MapOptions(epcis, "/events/{eventID}", "OPTIONS, GET");
    }

    private static Task<Utf8ContentHttpResult> EventsAsync(
        [AsParameters] SimpleEventQueryParameters told,
        HttpContext context,
        ClaimsPrincipal caller,
        EventAnswers answers,
        CancellationToken cancellationToken
    )
    {
        _ = told;
        return answers.PageAsync(context, caller, "events", [], cancellationToken);
    }

    /// <summary>The event of that id and its error declarations.</summary>
    private static async Task<Utf8ContentHttpResult> EventAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        EventAnswers answers,
        CancellationToken cancellationToken
    )
    {
        var id = EpcisHttp.Value(context.Request);
        // The bare hash stands for the id that it is part of.
        id = EventHash.Parse(id) is { } hash ? EventHash.Text(hash) : id;
        return await answers.OfIdAsync(context, caller, id, cancellationToken)
            ?? throw TraceabilityFaults.EventIdNotFound.Exception("eventID");
    }

    private static async Task<NoContent> EndTokenAsync(string token, PageTokens tokens, CancellationToken cancellationToken)
    {
        await tokens.EndAsync(token, cancellationToken);
        return TypedResults.NoContent();
    }
}
