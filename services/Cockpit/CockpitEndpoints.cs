using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Live;
using TcmBrain.Cockpit.Reading;
using TcmBrain.Cockpit.Streaming;
using TcmBrain.Exchange;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Cockpit;

/// <summary>The cockpit over HTTP. Every answer is of the caller's <see cref="Audience"/>.</summary>
public static class CockpitEndpoints
{
    private const int MostEvents = 500;

    public static IEndpointRouteBuilder MapCockpit(this IEndpointRouteBuilder app)
    {
        var cockpit = app.MapGroup("/api/cockpit");
        cockpit.MapGet("/me", Me);
        cockpit.MapGet("/summary", Summary);
        cockpit.MapGet("/rankings", Rankings);
        cockpit.MapGet("/events", Events);
        cockpit.MapGet("/stream", Stream);
        cockpit.MapPost("/rebuild", Rebuild).RequireRole(Roles.Operator);
        return app;
    }

    /// <summary>Who is signed in and what they see: the page's first question.</summary>
    private static Ok<MeView> Me(ClaimsPrincipal caller, InstitutionRegister register, Board board)
    {
        var audience = Audience.Of(caller, null, register);
        var institution = caller.InstitutionCode();
        return TypedResults.Ok(
            new MeView(
                caller.Subject(),
                caller.DisplayName(),
                institution.Length == 0 ? null : Place.Of(institution, register),
                caller.RegionCode(),
                caller.Roles(),
                audience.Scope.Kind == Folding.Scope.RegionKind ? audience.Scope.Code : null,
                board.Today,
                long.TryParse(caller.FindFirstValue("exp"), CultureInfo.InvariantCulture, out var expires)
                    ? DateTimeOffset.FromUnixTimeSeconds(expires)
                    : null
            )
        );
    }

    private static async Task Summary(
        HttpContext context,
        Board board,
        InstitutionRegister register,
        string? region = null,
        string? day = null,
        string? institution = null
    )
    {
        var audience = string.IsNullOrEmpty(institution)
            ? Audience.Of(context.User, region, register)
            : Audience.OfInstitution(context.User, institution, register);
        await AnswerAsync(context, await board.SummaryAsync(audience.Scope, DayOf(day, board), context.RequestAborted));
    }

    private static async Task Rankings(
        HttpContext context,
        Board board,
        InstitutionRegister register,
        string? region = null,
        string? day = null
    )
    {
        var audience = Audience.Of(context.User, region, register);
        await AnswerAsync(context, await board.RankingsAsync(audience.Scope, DayOf(day, board), context.RequestAborted));
    }

    /// <summary>Without <paramref name="after"/> the last events; with it what came next, to be paged by the position answered.</summary>
    private static async Task Events(
        HttpContext context,
        EventPages pages,
        FactTail tail,
        InstitutionRegister register,
        string? region = null,
        string? after = null,
        string? limit = null
    )
    {
        var audience = Audience.Of(context.User, region, register);
        var count = 50;
        if (!string.IsNullOrEmpty(limit) && (!int.TryParse(limit, CultureInfo.InvariantCulture, out count) || count is < 1 or > MostEvents))
        {
            throw CockpitFaults.BadLimit.Exception("limit", MostEvents);
        }

        await tail.Ready.WaitAsync(TimeSpan.FromSeconds(5), context.RequestAborted);
        var page = string.IsNullOrEmpty(after)
            ? await pages.LastAsync(audience, count, context.RequestAborted)
            : await pages.AfterAsync(audience, PositionOf(after), count, context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("items");
        foreach (var e in page.Items)
        {
            json.WriteRawValue(e.Json(audience.SeesReferences, register), skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteNumber("position", page.Position);
        json.WriteEndObject();
    }

    /// <summary>Goes on after <c>Last-Event-ID</c>, else after <paramref name="after"/>, else from now. Ends when the token does.</summary>
    private static async Task Stream(
        HttpContext context,
        StreamGate gate,
        LiveStream stream,
        FactTail tail,
        InstitutionRegister register,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        string? region = null,
        string? after = null
    )
    {
        var audience = Audience.Of(context.User, region, register);
        var resume = context.Request.Headers["Last-Event-ID"].ToString();
        var from = resume.Length > 0 ? resume : after;
        var position = string.IsNullOrEmpty(from) ? long.MaxValue : PositionOf(from);
        if (!gate.TryEnter())
        {
            throw CockpitFaults.TooManyStreams.Exception();
        }

        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            if (long.TryParse(context.User.FindFirstValue("exp"), CultureInfo.InvariantCulture, out var expires))
            {
                var left = DateTimeOffset.FromUnixTimeSeconds(expires) - time.GetUtcNow();
                ending.CancelAfter(left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
            }

            await stream.RunAsync(new SseWriter(context), audience, position, ending.Token);
        }
        catch (OperationCanceledException) when (context.Response.HasStarted)
        {
            // Gone, expired or shutting down: the client comes back with the last id it has.
        }
        catch (TimeoutException) when (context.Response.HasStarted)
        {
            context.Abort();
        }
        finally
        {
            gate.Leave();
        }
    }

    private static async Task<Ok<RebuildResult>> Rebuild(CounterAudit audit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await audit.RebuildAsync(cancellationToken));

    private static async Task AnswerAsync(HttpContext context, Rendered answer)
    {
        context.Response.Headers.ETag = answer.ETag;
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.Vary = "Cookie, Authorization";
        if (context.Request.Headers.IfNoneMatch.Any(tag => tag is not null && tag.Split(',').Any(t => t.Trim() == answer.ETag)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = answer.Json.Length;
        await context.Response.Body.WriteAsync(answer.Json, context.RequestAborted);
    }

    private static DateOnly DayOf(string? day, Board board)
    {
        if (string.IsNullOrEmpty(day))
        {
            return board.Today;
        }

        return
            DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
            && parsed <= board.Today
            ? parsed
            : throw CockpitFaults.BadDay.Exception("day");
    }

    private static long PositionOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : throw CockpitFaults.BadPosition.Exception("after");

    /// <param name="Region">The region whose numbers are shown when none is asked for; null when the caller sees an institution.</param>
    /// <param name="ExpiresAt">UTC; when the session ends unless it is renewed</param>
    private sealed record MeView(
        string Subject,
        string Name,
        Place? Institution,
        string HomeRegion,
        IReadOnlyList<string> Roles,
        string? Region,
        DateOnly Today,
        DateTimeOffset? ExpiresAt
    );
}
