using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Regions;

internal static class RegionEndpoints
{
    public static void MapRegions(this WebApplication app)
    {
        var regions = app.MapGroup("/api/institutions/regions").WithTags("regions");
        regions.MapGet("/", ListAsync).WithName("ListRegions");
        regions.MapGet("/{code:length(6)}", FindAsync).WithName("GetRegion");
        var changes = regions.MapGroup("").RequireRole(Roles.Operator);
        changes.MapPost("/", AddAsync).WithName("AddRegion");
        changes.MapPut("/{code:length(6)}", ChangeAsync).WithName("ChangeRegion");
        changes.MapPost("/{code:length(6)}/retire", RetireAsync).WithName("RetireRegion");
    }

    private static async Task<Ok<IReadOnlyList<Region>>> ListAsync(RegionRegister register, CancellationToken stop, bool retired = false) =>
        TypedResults.Ok(await register.ListAsync(retired, stop));

    private static async Task<Ok<Region>> FindAsync(string code, RegionRegister register, HttpContext context, CancellationToken stop) =>
        context.Tagged(await register.FindAsync(code, stop) ?? throw InstitutionsFaults.RegionNotFound.Exception());

    private static async Task<Created<Region>> AddAsync(
        RegionRequest asked,
        RegionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        var region = await register.RegisterAsync(asked, Actor.Of(caller), stop);
        return context.CreatedAt($"/api/institutions/regions/{region.Code}", region);
    }

    private static async Task<Ok<Region>> ChangeAsync(
        string code,
        RegionRequest asked,
        RegionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        var version = context.VersionAsked();
        new FaultList().Require(asked.Code is null || asked.Code == code, InstitutionsFaults.CodeFixed, "code").ThrowIfAny();
        return context.Tagged(await register.ChangeAsync(code, version, asked with { Code = code }, Actor.Of(caller), stop));
    }

    private static async Task<Ok<Region>> RetireAsync(
        string code,
        RegionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => context.Tagged(await register.RetireAsync(code, context.VersionAsked(), Actor.Of(caller), stop));
}
