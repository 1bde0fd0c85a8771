using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using TcmBrain.Contracts;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Register;

internal static class RegisterEndpoints
{
    private const int LargestPage = 200;

    public static WebApplicationBuilder AddRegister(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<InstitutionRegister>();
        builder.Services.AddSingleton<Practitioners.PractitionerRegister>();
        return builder;
    }

    public static void MapRegister(this WebApplication app)
    {
        var register = app.MapGroup("/api/institutions");
        register.MapGet("/regions", (InstitutionRegister at, CancellationToken stop) => at.RegionsAsync(stop));
        register.MapGet("/", ListAsync);
        register.MapGet("/{code:length(18)}", FindAsync);
        var changes = register.MapGroup("").RequireRole(Roles.Operator, Roles.Regulator);
        changes.MapPost("/", RegisterAsync);
        changes.MapPost("/{code:length(18)}/suspend", SuspendAsync);
        changes.MapPost("/{code:length(18)}/reinstate", ReinstateAsync);
    }

    private static Task<Page<Institution>> ListAsync(
        InstitutionRegister register,
        ClaimsPrincipal caller,
        CancellationToken stop,
        string? search = null,
        string? kind = null,
        string? status = null,
        string? region = null,
        int page = 1,
        int pageSize = 50
    )
    {
        new FaultList()
            .Require(page is >= 1 and <= 100_000, InstitutionsFaults.WrongPage, "page", 1, 100_000)
            .Require(pageSize is >= 1 and <= LargestPage, InstitutionsFaults.WrongPage, "pageSize", 1, LargestPage)
            .Require(region is null || RegionCode.IsWellFormed(region), InstitutionsFaults.UnknownRegion, "region")
            .Require(
                (search?.Length ?? 0) <= RegistrationRules.LongestName,
                InstitutionsFaults.TextTooLong,
                "search",
                RegistrationRules.LongestName
            )
            .ThrowIfAny();
        var filter = new InstitutionFilter(
            string.IsNullOrWhiteSpace(search) ? null : search.Trim(),
            kind,
            status,
            region is null ? null : RegionCode.SubtreePrefix(region),
            page,
            pageSize
        );
        return register.ListAsync(filter, Scope.Of(caller), stop);
    }

    private static async Task<Ok<Institution>> FindAsync(
        string code,
        InstitutionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        var found = await register.FindAsync(code, Scope.Of(caller), stop) ?? throw InstitutionsFaults.InstitutionNotFound.Exception();
        return Tagged(context, found);
    }

    private static async Task<Created<Institution>> RegisterAsync(
        InstitutionRegistration asked,
        InstitutionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    )
    {
        var institution = await register.RegisterAsync(asked, Scope.Of(caller), stop);
        Tagged(context, institution);
        return TypedResults.Created($"/api/institutions/{institution.Code}", institution);
    }

    private static async Task<Ok<Institution>> SuspendAsync(
        string code,
        Suspension asked,
        InstitutionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => Tagged(context, await register.SuspendAsync(code, VersionOf(context.Request), asked.Reason, Scope.Of(caller), stop));

    private static async Task<Ok<Institution>> ReinstateAsync(
        string code,
        InstitutionRegister register,
        ClaimsPrincipal caller,
        HttpContext context,
        CancellationToken stop
    ) => Tagged(context, await register.ReinstateAsync(code, VersionOf(context.Request), Scope.Of(caller), stop));

    private static Ok<Institution> Tagged(HttpContext context, Institution institution)
    {
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{institution.Version}\"");
        return TypedResults.Ok(institution);
    }

    /// <exception cref="FaultException">INS-0109 without If-Match, INS-0110 when it cannot be one of ours</exception>
    private static int VersionOf(HttpRequest request)
    {
        if (request.Headers.IfMatch.Count == 0)
        {
            throw InstitutionsFaults.IfMatchMissing.Exception("If-Match");
        }

        return
            EntityTagHeaderValue.TryParse(request.Headers.IfMatch.ToString(), out var tag)
            && !tag.IsWeak
            && int.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw InstitutionsFaults.Stale.Exception("If-Match");
    }
}
