using System.Security.Claims;
using System.Text.Json;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Traceability.Events;
using TcmBrain.Traceability.Log;

namespace TcmBrain.Traceability.Capture;

/// <param name="EventHash"><c>ni:///sha-256;…?ver=CBV2.0</c>, the event's id.</param>
/// <param name="LeafIndex">Its place in the log, from 0.</param>
/// <param name="Href">Where it is read.</param>
public sealed record CapturedEvent(string EventHash, long LeafIndex, string Href);

public sealed record CaptureAnswer(IReadOnlyList<CapturedEvent> Items);

/// <summary>The EPCIS 2.0 capture interface (采集接口).</summary>
public static class CaptureEndpoints
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    private static readonly string[] Json = ["application/json", "application/ld+json"];

    public static void MapCapture(this IEndpointRouteBuilder app)
    {
        var capture = app.MapGroup("/epcis").RequireRole(Roles.Service, Roles.Operator);
        capture.MapPost("/events", CaptureOneAsync);
        capture.MapPost("/capture", CaptureDocumentAsync);
    }

    /// <summary>201 with the event's address; 409 when the very event is in the log already.</summary>
    private static async Task<IResult> CaptureOneAsync(HttpRequest request, ClaimsPrincipal caller, CaptureService service)
    {
        var captured = await CaptureAsync(request, caller, service, lone: true);
        return Results.Created(captured[0].Href, captured[0]);
    }

    /// <summary>202 with every event's address: the whole document is in the log, or nothing of it.</summary>
    private static async Task<IResult> CaptureDocumentAsync(HttpRequest request, ClaimsPrincipal caller, CaptureService service) =>
        Results.Accepted(value: new CaptureAnswer(await CaptureAsync(request, caller, service, lone: false)));

    private static async Task<List<CapturedEvent>> CaptureAsync(
        HttpRequest request,
        ClaimsPrincipal caller,
        CaptureService service,
        bool lone
    )
    {
        if (!Json.Contains(request.ContentType?.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase))
        {
            throw GeneralFaults.UnsupportedMediaType.Exception();
        }

        var cancellationToken = request.HttpContext.RequestAborted;
        using var json = await JsonDocument.ParseAsync(request.Body, Options, cancellationToken);
        if (json.RootElement.ValueKind != JsonValueKind.Object || json.RootElement.TryGetProperty("epcisBody", out _) == lone)
        {
            throw TraceabilityFaults.NotADocument.Exception();
        }

        var institution = caller.InstitutionCode();
        var scope = EventScope.None with { RegionCode = caller.RegionCode() is { Length: > 0 } region ? region : null };
        var answers = await service.CaptureAsync(
            json.RootElement,
            institution.Length > 0 ? institution : "client:" + caller.Subject(),
            scope,
            cancellationToken
        );
        return
        [
            .. answers.Select(a => new CapturedEvent(
                EventHash.Text(a.Draft.Hash),
                a.LeafIndex,
                $"/epcis/events/{Convert.ToHexStringLower(a.Draft.Hash)}"
            )),
        ];
    }
}
