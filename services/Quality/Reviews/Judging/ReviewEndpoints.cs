using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Reviews.Judging;

/// <summary>处方点评: the reviewers' work lists, and what they decide.</summary>
internal static class ReviewEndpoints
{
    private static readonly string[] Judges = [Roles.Quality, Roles.Regulator];
    private static readonly string[] Readers =
    [
        Roles.Quality,
        Roles.Regulator,
        Roles.Operator,
        Roles.Pharmacist,
        Roles.Prescriber,
        Roles.Admin,
    ];

    private sealed record ReviewList(IReadOnlyList<ReviewItem> Items, string? Next);

    private sealed record CodeList(IReadOnlyList<ReviewCode> Items, string? Next);

    private sealed record ReviewerList(IReadOnlyList<KnownReviewer> Items, string? Next);

    private sealed record AssignedList(IReadOnlyList<Assigned> Items, string? Next);

    /// <param name="Waiting">What the caller could take now.</param>
    private sealed record WorkSummary(long Waiting, long Mine, long Overdue, long Answering, long Arbitration, long Concluded);

    internal sealed record TakeRequest(int? Count);

    private sealed record Taken(IReadOnlyList<Guid> PrescriptionIds);

    private sealed record Held(Guid PrescriptionId, DateTimeOffset Until);

    private sealed record GivenBack(Guid PrescriptionId, bool Held);

    /// <param name="Whole">Of all the prescriber's at this institution, not only of this one.</param>
    internal sealed record RecusalRequest(string? Reason, bool? Whole);

    internal sealed record AssignRequest(IReadOnlyList<string>? Reviewers, Guid? RunId);

    private sealed record VerdictAnswer(Guid PrescriptionId, bool Rational, string[] Codes, string Stage, bool Recorded);

    public static void MapJudging(this IEndpointRouteBuilder app)
    {
        var reviews = app.MapGroup("/api/quality/reviews");
        reviews.MapGet("", ListAsync).WithName("ListReviews").RequireRole(Readers);
        reviews
            .MapGet("/codes", (ReviewCodes codes) => TypedResults.Ok(new CodeList(codes.All, null)))
            .WithName("ListReviewCodes")
            .RequireRole(Readers);
        reviews.MapGet("/summary", SummaryAsync).WithName("ReadReviewSummary").RequireRole(Judges);
        reviews.MapGet("/reviewers", ReviewersAsync).WithName("ListReviewers").RequireRole(Roles.Quality);
        reviews.MapPost("/take", TakeAsync).WithName("TakeReviews").RequireRole(Judges);
        reviews.MapPost("/assign", AssignAsync).WithName("AssignReviews").RequireRole(Roles.Quality);
        reviews.MapGet("/{prescriptionId:guid}", ReadAsync).WithName("ReadReview").RequireRole(Readers);
        reviews.MapPost("/{prescriptionId:guid}/take", TakeOneAsync).WithName("TakeReview").RequireRole(Judges);
        reviews.MapPost("/{prescriptionId:guid}/give-back", GiveBackAsync).WithName("GiveBackReview").RequireRole(Judges);
        reviews.MapPost("/{prescriptionId:guid}/recusal", RecuseAsync).WithName("RecuseFromReview").RequireRole(Judges);
        reviews.MapPost("/{prescriptionId:guid}/verdict", JudgeAsync).WithName("GiveVerdict").RequireRole(Judges);
    }

    /// <summary>
    /// <c>state</c>: waiting (the caller could take it), mine, open, overdue, answering, arbitration, concluded, all. With the cuts of the
    /// rates: the same cuts give as many as the number says.
    /// </summary>
    private static async Task<Ok<ReviewList>> ListAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        ReviewReading reading,
        IOptions<SupervisionSettings> supervision,
        string? state,
        [AsParameters] ReviewQuery query,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var condition = Condition(state ?? "all", Arbiter(caller)) ?? throw QualityFaults.UnknownState.Exception("state", state ?? "");
        var page = Page.Of(next, limit, QualityFaults.BadPage);
        // Work lists by what presses, the rest by when it was written.
        var order = state is "waiting" or "mine" or "overdue" or "open" or "answering" or "arbitration" ? "v.due_at" : "v.received_at";
        await using var command = database.CreateCommand();
        var filter = query.Filter.Bind(command);
        page.Bind(command);
        var items = await reading.ListAsync(
            command,
            ReviewSight.Of(caller, supervision.Value),
            $"and {condition} {filter} and ({order}, v.prescription_id) > (@after_time, @after_id)",
            order,
            cancellationToken
        );
        return TypedResults.Ok(
            new ReviewList(
                items,
                page.Next(items.Count, () => (order == "v.due_at" ? items[^1].DueAt : items[^1].ReceivedAt, items[^1].PrescriptionId))
            )
        );
    }

    private static bool Arbiter(ClaimsPrincipal caller) => caller.HasRole(Roles.Regulator);

    private static string? Condition(string state, bool arbiter) =>
        state switch
        {
            "waiting" =>
                $"v.stage {(arbiter ? "= 'arbitration'" : "in ('first', 'second')")} and (v.owner is null or v.owner_until <= @now) and {ReviewSight.Unbiased}",
            "mine" => "v.owner = @subject and v.owner_until > @now and v.stage <> 'concluded'",
            "open" => "v.stage <> 'concluded' and @now is not null",
            "overdue" => "v.stage <> 'concluded' and v.due_at <= @now",
            "answering" or "arbitration" or "concluded" => $"v.stage = '{state}' and @now is not null",
            "all" => "@now is not null",
            _ => null,
        };

    private static async Task<Ok<WorkSummary>> SummaryAsync(
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(
            $"""
            select count(*) filter (where {Condition("waiting", Arbiter(caller))}), count(*) filter (where {Condition("mine", false)}),
                   count(*) filter (where {Condition("overdue", false)}), count(*) filter (where v.stage = 'answering'),
                   count(*) filter (where v.stage = 'arbitration'),
                   (select count(*) from quality.review v where v.stage = 'concluded' and {ReviewSight.Where})
            from quality.review v join quality.prescription p using (prescription_id)
            where v.stage <> 'concluded' and {ReviewSight.Where}
            """
        );
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        ReviewSight.Of(caller, supervision.Value).Guard(command);
        await using var r = await command.ExecuteReaderAsync(cancellationToken);
        await r.ReadAsync(cancellationToken);
        return TypedResults.Ok(new WorkSummary(r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5)));
    }

    private static async Task<Ok<ReviewDetail>> ReadAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        ReviewReading reading,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await reading.ReadAsync(prescriptionId, ReviewSight.Of(caller, supervision.Value), cancellationToken));

    private static async Task<Ok<Taken>> TakeAsync(
        TakeRequest request,
        ClaimsPrincipal caller,
        ClaimDesk desk,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        if (request.Count is < 1 or > 100)
        {
            throw QualityFaults.OutOfRange.Exception("count", 1, 100);
        }

        var sight = ReviewSight.Of(caller, supervision.Value);
        return TypedResults.Ok(new Taken(await desk.TakeAsync(request.Count ?? 5, Arbiter(caller), sight, cancellationToken)));
    }

    private static async Task<Ok<Held>> TakeOneAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        ClaimDesk desk,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        var sight = ReviewSight.Of(caller, supervision.Value);
        return TypedResults.Ok(
            new Held(prescriptionId, await desk.TakeOneAsync(prescriptionId, Arbiter(caller), sight, cancellationToken))
        );
    }

    private static async Task<Ok<GivenBack>> GiveBackAsync(
        Guid prescriptionId,
        ClaimsPrincipal caller,
        ClaimDesk desk,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        var sight = ReviewSight.Of(caller, supervision.Value);
        return TypedResults.Ok(
            new GivenBack(prescriptionId, await desk.GiveBackAsync(prescriptionId, null, whole: false, sight, cancellationToken))
        );
    }

    private static async Task<Ok<GivenBack>> RecuseAsync(
        Guid prescriptionId,
        RecusalRequest request,
        ClaimsPrincipal caller,
        ClaimDesk desk,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        const int Longest = 500;
        var reason = request.Reason?.Trim() ?? "";
        if (reason.Length is 0 or > Longest)
        {
            throw reason.Length == 0 ? QualityFaults.Missing.Exception("reason") : QualityFaults.TooLong.Exception("reason", Longest);
        }

        var sight = ReviewSight.Of(caller, supervision.Value);
        return TypedResults.Ok(
            new GivenBack(
                prescriptionId,
                await desk.GiveBackAsync(prescriptionId, reason, request.Whole ?? false, sight, cancellationToken)
            )
        );
    }

    private static async Task<Ok<VerdictAnswer>> JudgeAsync(
        Guid prescriptionId,
        VerdictRequest request,
        ClaimsPrincipal caller,
        VerdictDesk desk,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        var (verdict, stage, recorded) = await desk.GiveAsync(
            prescriptionId,
            request,
            Arbiter(caller),
            ReviewSight.Of(caller, supervision.Value),
            cancellationToken
        );
        return TypedResults.Ok(new VerdictAnswer(prescriptionId, verdict.Rational, verdict.Codes, stage, recorded));
    }

    private static async Task<Ok<ReviewerList>> ReviewersAsync(
        ClaimsPrincipal caller,
        Assigning assigning,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(new ReviewerList(await assigning.ReviewersAsync(Person.Of(caller), cancellationToken), null));

    private static async Task<Ok<AssignedList>> AssignAsync(
        AssignRequest request,
        ClaimsPrincipal caller,
        Assigning assigning,
        IOptions<SupervisionSettings> supervision,
        CancellationToken cancellationToken
    )
    {
        if (request.Reviewers is not { Count: > 0 and <= 100 })
        {
            throw QualityFaults.Missing.Exception("reviewers");
        }

        var sight = ReviewSight.Of(caller, supervision.Value);
        return TypedResults.Ok(
            new AssignedList(await assigning.AssignAsync(request.Reviewers, request.RunId, sight, cancellationToken), null)
        );
    }
}
