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
        ClaimsPrincipal caller,
        UserAdministration users,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        var password = await users.CreateAsync(asked.InstitutionCode ?? caller.InstitutionCode(), asked, by, stop);
        var user = await ShowAsync(asked.Name!, by, reading, context, stop);
        return TypedResults.Created($"/api/institutions/users/{user.Name}", new UserWithPassword(user, password));
    }

    private static async Task<Ok<UserView>> FindAsync(
        string name,
        ClaimsPrincipal caller,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    ) => TypedResults.Ok(await ShowAsync(name, Administrator.Of(caller), reading, context, stop));

    private static async Task<Ok<UserView>> ChangeAsync(
        string name,
        UserUpdate asked,
        ClaimsPrincipal caller,
        UserAdministration users,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        await users.ChangeAsync(name, Preconditions.VersionOf(context.Request), asked, by, stop);
        return TypedResults.Ok(await ShowAsync(name, by, reading, context, stop));
    }

    private static async Task<Ok<Listed<AccountChange>>> HistoryAsync(
        string name,
        ClaimsPrincipal caller,
        AccountReading reading,
        CancellationToken stop
    )
    {
        var changes =
            await reading.HistoryAsync(SignInKind.User, name, Administrator.Of(caller), stop)
            ?? throw InstitutionsFaults.AccountNotFound.Exception();
        return TypedResults.Ok(new Listed<AccountChange>(changes, null, changes.Count));
    }

    private static async Task<Ok<UserWithPassword>> ResetAsync(
        string name,
        PasswordReset? asked,
        ClaimsPrincipal caller,
        UserAdministration users,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        var password = await users.ResetPasswordAsync(name, asked?.Password, by, stop);
        return TypedResults.Ok(new UserWithPassword(await ShowAsync(name, by, reading, context, stop), password));
    }

    private static async Task<Ok<UserView>> DisableAsync(
        string name,
        Disabling asked,
        ClaimsPrincipal caller,
        AccountAdministration accounts,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        await accounts.DisableAsync(SignInKind.User, name, asked.Reason, by, stop);
        return TypedResults.Ok(await ShowAsync(name, by, reading, context, stop));
    }

    private static async Task<Ok<UserView>> EnableAsync(
        string name,
        ClaimsPrincipal caller,
        AccountAdministration accounts,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        await accounts.EnableAsync(SignInKind.User, name, by, stop);
        return TypedResults.Ok(await ShowAsync(name, by, reading, context, stop));
    }

    private static async Task<Ok<UserView>> UnlockAsync(
        string name,
        ClaimsPrincipal caller,
        AccountAdministration accounts,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var by = Administrator.Of(caller);
        await accounts.UnlockAsync(SignInKind.User, name, by, stop);
        return TypedResults.Ok(await ShowAsync(name, by, reading, context, stop));
    }

    private static async Task<UserView> ShowAsync(
        string name,
        Administrator by,
        AccountReading reading,
        HttpContext context,
        CancellationToken stop
    )
    {
        var user = await reading.UserAsync(name, by, stop) ?? throw InstitutionsFaults.AccountNotFound.Exception();
        Preconditions.Tag(context, user.Version);
        context.Response.Headers.CacheControl = "no-store";
        return user;
    }
}
