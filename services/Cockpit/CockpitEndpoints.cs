using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Audit;
using TcmBrain.Cockpit.Drilling;
using TcmBrain.Cockpit.Indicators;
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
        app.MapGrpcService<FeedGrpc>();
        var cockpit = app.MapGroup("/api/cockpit");
        cockpit.MapGet("/me", Me);
        cockpit.MapReading();
        cockpit.MapRecords();
        cockpit.MapGet("/events", Events);
        cockpit.MapGet("/alarms", Alarms).WithName("CockpitAlarms").Produces<AlarmsView>();
        cockpit.MapGet("/stream", Stream);
        cockpit.MapPost("/rebuild", RebuildNow).RequireRole(Roles.Operator);
        app.MapIndicators();
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

    /// <summary>Without <paramref name="after"/> the last events; with it what came next, to be paged by the position answered; the stream goes on from <c>resume</c>.</summary>
    private static async Task Events(
        HttpContext context,
        EventPages pages,
        FactTail tail,
        ResumePoint resume,
        InstitutionRegister register,
        string? region = null,
        string? institution = null,
        string? after = null,
        string? limit = null
    )
    {
        var audience = Answers.AudienceOf(context, register, region, institution);
        var count = Answers.LimitOf(limit, 50, MostEvents);

        await tail.Ready.WaitAsync(TimeSpan.FromSeconds(5), context.RequestAborted);
        var page = string.IsNullOrEmpty(after)
            ? await pages.LastAsync(audience, count, context.RequestAborted)
            : await pages.AfterAsync(audience, Answers.PositionOf(after), count, cancellationToken: context.RequestAborted);
        await WriteAsync(
            context,
            page,
            audience,
            register,
            json =>
            {
                json.WriteNumber("position", page.Position);
                json.WriteString("resume", resume.At(page.Position).ToString());
            }
        );
    }

    /// <summary>The last alarms, newest first; <paramref name="before"/> is the <c>next</c> of the page before.</summary>
    private static async Task Alarms(
        HttpContext context,
        EventPages pages,
        FactTail tail,
        InstitutionRegister register,
        string? region = null,
        string? institution = null,
        string? before = null,
        string? limit = null
    )
    {
        var audience = Answers.AudienceOf(context, register, region, institution);
        var count = Answers.LimitOf(limit, 50, MostEvents);
        var from = string.IsNullOrEmpty(before) ? long.MaxValue : Answers.PositionOf(before, "before");
        await tail.Ready.WaitAsync(TimeSpan.FromSeconds(5), context.RequestAborted);
        var page = await pages.AlarmsAsync(audience, from, count, context.RequestAborted);
        await WriteAsync(
            context,
            page,
            audience,
            register,
            json =>
            {
                if (page.Position == 0)
                {
                    json.WriteNull("next");
                }
                else
                {
                    json.WriteString("next", page.Position.ToString(CultureInfo.InvariantCulture));
                }
            }
        );
    }

    private static async Task WriteAsync(
        HttpContext context,
        EventPage page,
        Audience audience,
        InstitutionRegister register,
        Action<Utf8JsonWriter> end
    )
    {
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
        end(json);
        json.WriteEndObject();
    }

    /// <summary>Goes on after <c>Last-Event-ID</c>, else after <paramref name="after"/>, else from now. Ends when the token does.</summary>
    private static async Task Stream(
        HttpContext context,
        StreamGate gate,
        LiveStream stream,
        InstitutionRegister register,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        string? region = null,
        string? institution = null,
        string? after = null
    )
    {
        var audience = Answers.AudienceOf(context, register, region, institution);
        var resume = context.Request.Headers["Last-Event-ID"].ToString();
        var from = resume.Length > 0 ? resume : after;
        ResumeToken? place = string.IsNullOrEmpty(from)
            ? null
            : ResumeToken.Parse(from) ?? throw CockpitFaults.BadPosition.Exception("after");
        if (!gate.TryEnter())
        {
            throw CockpitFaults.TooManyStreams.Exception();
        }

        try
        {
            using var ending = StreamEnd.Of(context.User, time, context.RequestAborted, lifetime.ApplicationStopping);
            await stream.RunAsync(new SseWriter(context), audience, place, ending.Token);
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

    private static async Task<Ok<RebuildResult>> RebuildNow(Rebuild rebuild, CancellationToken cancellationToken) =>
        TypedResults.Ok(await rebuild.RunAsync(cancellationToken));

    /// <param name="Items">ticker events, newest first</param>
    /// <param name="Next">to be given as <c>before</c>; null: there are no more</param>
    internal sealed record AlarmsView(IReadOnlyList<JsonElement> Items, string? Next);

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
