using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Register;

internal static class RegisterEndpoints
{
    public static void MapInstitutions(this WebApplication app)
    {
        var register = app.MapGroup("/api/institutions").WithTags("institutions");
        register.MapGet("/", ListAsync).WithName("ListInstitutions");
        register.MapGet("/{code:length(18)}", FindAsync).WithName("GetInstitution");
        register.MapGet("/map", MapAsync).WithName("MapInstitutions");
        register.MapGet("/summary", SummaryAsync).WithName("SummariseRegister");
        register.MapGet("/subjects", () => TypedResults.Ok(DiagnosisSubjects.All)).WithName("ListDiagnosisSubjects");
        register
            .MapPut("/{code:length(18)}", ChangeAsync)
            .RequireRole(Roles.Operator, Roles.Regulator, Roles.Admin)
            .WithName("ChangeInstitution");
        var changes = register.MapGroup("").RequireRole(Roles.Operator, Roles.Regulator);
        changes.MapPost("/", RegisterAsync).WithName("RegisterInstitution");
        changes.MapPost("/{code:length(18)}/suspend", SuspendAsync).WithName("SuspendInstitution");
        changes.MapPost("/{code:length(18)}/reinstate", ReinstateAsync).WithName("ReinstateInstitution");
    }

    private static async Task<Ok<Listing<Institution>>> ListAsync(
        InstitutionRegister register,
        ClaimsPrincipal caller,
        CancellationToken stop,
        string? search = null,
        string? kind = null,
        string? status = null,
        string? region = null,
        string? next = null,
        int? limit = null
    )
    {
        var faults = new FaultList();
        var prefix = faults.RegionPrefix(region);
        faults
            .CheckStatus(status)
            .Require(kind is null || InstitutionKinds.Find(kind) is not null, InstitutionsFaults.UnknownKind, "kind")
            .ThrowIfAny();
        var filter = new InstitutionFilter(search, kind, status, prefix, next, limit);
        return TypedResults.Ok(await register.ListAsync(filter, Scope.Of(caller), stop));
    }

    private static async Task<Ok<Listing<MapPoint>>> MapAsync(
        Overview overview,
        ClaimsPrincipal caller,
        CancellationToken stop,
        string? kind = null,
        string? region = null
    )
    {
        var faults = new FaultList();
        var prefix = faults.RegionPrefix(region);
        faults.Require(kind is null || InstitutionKinds.Find(kind) is not null, InstitutionsFaults.UnknownKind, "kind").ThrowIfAny();
        return TypedResults.Ok(await overview.MapAsync(kind, prefix, Scope.Of(caller), stop));
    }

    private static async Task<Ok<RegisterSummary>> SummaryAsync(Overview overview, ClaimsPrincipal caller, CancellationToken stop) =>
        TypedResults.Ok(await overview.CountAsync(Scope.Of(caller), stop));

    private static async Task<Ok<Institution>> FindAsync(
        string code,
        InstitutionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => context.Tagged(await register.FindAsync(code, Scope.Of(caller), stop) ?? throw InstitutionsFaults.InstitutionNotFound.Exception());

    private static async Task<Created<Institution>> RegisterAsync(
        InstitutionRequest asked,
        InstitutionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        var institution = await register.RegisterAsync(asked, Actor.Of(caller), stop);
        return context.CreatedAt($"/api/institutions/{institution.Code}", institution);
    }

    private static async Task<Ok<Institution>> ChangeAsync(
        string code,
        InstitutionRequest asked,
        InstitutionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        var version = context.VersionAsked();
        new FaultList().Require(asked.Code is null || asked.Code == code, InstitutionsFaults.CodeFixed, "code").ThrowIfAny();
        return context.Tagged(await register.ChangeAsync(code, version, asked with { Code = code }, Actor.Of(caller), stop));
    }

    private static async Task<Ok<Institution>> SuspendAsync(
        string code,
        Suspension asked,
        InstitutionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => context.Tagged(await register.SuspendAsync(code, context.VersionAsked(), asked.Reason, Actor.Of(caller), stop));

    private static async Task<Ok<Institution>> ReinstateAsync(
        string code,
        InstitutionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => context.Tagged(await register.ReinstateAsync(code, context.VersionAsked(), Actor.Of(caller), stop));
}
