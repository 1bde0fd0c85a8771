using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.Institutions.Accounts;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.SignIn;

/// <summary>The browser's sign-in: the token lives in a cookie that scripts cannot read and other sites cannot send.</summary>
internal static class SessionEndpoints
{
    public sealed record Credentials(string? User, string? Password);

    public sealed record PasswordChange(string? Current, string? New);

    /// <param name="ExpiresAt">UTC; unless renewed before</param>
    /// <param name="EndsAt">UTC; from then on the password must be given again; null for a program's token</param>
    /// <param name="Display">a screen on a wall: reads only</param>
    /// <param name="MustChangePassword">nothing else is allowed before</param>
    public sealed record Session(
        string User,
        string Name,
        string InstitutionCode,
        string RegionCode,
        IReadOnlyList<string> Roles,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? EndsAt,
        bool Display,
        bool MustChangePassword
    );

    public static async Task<Ok<Session>> OpenAsync(
        Credentials credentials,
        SignInService signIn,
        HttpContext context,
        CancellationToken stop
    )
    {
        var (account, token) = await signIn.SignInAsync(
            SignInKind.User,
            credentials.User ?? "",
            credentials.Password ?? "",
            CallerAddress.Of(context),
            stop
        );
        return Answer(context, account, token, null);
    }

    /// <summary>Another half hour, for a session that still stands and has not reached its end.</summary>
    public static async Task<Ok<Session>> RenewAsync(ClaimsPrincipal caller, Sessions sessions, HttpContext context, CancellationToken stop)
    {
        var (account, token, began) = await sessions.RenewAsync(caller, stop);
        return Answer(context, account, token, began);
    }

    /// <summary>Ends the session everywhere: its tokens are revoked, not only forgotten by the browser.</summary>
    public static async Task<NoContent> CloseAsync(ClaimsPrincipal caller, Sessions sessions, HttpContext context, CancellationToken stop)
    {
        Revocations.LetFinish(context);
        await sessions.EndAsync(caller, stop);
        context.Response.Cookies.Delete(TokenRules.Cookie, Cookie(context, TimeSpan.Zero));
        return TypedResults.NoContent();
    }

    /// <summary>One's own password; every other session of the account ends.</summary>
    public static async Task<Ok<Session>> ChangePasswordAsync(
        PasswordChange asked,
        ClaimsPrincipal caller,
        Sessions sessions,
        HttpContext context,
        CancellationToken stop
    )
    {
        Revocations.LetFinish(context);
        var (account, token) = await sessions.ChangePasswordAsync(
            caller,
            asked.Current ?? "",
            asked.New ?? "",
            CallerAddress.Of(context),
            stop
        );
        return Answer(context, account, token, null);
    }

    public static Ok<Session> Me(ClaimsPrincipal caller, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var display = caller.HasClaim(TokenRules.DisplayClaim, "true");
        return TypedResults.Ok(
            new Session(
                caller.Subject(),
                caller.DisplayName(),
                caller.InstitutionCode(),
                caller.RegionCode(),
                caller.Roles(),
                InstantOf(caller, "exp"),
                InstantOf(caller, TokenRules.SignedInAtClaim) + SessionRule.Longest(display),
                display,
                caller.InstitutionCode().Length == 0
            )
        );
    }

    internal static DateTimeOffset? InstantOf(ClaimsPrincipal caller, string claim) =>
        long.TryParse(caller.FindFirstValue(claim), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static Ok<Session> Answer(HttpContext context, Account account, IssuedToken token, DateTimeOffset? began)
    {
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Cookies.Append(TokenRules.Cookie, token.Text, Cookie(context, token.ExpiresAt - now));
        return TypedResults.Ok(
            new Session(
                account.Name,
                account.DisplayName,
                account.InstitutionCode,
                account.RegionCode,
                account.MustChange ? [] : account.Roles,
                token.ExpiresAt,
                (began ?? now) + SessionRule.Longest(account.Display),
                account.Display,
                account.MustChange
            )
        );
    }

    private static CookieOptions Cookie(HttpContext context, TimeSpan age) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            Path = "/",
            MaxAge = age,
            IsEssential = true,
        };
}
