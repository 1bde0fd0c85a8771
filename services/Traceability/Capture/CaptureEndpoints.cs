using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;
using TcmBrain.Traceability.Queries;
using TcmBrain.Traceability.Standard;

namespace TcmBrain.Traceability.Capture;

/// <summary>The EPCIS 2.0 capture interface (采集接口; EPCIS 2.0, 8.1 and 12.6).</summary>
public static class CaptureEndpoints
{
    public static void MapCapture(this IEndpointRouteBuilder epcis, EpcisHttp http)
    {
        var capture = epcis.MapGroup("").RequireRole(Roles.Service, Roles.Operator);
        capture
            .MapPost("/events", CaptureEventAsync)
            .WithName("captureEvent")
            .Accepts<JsonElement>("application/json", "application/ld+json")
            .WithMetadata(new RequestSizeLimitAttribute(CaptureReader.MostBytes));
        capture
            .MapPost("/capture", CaptureDocumentAsync)
            .WithName("captureDocument")
            .Accepts<JsonElement>("application/json", "application/ld+json")
            .WithMetadata(new RequestSizeLimitAttribute(CaptureReader.MostBytes));
        capture.MapGet("/capture", JobsAsync).WithName("captureJobs");
        capture.MapGet("/capture/{captureID}", JobAsync).WithName("captureJob");
        http.MapOptions(epcis, "/capture", "OPTIONS, POST, GET", capture: true);
        http.MapOptions(epcis, "/capture/{captureID}", "OPTIONS, GET");
    }

    /// <summary>201 with the event as stored; 409 when that event is in the log already, or another one of its id.</summary>
    private static async Task<Utf8ContentHttpResult> CaptureEventAsync(
        HttpRequest request,
        HttpResponse response,
        ClaimsPrincipal caller,
        CaptureReader reader,
        CaptureLane lane,
        CaptureProfiles profiles,
        QueryDocument documents
    )
    {
        CaptureDocument.RequireJson(request);
        EpcisHttp.Limits(response);
        var (document, doubled) = await CaptureDocument.ReadAsync(request.Body, request.HttpContext.RequestAborted);
        using (document)
        {
            var item = reader.Event(document.RootElement, doubled, PartyOf(request, caller, profiles));
            var outcome = await lane.CaptureAsync(item, request.HttpContext.RequestAborted);
            var draft = item.Drafts[0];
            var id = draft.EventId ?? EventHash.Text(draft.Hash);
            switch (outcome.Results[0].Status)
            {
                case CaptureStatus.Known:
                    throw TraceabilityFaults.Duplicate.Exception("", id);
                case CaptureStatus.IdTaken:
                    throw TraceabilityFaults.IdTaken.Exception("/eventID", id);
            }

            using var stored = JsonDocument.Parse(draft.Body(outcome.RecordedAt));
            var told = documents.WriteAlone(stored.RootElement, EpcFormatting.Parse(request.Headers[EpcFormatting.Header]));
            response.Headers.Location = $"/epcis/events/{Uri.EscapeDataString(id)}";
            return TypedResults.Text(told.Span, "application/json", statusCode: StatusCodes.Status201Created);
        }
    }

    /// <summary>
    /// 202 with the job's address. The outcome is durable by then: the job says which events were refused and why, and in one transaction with
    /// it stand those that were not. An event that is in the log already is left as it is, so a repeated document changes nothing.
    /// </summary>
    private static async Task<Accepted> CaptureDocumentAsync(
        HttpRequest request,
        HttpResponse response,
        ClaimsPrincipal caller,
        CaptureReader reader,
        CaptureLane lane,
        CaptureProfiles profiles
    )
    {
        CaptureDocument.RequireJson(request);
        EpcisHttp.Limits(response);
        var behaviour = BehaviourOf(request);
        var (document, doubled) = await CaptureDocument.ReadAsync(request.Body, request.HttpContext.RequestAborted);
        using (document)
        {
            var item = reader.Document(document.RootElement, doubled, behaviour, PartyOf(request, caller, profiles));
            await lane.CaptureAsync(item, request.HttpContext.RequestAborted);
            response.Headers[EpcisHttp.ErrorBehaviour] = CaptureJobs.Word(behaviour);
            return TypedResults.Accepted(CaptureJobs.Address(item.Job!.Id));
        }
    }

    private static async Task<Ok<CaptureJob>> JobAsync(
        string captureID,
        ClaimsPrincipal caller,
        CaptureJobs jobs,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            Guid.TryParse(captureID, out var id) && await jobs.FindAsync(id, OwnerFilter(caller), cancellationToken) is { } job
                ? job
                : throw TraceabilityFaults.JobNotFound.Exception("captureID")
        );

    /// <summary>The caller's jobs, newest first.</summary>
    private static async Task<Ok<List<CaptureJob>>> JobsAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        CaptureJobs jobs,
        PageTokens tokens,
        CancellationToken cancellationToken
    )
    {
        var page = await tokens.ReadAsync(context, "capture", cancellationToken);
        var before = page.Position is { } text ? Guid.Parse(text) : (Guid?)null;
        var found = await jobs.BeforeAsync(before, OwnerFilter(caller), page.PerPage + 1, cancellationToken);
        if (found.Count > page.PerPage)
        {
            found.RemoveAt(found.Count - 1);
            tokens.Link(context, "capture", page.PerPage, found[^1].CaptureID);
        }

        return TypedResults.Ok(found);
    }

    /// <summary>Whose captures a caller sees; null: everybody's.</summary>
    private static string? OwnerFilter(ClaimsPrincipal caller) => caller.HasRole(Roles.Operator) ? null : ReadScope.Party(caller);

    private static CaptureParty PartyOf(HttpRequest request, ClaimsPrincipal caller, CaptureProfiles profiles)
    {
        var owner = ReadScope.Party(caller);
        var scope = EventScope.None with { RegionCode = caller.RegionCode() is { Length: > 0 } region ? region : null };
        var profile = profiles.OfParty(owner) ?? (profiles.IsDeclared(request.Headers["GS1-Extensions"]) ? CaptureProfile.Tcm : null);
        return new CaptureParty(owner, scope, profile);
    }

    private static CaptureErrorBehaviour BehaviourOf(HttpRequest request) =>
        request.Headers[EpcisHttp.ErrorBehaviour].ToString() switch
        {
            "" or "rollback" => CaptureErrorBehaviour.Rollback,
            // The OpenAPI's enumeration has "all" too, without a word on it.
            "proceed" or "all" => CaptureErrorBehaviour.Proceed,
            _ => throw TraceabilityFaults.BadHeader.Exception(EpcisHttp.ErrorBehaviour, EpcisHttp.ErrorBehaviour, "rollback, proceed"),
        };
}
