using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Institutions.Register;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Practitioners;

internal static class PractitionerEndpoints
{
    public static void MapPractitioners(this WebApplication app)
    {
        var people = app.MapGroup("/api/institutions/{institution:length(18)}/practitioners");
        people.MapGet("/", ListAsync);
        people.MapPost("/", RegisterAsync).RequireRole(Roles.Admin, Roles.Operator, Roles.Regulator);
    }

    private static Task<IReadOnlyList<Practitioner>> ListAsync(
        string institution,
        PractitionerRegister register,
        ClaimsPrincipal caller,
        CancellationToken stop
    ) => register.ListAsync(institution, Scope.Of(caller), stop);

    private static async Task<Created<Practitioner>> RegisterAsync(
        string institution,
        PractitionerRegistration asked,
        PractitionerRegister register,
        ClaimsPrincipal caller,
        CancellationToken stop
    )
    {
        var person = await register.RegisterAsync(institution, asked, Scope.Of(caller), stop);
        return TypedResults.Created($"/api/institutions/{institution}/practitioners/{person.Code}", person);
    }
}
