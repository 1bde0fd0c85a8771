using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Contracts;
using TcmBrain.Knowledge;
using TcmBrain.Prescriptions.InstitutionPolicies;
using TcmBrain.Prescriptions.Reading;
using TcmBrain.Prescriptions.Releases;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Prescriptions.AuditAdvice;

/// <summary>The audit to look at: pieces and formulas with their sources, a prescription to try, rules with their rates.</summary>
internal static class AuditAdviceEndpoints
{
    private const int MostDays = 366;

    public static void AddAuditAdvice(this IServiceCollection services)
    {
        services.AddSingleton<RuleRates>();
        services.AddSingleton<RuleUseFold>();
        services.AddHostedService(provider => provider.GetRequiredService<RuleUseFold>());
    }

    public static void MapAuditAdvice(this IEndpointRouteBuilder app)
    {
        var readers = app.MapGroup("/api/prescriptions")
            .WithTags("audit")
            .RequireRole(Roles.His, Roles.Prescriber, Roles.Pharmacist, Roles.Quality, Roles.Admin, Roles.Regulator, Roles.Operator);
        readers.MapGet("/knowledge/pieces", Pieces).WithName("ListPieces");
        readers.MapGet("/knowledge/pieces/{name}", PieceOf).WithName("GetPiece");
        readers.MapGet("/knowledge/formulas", Formulas).WithName("ListFormulas");
        readers.MapGet("/knowledge/formulas/{name}", FormulaOf).WithName("GetFormula");
        readers.MapPost("/audit/try", Try).WithName("TryAudit");
        app.MapGet("/api/prescriptions/audit/rules", RulesAsync)
            .WithTags("audit")
            .RequireRole(Roles.Pharmacist, Roles.Quality, Roles.Admin, Roles.Regulator, Roles.Operator)
            .WithName("ListAuditRules");
    }

    /// <summary>By name, everyday name, pinyin (whole or initials) or Latin name.</summary>
    private static Ok<Page<PieceItem>> Pieces(CurrentRelease current, string? search, int? next, int? limit) =>
        TypedResults.Ok(
            PageOf([.. KnowledgeLookup.Search(current.Value.Catalogue, search?.Trim() ?? "").Select(KnowledgeLookup.ItemOf)], next, limit)
        );

    /// <summary>By standard or everyday name.</summary>
    private static Ok<PieceDetail> PieceOf(CurrentRelease current, string name)
    {
        var release = current.Value;
        var found = release.Catalogue.Resolve(name);
        return
            found.Kind is NameKind.Piece or NameKind.Alias or NameKind.RawOrProcessed or NameKind.UnspecifiedProcessing or NameKind.Granule
            ? TypedResults.Ok(KnowledgeLookup.DetailOf(release, release.Catalogue[found.Herb]))
            : throw PrescriptionsFaults.PieceNotFound.Exception("name");
    }

    private static Ok<Page<FormulaItem>> Formulas(CurrentRelease current, string? search, int? next, int? limit) =>
        TypedResults.Ok(
            PageOf(
                [.. KnowledgeLookup.SearchFormulas(current.Value.Catalogue, search?.Trim() ?? "").Select(KnowledgeLookup.ItemOf)],
                next,
                limit
            )
        );

    private static Ok<FormulaDetail> FormulaOf(CurrentRelease current, string name)
    {
        var release = current.Value;
        return release.Catalogue.FindFormula(name) is { } formula
            ? TypedResults.Ok(KnowledgeLookup.DetailOf(release, formula))
            : throw PrescriptionsFaults.FormulaNotFound.Exception("name");
    }

    /// <summary>Under the release that answers and what the caller's institution decided for itself.</summary>
    private static Ok<TryAnswer> Try(ClaimsPrincipal caller, CurrentRelease current, InstitutionPolicyBook policies, TryRequest request) =>
        TypedResults.Ok(TryAudit.Run(current.Value, policies.Of(caller.InstitutionCode()), request));

    /// <summary>Days are the region's; without them, the last thirty. Counted are the prescriptions of the caller's scope.</summary>
    private static async Task<Ok<RuleRateList>> RulesAsync(
        ClaimsPrincipal caller,
        RuleRates rates,
        TimeProvider time,
        DateOnly? from,
        DateOnly? to,
        CancellationToken cancellationToken
    )
    {
        var last = to ?? RegionTime.DayOf(time.GetUtcNow());
        var first = from ?? last.AddDays(-29);
        new FaultList()
            .Require(first <= last && last.DayNumber - first.DayNumber < MostDays, PrescriptionsFaults.ReplayDays, "from", MostDays)
            .ThrowIfAny();
        return TypedResults.Ok(await rates.ReadAsync(AuditScope.Of(caller), first, last, cancellationToken));
    }

    private static Page<T> PageOf<T>(IReadOnlyList<T> all, int? next, int? limit)
    {
        var from = Math.Max(0, next ?? 0);
        var most = Math.Clamp(limit ?? 50, 1, 200);
        var end = from + most;
        return new(
            [.. all.Skip(from).Take(most)],
            end < all.Count ? end.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
            all.Count
        );
    }
}
