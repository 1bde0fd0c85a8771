using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Institutions.SignIn;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Accounts;

/// <summary>People's accounts over HTTP.</summary>
internal static class UserEndpoints
{
    public static void MapUsers(this WebApplication app)
    {
        var users = app.MapGroup("/api/institutions/users").RequireRole(Administrator.Allowed).WithTags("users");
        users.MapGet("/", ListAsync).WithName("ListUsers");
        users.MapPost("/", CreateAsync).WithName("CreateUser");
        users.MapGet("/roles", RolesAsync).WithName("ListGrantableRoles");
        users.MapGet("/{name}", FindAsync).WithName("GetUser");
        users.MapPut("/{name}", ChangeAsync).WithName("ChangeUser");
        users.MapGet("/{name}/history", HistoryAsync).WithName("GetUserHistory");
        users.MapPost("/{name}/password", ResetAsync).WithName("ResetUserPassword");
        users.MapPost("/{name}/disable", DisableAsync).WithName("DisableUser");
        users.MapPost("/{name}/enable", EnableAsync).WithName("EnableUser");
        users.MapPost("/{name}/unlock", UnlockAsync).WithName("UnlockUser");
    }

    /// <param name="Clients">roles that the caller may give to a program of the institution</param>
    /// <param name="Users">roles that the caller may give to a person of the institution</param>
    public sealed record GrantableRoles(IReadOnlyList<string> Clients, IReadOnlyList<string> Users);

    private static async Task<Ok<GrantableRoles>> RolesAsync(
        string? institution,
        ClaimsPrincipal caller,
        AccountReading reading,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        var kind =
            await reading.KindOfAsync(institution ?? caller.InstitutionCode(), by, stop)
            ?? throw InstitutionsFaults.InstitutionNotFound.Exception("institution");
        var roles = AccountRules.RolesOf(kind).Where(by.MayGrant).ToList();
        return TypedResults.Ok(new GrantableRoles(roles, [.. roles.Where(AccountRules.IsForPeople)]));
    }

    private static async Task<Ok<Listed<UserView>>> ListAsync(
        string? institution,
        string? search,
        string? role,
        string? status,
        string? next,
        int? limit,
        ClaimsPrincipal caller,
        AccountReading reading,
        CancellationToken stop
    ) =>
        TypedResults.Ok(
            await reading.UsersAsync(AccountFilter.Of(institution, search, role, status, next, limit), Administrator.Of(caller), stop)
        );

    private static async Task<Created<UserWithPassword>> CreateAsync(
        NewUser asked,
        UserAdministration users,
        [AsParameters] AccountDesk desk
    )
    {
        var password = await users.CreateAsync(asked.InstitutionCode ?? desk.Caller.InstitutionCode(), asked, desk.By, desk.Stop);
        var user = await desk.ShowUserAsync(asked.Name!);
        return TypedResults.Created($"/api/institutions/users/{user.Name}", new UserWithPassword(user, password));
    }

    private static Task<Ok<UserView>> FindAsync(string name, [AsParameters] AccountDesk desk) => desk.UserAsync(name, Task.CompletedTask);

    private static Task<Ok<UserView>> ChangeAsync(
        string name,
        UserUpdate asked,
        UserAdministration users,
        [AsParameters] AccountDesk desk
    ) => desk.UserAsync(name, users.ChangeAsync(name, Preconditions.VersionOf(desk.Context.Request), asked, desk.By, desk.Stop));

    private static Task<Ok<Listed<AccountChange>>> HistoryAsync(string name, [AsParameters] AccountDesk desk) =>
        desk.HistoryAsync(SignInKind.User, name);

    private static async Task<Ok<UserWithPassword>> ResetAsync(
        string name,
        PasswordReset? asked,
        UserAdministration users,
        [AsParameters] AccountDesk desk
    )
    {
        var password = await users.ResetPasswordAsync(name, asked?.Password, desk.By, desk.Stop);
        return TypedResults.Ok(new UserWithPassword(await desk.ShowUserAsync(name), password));
    }

    private static Task<Ok<UserView>> DisableAsync(string name, Disabling asked, [AsParameters] AccountDesk desk) =>
        desk.UserAsync(name, desk.Accounts.DisableAsync(SignInKind.User, name, asked.Reason, desk.By, desk.Stop));

    private static Task<Ok<UserView>> EnableAsync(string name, [AsParameters] AccountDesk desk) =>
        desk.UserAsync(name, desk.Accounts.EnableAsync(SignInKind.User, name, desk.By, desk.Stop));

    private static Task<Ok<UserView>> UnlockAsync(string name, [AsParameters] AccountDesk desk) =>
        desk.UserAsync(name, desk.Accounts.UnlockAsync(SignInKind.User, name, desk.By, desk.Stop));
}
