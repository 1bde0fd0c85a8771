using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.SignIn;

/// <summary>The browser's sign-in: the token lives in a cookie that scripts cannot read and other sites cannot send.</summary>
internal static class SessionEndpoints
{
    public sealed record Credentials(string? User, string? Password);

    /// <param name="ExpiresAt">UTC; null when read back from a token</param>
    public sealed record Session(
        string User,
        string Name,
        string InstitutionCode,
        string RegionCode,
        IReadOnlyList<string> Roles,
        DateTimeOffset? ExpiresAt
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
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Cookies.Append(TokenRules.Cookie, token.Text, Cookie(context, TokenRules.Lifetime));
        return TypedResults.Ok(
            new Session(account.Name, account.DisplayName, account.InstitutionCode, account.RegionCode, account.Roles, token.ExpiresAt)
        );
    }

    public static NoContent Close(HttpContext context)
    {
        context.Response.Cookies.Delete(TokenRules.Cookie, Cookie(context, TimeSpan.Zero));
        return TypedResults.NoContent();
    }

    public static Ok<Session> Me(ClaimsPrincipal caller, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var expires = long.TryParse(caller.FindFirstValue("exp"), out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : (DateTimeOffset?)null;
        return TypedResults.Ok(
            new Session(caller.Subject(), caller.DisplayName(), caller.InstitutionCode(), caller.RegionCode(), caller.Roles(), expires)
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
