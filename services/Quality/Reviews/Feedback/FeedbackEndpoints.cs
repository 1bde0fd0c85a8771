using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Reviews.Feedback;

internal static class FeedbackEndpoints
{
    private sealed record Answered(Guid PrescriptionId, string Stage, bool Recorded);

    public static void MapFeedback(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/quality/reviews/{prescriptionId:guid}/answer", AnswerAsync)
            .WithName("AnswerReview")
            .RequireRole(Roles.Pharmacist, Roles.Prescriber, Roles.Admin);

    private static async Task<Ok<Answered>> AnswerAsync(
        Guid prescriptionId,
        AnswerRequest request,
        ClaimsPrincipal caller,
        AnswerDesk desk,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        var sight = ReviewSight.Of(caller, supervision.Value);
        var (stage, recorded) = await desk.AnswerAsync(prescriptionId, request, sight, cancellationToken);
        return TypedResults.Ok(new Answered(prescriptionId, stage, recorded));
    }
}
