using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Contracts;
using TcmBrain.Quality.Facts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Quality.Evaluation;

internal static class EvaluationFeature
{
    private const int MostRecords = 500;

    public static WebApplicationBuilder AddEvaluation(this WebApplicationBuilder builder)
    {
        var books = EvaluationBook.LoadAll();
        builder.Services.AddSingleton(books).AddSingleton(EvaluationBook.Newest(books));
        builder.Services.AddSingleton<MeasureReader>().AddSingleton<PublicationStore>().AddSingleton<EvaluationDesk>();
        return builder;
    }

    public static void MapEvaluation(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/quality/evaluations").WithTags("evaluation");
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
        group.MapGet("", RankAsync).RequireRole(readers).WithName("RankInstitutions");
        group.MapGet("/scheme", Scheme).RequireRole(readers).WithName("ReadEvaluationScheme");
        group.MapGet("/{code}", ReadAsync).RequireRole(readers).WithName("ReadEvaluation");
        group.MapGet("/{code}/records", RecordsAsync).RequireRole(readers).WithName("ListEvaluatedRecords");
        var published = app.MapGroup("/api/quality/evaluation-publications").WithTags("evaluation");
        published.MapGet("", ListAsync).RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator).WithName("ListEvaluationPublications");
        published
            .MapGet("/{publicationId:guid}", ReadPublicationAsync)
            .RequireRole(Roles.Quality, Roles.Regulator, Roles.Operator)
            .WithName("ReadEvaluationPublication");
        published.MapPost("", PublishAsync).RequireRole(Roles.Quality, Roles.Regulator).WithName("PublishEvaluation");
    }

    /// <summary>All indicators with weights, scoring and sources: what an evaluation is made of.</summary>
    private static Ok<SchemeView> Scheme(EvaluationBook book) =>
        TypedResults.Ok(new SchemeView(book.Edition, Scores.LeastKnown, book.Dimensions, book.Indicators));

    /// <param name="group">hospital (default) or centre</param>
    /// <param name="period">yyyy-MM, yyyy-Qn or yyyy; the current month when it is left out</param>
    private static async Task<Ok<RankingView>> RankAsync(
        ClaimsPrincipal caller,
        EvaluationDesk desk,
        TimeProvider time,
        string? group,
        string? period,
        string? region,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await desk.RankAsync(caller, GroupOf(group), PeriodOf(period, time), RegionOf(region), cancellationToken));

    private static async Task<Ok<EvaluationView>> ReadAsync(
        string code,
        ClaimsPrincipal caller,
        EvaluationDesk desk,
        TimeProvider time,
        string? group,
        string? period,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await desk.ReadAsync(caller, GroupOf(group), PeriodOf(period, time), code, cancellationToken));

    private static async Task<Ok<CountedRecords>> RecordsAsync(
        string code,
        ClaimsPrincipal caller,
        EvaluationDesk desk,
        TimeProvider time,
        string? group,
        string? period,
        string? indicator,
        int? limit,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await desk.RecordsAsync(
                caller,
                GroupOf(group),
                PeriodOf(period, time),
                code,
                indicator ?? "",
                limit is null ? 100
                    : limit is >= 1 and <= MostRecords ? limit.Value
                    : throw QualityFaults.BadPage.Exception("limit"),
                cancellationToken
            )
        );

    private static async Task<Ok<EvaluationPublicationList>> ListAsync(
        ClaimsPrincipal caller,
        PublicationStore store,
        string? group,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await store.ListAsync(caller, group is null ? null : GroupOf(group), cancellationToken));

    private static async Task<Ok<EvaluationPublicationView>> ReadPublicationAsync(
        Guid publicationId,
        ClaimsPrincipal caller,
        PublicationStore store,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(await store.ReadAsync(caller, publicationId, cancellationToken));

    /// <summary>Freezes an evaluation as it stands. The same again is the same publication.</summary>
    private static async Task<Ok<EvaluationPublishAnswer>> PublishAsync(
        EvaluationPublishRequest request,
        ClaimsPrincipal caller,
        PublicationStore store,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(
            await store.PublishAsync(
                caller,
                GroupOf(request.Group),
                PeriodOf(request.Period, time),
                RegionOf(request.Region) ?? caller.RegionCode(),
                cancellationToken
            )
        );

    private static string GroupOf(string? group) =>
        group switch
        {
            null or EvaluationBook.Hospital => EvaluationBook.Hospital,
            EvaluationBook.Centre => EvaluationBook.Centre,
            _ => throw QualityFaults.UnknownGroup.Exception("group"),
        };

    private static Period PeriodOf(string? text, TimeProvider time) =>
        text is null ? Period.Now(time) : Period.Parse(text) ?? throw QualityFaults.BadEvaluationPeriod.Exception("period");

    private static string? RegionOf(string? region) =>
        region is null || RegionCode.IsWellFormed(region) ? region : throw QualityFaults.RegionNotYours.Exception("region");
}
