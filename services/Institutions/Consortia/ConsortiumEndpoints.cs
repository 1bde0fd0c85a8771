using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Consortia;

internal static class ConsortiumEndpoints
{
    public static void MapConsortia(this WebApplication app)
    {
        var consortia = app.MapGroup("/api/institutions/consortia").WithTags("consortia");
        consortia.MapGet("/", ListAsync).WithName("ListConsortia");
        consortia.MapGet("/{code:length(4,32)}", FindAsync).WithName("GetConsortium");
        var changes = consortia.MapGroup("").RequireRole(Roles.Operator, Roles.Regulator);
        changes.MapPost("/", FormAsync).WithName("FormConsortium");
        changes.MapPut("/{code:length(4,32)}", ChangeAsync).WithName("ChangeConsortium");
        changes.MapPost("/{code:length(4,32)}/dissolve", DissolveAsync).WithName("DissolveConsortium");
    }

    private static async Task<Ok<Listing<Consortium>>> ListAsync(
        ConsortiumRegister register,
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
            .Require(kind is null || ConsortiumRules.Kinds.Contains(kind), InstitutionsFaults.UnknownConsortiumKind, "kind")
            .ThrowIfAny();
        return TypedResults.Ok(await register.ListAsync(search, kind, status, prefix, next, limit, Scope.Of(caller), stop));
    }

    private static async Task<Ok<Consortium>> FindAsync(
        string code,
        ConsortiumRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => context.Tagged(await register.FindAsync(code, Scope.Of(caller), stop) ?? throw InstitutionsFaults.ConsortiumNotFound.Exception());

    private static async Task<Created<Consortium>> FormAsync(
        ConsortiumRequest asked,
        ConsortiumRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        var consortium = await register.RegisterAsync(asked, Actor.Of(caller), stop);
        return context.CreatedAt($"/api/institutions/consortia/{consortium.Code}", consortium);
    }

    private static async Task<Ok<Consortium>> ChangeAsync(
        string code,
        ConsortiumRequest asked,
        ConsortiumRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        var version = context.VersionAsked();
        new FaultList().Require(asked.Code is null || asked.Code == code, InstitutionsFaults.CodeFixed, "code").ThrowIfAny();
        return context.Tagged(await register.ChangeAsync(code, version, asked with { Code = code }, Actor.Of(caller), stop));
    }

    private static async Task<Ok<Consortium>> DissolveAsync(
        string code,
        ConsortiumRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => context.Tagged(await register.DissolveAsync(code, context.VersionAsked(), Actor.Of(caller), stop));
}
