using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Contracts;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Practitioners;

internal static class PractitionerEndpoints
{
    public static void MapPractitioners(this WebApplication app)
    {
        var staff = app.MapGroup("/api/institutions/{institution:length(18)}/practitioners").WithTags("practitioners");
        staff.MapGet("/", ListOfAsync).WithName("ListPractitionersOfInstitution");
        staff.MapPost("/", RegisterAsync).RequireRole(Roles.Admin, Roles.Operator, Roles.Regulator).WithName("RegisterPractitioner");

        var people = app.MapGroup("/api/institutions/practitioners").WithTags("practitioners");
        people.MapGet("/", ListAsync).WithName("ListPractitioners");
        people.MapGet("/{code:length(6,32)}", FindAsync).WithName("GetPractitioner");
        var changes = people.MapGroup("").RequireRole(Roles.Admin, Roles.Operator, Roles.Regulator);
        changes.MapPut("/{code:length(6,32)}", ChangeAsync).WithName("ChangePractitioner");
        changes.MapPost("/{code:length(6,32)}/suspend", SuspendAsync).WithName("SuspendPractitioner");
        changes.MapPost("/{code:length(6,32)}/reinstate", ReinstateAsync).WithName("ReinstatePractitioner");
    }

    private static async Task<Ok<Listing<Practitioner>>> ListOfAsync(
        string institution,
        PractitionerRegister register,
        InstitutionRegister institutions,
        ClaimsPrincipal caller,
        CancellationToken stop,
        string? search = null,
        string? category = null,
        string? status = null,
        string? next = null,
        int? limit = null
    )
    {
        await RequireInstitutionAsync(institutions, institution, caller, stop);
        return await ListAsync(register, caller, stop, search, institution, category, status, null, next, limit);
    }

    private static async Task<Ok<Listing<Practitioner>>> ListAsync(
        PractitionerRegister register,
        ClaimsPrincipal caller,
        CancellationToken stop,
        string? search = null,
        string? institution = null,
        string? category = null,
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
            .Require(category is null || PractitionerRules.Categories.Contains(category), InstitutionsFaults.UnknownCategory, "category")
            .Require(institution is null || InstitutionCode.IsValid(institution), InstitutionsFaults.WrongCode, "institution")
            .ThrowIfAny();
        var filter = new PractitionerFilter(search, institution, category, status, prefix, next, limit);
        return TypedResults.Ok(await register.ListAsync(filter, Scope.Of(caller), stop));
    }

    private static async Task<Ok<Practitioner>> FindAsync(
        string code,
        PractitionerRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) =>
        context.Tagged(await register.FindAsync(code, Scope.Of(caller), stop) ?? throw InstitutionsFaults.PractitionerNotFound.Exception());

    private static async Task<Created<Practitioner>> RegisterAsync(
        string institution,
        PractitionerRequest asked,
        PractitionerRegister register,
        InstitutionRegister institutions,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        await RequireInstitutionAsync(institutions, institution, caller, stop);
        new FaultList()
            .Require(asked.InstitutionCode is null || asked.InstitutionCode == institution, InstitutionsFaults.CodeFixed, "institutionCode")
            .ThrowIfAny();
        var person = await register.RegisterAsync(asked with { InstitutionCode = institution }, Actor.Of(caller), stop);
        return context.CreatedAt($"/api/institutions/practitioners/{person.Code}", person);
    }

    private static async Task<Ok<Practitioner>> ChangeAsync(
        string code,
        PractitionerRequest asked,
        PractitionerRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        var version = context.VersionAsked();
        new FaultList().Require(asked.Code is null || asked.Code == code, InstitutionsFaults.CodeFixed, "code").ThrowIfAny();
        return context.Tagged(await register.ChangeAsync(code, version, asked with { Code = code }, Actor.Of(caller), stop));
    }

    private static async Task<Ok<Practitioner>> SuspendAsync(
        string code,
        Suspension asked,
        PractitionerRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => context.Tagged(await register.SuspendAsync(code, context.VersionAsked(), asked.Reason, Actor.Of(caller), stop));

    private static async Task<Ok<Practitioner>> ReinstateAsync(
        string code,
        PractitionerRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => context.Tagged(await register.ReinstateAsync(code, context.VersionAsked(), Actor.Of(caller), stop));

    private static async Task RequireInstitutionAsync(
        InstitutionRegister institutions,
        string code,
        ClaimsPrincipal caller,
        CancellationToken stop
    ) => _ = await institutions.FindAsync(code, Scope.Of(caller), stop) ?? throw InstitutionsFaults.InstitutionNotFound.Exception();
}
