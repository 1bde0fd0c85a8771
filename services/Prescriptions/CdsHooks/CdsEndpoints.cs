using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.CdsHooks;

/// <summary>HL7 CDS Hooks 2.0: discovery (open, as the specification has it), the two services, and feedback about their cards.</summary>
internal static class CdsEndpoints
{
    private const int MostFeedback = 100;
    private const int MostText = 500;

    public static void AddCdsHooks(this IServiceCollection services)
    {
        services.AddSingleton<CdsServices>();
        services.AddSingleton<CdsStore>();
        services.AddHostedService<CdsTidy>();
    }

    public static void MapCdsHooks(this IEndpointRouteBuilder app)
    {
        var hooks = app.MapGroup("/cds-services").WithTags("cds-hooks");
        hooks.MapGet("/", () => TypedResults.Ok(CdsServices.Discovery)).AllowAnonymous().WithName("DiscoverCdsServices");
        var callers = hooks.MapGroup("").RequireRole(Roles.His, Roles.Prescriber, Roles.Pharmacist);
        callers.MapPost("/{id}", AnswerAsync).WithName("CallCdsService");
        callers.MapPost("/{id}/feedback", FeedbackAsync).WithName("TellCdsFeedback");
    }

    private static async Task<Ok<CdsCards>> AnswerAsync(
        ClaimsPrincipal caller,
        string id,
        JsonElement body,
        CdsServices services,
        CdsStore store,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var (release, instance, cards) = services.Answer(id, caller.InstitutionCode(), body);
        await store.AddCardsAsync(
            id,
            instance,
            caller.InstitutionCode(),
            caller.RegionCode(),
            release,
            cards,
            time.GetUtcNow(),
            cancellationToken
        );
        return TypedResults.Ok(new CdsCards([.. cards.Select(x => x.Card)]));
    }

    /// <summary>Refused whole when a card is not one that this service gave the caller's institution.</summary>
    private static async Task<Ok> FeedbackAsync(
        ClaimsPrincipal caller,
        string id,
        CdsFeedbackRequest request,
        CdsStore store,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var told = request.Feedback;
        var faults = new FaultList().Require(
            told.Count is >= 1 and <= MostFeedback,
            PrescriptionsFaults.OutOfRange,
            "feedback",
            1,
            MostFeedback
        );
        faults.ThrowIfAny();
        var known = await store.KnownAsync(id, caller.InstitutionCode(), [.. told.Select(x => x.Card)], cancellationToken);
        var now = time.GetUtcNow();
        for (var i = 0; i < told.Count; i++)
        {
            var place = $"feedback[{i}]";
            var reason = told[i].OverrideReason;
            faults.Require(known.Contains(told[i].Card), PrescriptionsFaults.CardNotFound, place + ".card");
            faults.Require(told[i].Outcome is "accepted" or "overridden", PrescriptionsFaults.UnknownOutcome, place + ".outcome");
            Text(reason?.Reason?.Code, place + ".overrideReason.reason.code");
            Text(reason?.Reason?.System, place + ".overrideReason.reason.system");
            Text(reason?.UserComment, place + ".overrideReason.userComment");
        }

        faults.ThrowIfAny();
        await store.AddFeedbackAsync([.. told.DistinctBy(x => x.Card)], caller.Subject(), now, cancellationToken);
        return TypedResults.Ok();

        void Text(string? text, string place) =>
            faults
                .Require(text is null || text.Length <= MostText, PrescriptionsFaults.TooLong, place, MostText)
                .Require(text is null || !text.Any(char.IsControl), PrescriptionsFaults.ControlCharacters, place);
    }
}
