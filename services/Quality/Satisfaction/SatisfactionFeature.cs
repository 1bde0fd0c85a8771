using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Satisfaction;

/// <summary>Section <c>Satisfaction</c>.</summary>
public sealed class SatisfactionSettings
{
    /// <summary>Days after the delivery within which it can be rated.</summary>
    public int AnswerDays { get; set; } = 30;

    /// <summary>Hours after the first answer within which it can be changed.</summary>
    public int ChangeHours { get; set; } = 24;

    /// <summary>How often it can be changed.</summary>
    public int Changes { get; set; } = 5;
}

internal static class SatisfactionFeature
{
    public static WebApplicationBuilder AddSatisfaction(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SatisfactionSettings>().BindConfiguration("Satisfaction");
        builder.Services.AddSingleton(Questionnaire.Load()).AddSingleton<AnswerDesk>().AddSingleton<SatisfactionResults>();
        return builder;
    }

    public static void MapSatisfaction(this IEndpointRouteBuilder app)
    {
        // The code in the address is the right to answer; the gateway bounds how fast codes can be tried.
        var open = app.MapGroup("/api/quality/public/satisfaction").WithTags("satisfaction").AllowAnonymous();
        open.MapGet("/{code}", SatisfactionEndpoints.AskAsync).WithName("ReadQuestionnaire");
        open.MapPut("/{code}", SatisfactionEndpoints.AnswerAsync).WithName("AnswerQuestionnaire");

        var group = app.MapGroup("/api/quality/satisfaction").WithTags("satisfaction");
        string[] readers =
        [
            Roles.Quality,
            Roles.Regulator,
            Roles.Operator,
            Roles.Admin,
            Roles.Pharmacist,
            Roles.Dispenser,
            Roles.Decoction,
        ];
        group.MapGet("/results", SatisfactionEndpoints.ResultsAsync).RequireRole(readers).WithName("ReadSatisfaction");
        group.MapGet("/comments", SatisfactionEndpoints.CommentsAsync).RequireRole(readers).WithName("ListComments");
        group
            .MapPost("/comments/{answerId:guid}", SatisfactionEndpoints.ModerateAsync)
            .RequireRole(Roles.Quality, Roles.Regulator)
            .WithName("ModerateComment");
    }
}
