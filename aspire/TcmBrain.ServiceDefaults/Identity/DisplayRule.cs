using Microsoft.AspNetCore.Http;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>
/// A screen on a wall (大屏) stays signed in for weeks where anybody may touch it, so whatever its account's roles allow, it reads only;
/// it may renew and end its own session.
/// </summary>
internal sealed class DisplayRule(RequestDelegate next)
{
    private static readonly PathString Session = "/api/institutions/session";

    public Task InvokeAsync(HttpContext context)
    {
        if (
            context.User.HasClaim(TokenRules.DisplayClaim, "true")
            && !HttpMethods.IsGet(context.Request.Method)
            && !HttpMethods.IsHead(context.Request.Method)
            && !context.Request.Path.StartsWithSegments(Session)
        )
        {
            throw GeneralFaults.Forbidden.Exception();
        }

        return next(context);
    }
}
