using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Prescriptions.Lifecycle;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.Review;

/// <param name="Decision">approve; reject (the end of it); or return: to the prescriber, whose answer is awaited.</param>
/// <param name="Reason">Required but for approve; up to 512 characters.</param>
public sealed record DecisionRequest(string Decision, string? Reason);

/// <param name="State">Where it stands now.</param>
public sealed record DecisionReply(Guid Id, string State);

/// <param name="ClaimedUntil">Claim again before then to keep it.</param>
public sealed record ClaimReply(Guid Id, string ClaimedBy, DateTimeOffset ClaimedUntil);

/// <param name="Cause">quality, undeliverable, refused or not-collected; after delivery quality only.</param>
public sealed record MedicineReturnRequest(string Cause, string Reason);

/// <summary>The pharmacist's work (审方): what waits, taking it in hand, deciding; and medicine that comes back.</summary>
internal static class ReviewEndpoints
{
    public static void MapReview(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/prescriptions");
        group.MapGet("/review-queue", QueueAsync).RequireRole(Roles.Pharmacist, Roles.Operator).WithName("GetReviewQueue");
        group.MapPost("/{id:guid}/claim", ClaimAsync).RequireRole(Roles.Pharmacist).WithName("ClaimPrescription");
        group.MapPost("/{id:guid}/release", ReleaseAsync).RequireRole(Roles.Pharmacist).WithName("ReleasePrescription");
        group.MapPost("/{id:guid}/decision", DecideAsync).RequireRole(Roles.Pharmacist).WithName("DecidePrescription");
        group.MapPost("/{id:guid}/return", ReturnAsync).RequireRole(Roles.Pharmacist).WithName("ReturnMedicine");
    }

    /// <param name="awaiting">pharmacist (the default), prescriber, or all.</param>
    private static async Task<Ok<Page<ReviewItem>>> QueueAsync(
        ClaimsPrincipal caller,
        ReviewQueue queue,
        string? awaiting,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        if (awaiting is not (null or "pharmacist" or "prescriber" or "all"))
        {
            throw GeneralFaults.Refused.Exception("awaiting");
        }

        var items = await queue.ReadAsync(caller, awaiting ?? "pharmacist", PrescriptionEndpoints.MostOf(limit), cancellationToken);
        return TypedResults.Ok(new Page<ReviewItem>(items, null, await queue.CountAsync(caller, cancellationToken)));
    }

    /// <summary>Takes it in hand for some minutes, or keeps it so; 409 PRX-0214 names who has it.</summary>
    private static async Task<Ok<ClaimReply>> ClaimAsync(
        ClaimsPrincipal caller,
        Guid id,
        Claims claims,
        CancellationToken cancellationToken
    )
    {
        var reviewer = ReviewerOf(caller);
        return TypedResults.Ok(new ClaimReply(id, reviewer.Name, await claims.TakeAsync(reviewer, id, cancellationToken)));
    }

    private static async Task<NoContent> ReleaseAsync(ClaimsPrincipal caller, Guid id, Claims claims, CancellationToken cancellationToken)
    {
        await claims.ReleaseAsync(ReviewerOf(caller), id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<DecisionReply>> DecideAsync(
        ClaimsPrincipal caller,
        Guid id,
        DecisionRequest request,
        Decisions decisions,
        CancellationToken cancellationToken
    )
    {
        var decision = request.Decision switch
        {
            "approve" => LifecycleAction.Approve,
            "reject" => LifecycleAction.Reject,
            "return" => LifecycleAction.ReturnToPrescriber,
            _ => throw GeneralFaults.Refused.Exception("decision"),
        };
        var state = await decisions.DecideAsync(id, ReviewerOf(caller), decision, request.Reason ?? "", cancellationToken);
        return TypedResults.Ok(new DecisionReply(id, StateName.Of(state)));
    }

    private static async Task<Ok<DecisionReply>> ReturnAsync(
        ClaimsPrincipal caller,
        Guid id,
        MedicineReturnRequest request,
        TakingBack takingBack,
        CancellationToken cancellationToken
    )
    {
        var state = await takingBack.ReturnAsync(id, ReviewerOf(caller), request.Cause, request.Reason ?? "", cancellationToken);
        return TypedResults.Ok(new DecisionReply(id, StateName.Of(state)));
    }

    private static Reviewer ReviewerOf(ClaimsPrincipal caller) => new(caller.InstitutionCode(), caller.Subject(), caller.DisplayName());
}
