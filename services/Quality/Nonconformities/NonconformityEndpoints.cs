using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Storage;

namespace TcmBrain.Quality.Nonconformities;

/// <summary>Nonconformities (不符合项) and what is done about them (CAPA).</summary>
internal static class NonconformityEndpoints
{
    private static readonly string[] Sources = ["deviation", "signal", "lot-rejected", "recall", "manual"];

    internal sealed record NonconformityList(IReadOnlyList<NonconformityItem> Items, string? Next);

    internal sealed record ActAnswer(Guid NonconformityId, int Version);

    internal sealed record OpenedAnswer(Guid NonconformityId, bool Recorded);

    public static void MapNonconformities(this IEndpointRouteBuilder app)
    {
        var all = app.MapGroup("/api/quality/nonconformities").WithTags("nonconformities");
        string[] readers = [Roles.Quality, Roles.Decoction, Roles.Dispenser, Roles.Regulator, Roles.Operator];
        // Who works at the centre deals with it; quality assigns, and says whether it helped.
        string[] workers = [Roles.Quality, Roles.Decoction, Roles.Dispenser];
        all.MapGet("", ListAsync).RequireRole(readers).WithName("ListNonconformities");
        all.MapGet("/{id:guid}", ReadAsync).RequireRole(readers).WithName("ReadNonconformity");
        all.MapPost("", OpenAsync).RequireRole(workers).WithName("OpenNonconformity");
        Act<AssignmentRequest>(
            all,
            "/assignment",
            "AssignNonconformity",
            [Roles.Quality],
            (a, id, v, r, c, x) => a.AssignAsync(id, v, r, c, x)
        );
        Act<TextRequest>(all, "/containment", "ContainNonconformity", workers, (a, id, v, r, c, x) => a.ContainAsync(id, v, r, c, x));
        Act<CauseRequest>(all, "/cause", "FindCause", workers, (a, id, v, r, c, x) => a.FindCauseAsync(id, v, r, c, x));
        Act<ActionRequest>(all, "/actions", "AddAction", workers, (a, id, v, r, c, x) => a.AddActionAsync(id, v, r, c, x));
        Act<TextRequest>(all, "/notes", "NoteOnNonconformity", workers, (a, id, v, r, c, x) => a.NoteAsync(id, v, r, c, x));
        Act<CheckRequest>(all, "/check", "CheckEffect", [Roles.Quality], (a, id, v, r, c, x) => a.CheckAsync(id, v, r, c, x));
        all.MapPost(
                "/{id:guid}/actions/{actionId:guid}/completion",
                async (
                    Guid id,
                    Guid actionId,
                    CompletionRequest request,
                    NonconformityActs acts,
                    ClaimsPrincipal caller,
                    HttpContext context,
                    CancellationToken cancellationToken
                ) => Done(context, id, await acts.CompleteAsync(id, actionId, VersionOf(context), request, caller, cancellationToken))
            )
            .RequireRole(workers)
            .WithName("CompleteAction");
    }

    private delegate Task<int> Deed<in TRequest>(
        NonconformityActs acts,
        Guid id,
        int version,
        TRequest request,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    );

    private static void Act<TRequest>(RouteGroupBuilder all, string path, string name, string[] roles, Deed<TRequest> deed) =>
        all.MapPost(
                "/{id:guid}" + path,
                async (
                    Guid id,
                    TRequest request,
                    NonconformityActs acts,
                    ClaimsPrincipal caller,
                    HttpContext context,
                    CancellationToken cancellationToken
                ) => Done(context, id, await deed(acts, id, VersionOf(context), request, caller, cancellationToken))
            )
            .RequireRole(roles)
            .WithName(name);

    private static int VersionOf(HttpContext context) =>
        VersionTag.Read(context.Request, () => QualityFaults.MatchRequired.Exception(), () => QualityFaults.Stale.Exception());

    private static Ok<ActAnswer> Done(HttpContext context, Guid id, int version)
    {
        VersionTag.Write(context, version);
        return TypedResults.Ok(new ActAnswer(id, version));
    }

    /// <summary>Those of the caller's own centre and of the regions it looks after, detected first in front.</summary>
    private static async Task<Ok<NonconformityList>> ListAsync(
        ClaimsPrincipal caller,
        NonconformityReader reader,
        string? state,
        string? source,
        string? severity,
        string? centre,
        bool? overdue,
        string? next,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        Require(state, [.. CapaRule.Stages, "unclosed"], "state");
        Require(source, Sources, "source");
        Require(severity, CapaRule.Severities, "severity");
        var page = Page.Of(next, limit, QualityFaults.BadPage);
        var filter = new NonconformityFilter(Given(state), Given(source), Given(severity), Given(centre), overdue == true);
        var (items, token) = await reader.ListAsync(caller, filter, page, cancellationToken);
        return TypedResults.Ok(new NonconformityList(items, token));

        static string? Given(string? value) => string.IsNullOrEmpty(value) ? null : value;

        static void Require(string? value, IReadOnlyList<string> known, string field)
        {
            if (!string.IsNullOrEmpty(value) && !known.Contains(value))
            {
                throw QualityFaults.UnknownState.Exception(field, value.Length > 40 ? value[..40] : value);
            }
        }
    }

    /// <summary>One with its whole history, and, when its effect is to be checked, what the records say.</summary>
    private static async Task<Ok<NonconformityView>> ReadAsync(
        Guid id,
        ClaimsPrincipal caller,
        NonconformityReader reader,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var view = await reader.ReadAsync(caller, id, cancellationToken);
        VersionTag.Write(context, view.Item.Version);
        return TypedResults.Ok(view);
    }

    private static async Task<Ok<OpenedAnswer>> OpenAsync(
        ManualRequest request,
        NonconformityActs acts,
        NpgsqlDataSource database,
        IOptions<SupervisionSettings> supervision,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken
    )
    {
        var (id, opened) = await acts.OpenAsync(request, caller, InSight, cancellationToken);
        return TypedResults.Ok(new OpenedAnswer(id, opened));

        async Task<bool> InSight(string centre)
        {
            await using var command = database.CreateCommand($"select 1 from (select @centre as centre_code) as c where {Sight.Centre}");
            command.Parameters.AddWithValue("centre", centre);
            Sight.Of(caller, supervision.Value).Guard(command);
            return await command.ExecuteScalarAsync(cancellationToken) is not null;
        }
    }
}
