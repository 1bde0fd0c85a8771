using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Contracts;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Satisfaction;

/// <param name="State">open, changeable, answered, waiting (not yet handed over) or over</param>
/// <param name="Until">until when it can be answered or changed; null when it cannot</param>
public sealed record QuestionnaireView(
    string Edition,
    IReadOnlyList<Question> Questions,
    int Worst,
    int Best,
    int LongestComment,
    string State,
    DateTimeOffset? Until,
    GivenAnswer? Answer
);

/// <param name="Answers">1 (worst) to 5 (best) by question; overall has to be there</param>
/// <param name="Comment">free text; a person reads it before it is shown to anybody else</param>
public sealed record QuestionnaireAnswer(Dictionary<string, int>? Answers, string? Comment);

/// <param name="State">shown or hidden</param>
public sealed record ModerationRequest(string? State);

public sealed record ModerationAnswer(Guid AnswerId, string State, bool Recorded);

internal static class SatisfactionEndpoints
{
    public static async Task<Ok<QuestionnaireView>> AskAsync(
        string code,
        AnswerDesk desk,
        Questionnaire questionnaire,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(View(questionnaire, await desk.ReadAsync(code, cancellationToken)));
    }

    /// <summary>One answer a prescription; sent again it is the same answer, another one changes it while that may be.</summary>
    public static async Task<Ok<QuestionnaireView>> AnswerAsync(
        string code,
        QuestionnaireAnswer request,
        AnswerDesk desk,
        Questionnaire questionnaire,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(View(questionnaire, await desk.AnswerAsync(code, request.Answers, request.Comment, cancellationToken)));
    }

    /// <param name="period">yyyy-MM, yyyy-Qn or yyyy; the current month when it is left out</param>
    /// <param name="subject">institution (default) or centre</param>
    public static async Task<Ok<SatisfactionAnswer>> ResultsAsync(
        ClaimsPrincipal caller,
        SatisfactionResults results,
        TimeProvider time,
        string? period,
        string? subject,
        string? region,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await results.ReadAsync(
                caller,
                period is null ? Period.Now(time) : Period.Parse(period) ?? throw QualityFaults.BadEvaluationPeriod.Exception("period"),
                subject is null or "institution" ? "institution"
                    : subject is "centre" ? "centre"
                    : throw QualityFaults.UnknownGroup.Exception("subject"),
                region is null || RegionCode.IsWellFormed(region) ? region : throw QualityFaults.RegionNotYours.Exception("region"),
                cancellationToken
            )
        );

    public static async Task<Ok<CommentPage>> CommentsAsync(
        ClaimsPrincipal caller,
        SatisfactionResults results,
        string? state,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var wanted = state ?? "shown";
        if (wanted is not ("waiting" or "shown" or "hidden"))
        {
            throw QualityFaults.UnknownState.Exception("state", wanted);
        }

        // What nobody has read yet is not for those it is about.
        return wanted == "shown" || caller.HasAnyRole(Roles.Quality, Roles.Regulator)
            ? TypedResults.Ok(await results.CommentsAsync(caller, wanted, next, limit, cancellationToken))
            : TypedResults.Ok(new CommentPage([], null));
    }

    public static async Task<Ok<ModerationAnswer>> ModerateAsync(
        Guid answerId,
        ModerationRequest request,
        ClaimsPrincipal caller,
        SatisfactionResults results,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        request.State is "shown" or "hidden"
            ? TypedResults.Ok(
                new ModerationAnswer(
                    answerId,
                    request.State,
                    await results.ModerateAsync(caller, answerId, request.State, time.GetUtcNow(), cancellationToken)
                )
            )
            : throw QualityFaults.UnknownState.Exception("state", request.State ?? "");

    private static QuestionnaireView View(Questionnaire questionnaire, Sheet sheet) =>
        new(
            questionnaire.Edition,
            questionnaire.Questions,
            Questionnaire.Worst,
            Questionnaire.Best,
            Questionnaire.LongestComment,
            sheet.State,
            sheet.Until,
            sheet.Answer
        );
}
