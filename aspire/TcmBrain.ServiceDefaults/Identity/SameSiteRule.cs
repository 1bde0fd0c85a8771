using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.Identity;

/// <summary>
/// Refuses what another site's page makes a browser send (CSRF): a change without an Authorization header, which a page cannot set for
/// another site, whose origin is not this one. Browsers say so themselves (Fetch Metadata, else Origin); programs that are no browsers say
/// neither and bring their own token. The cookie's SameSite=Strict is the other half.
/// </summary>
internal static class SameSiteRule
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        IsForeign(context.Request) ? throw GeneralFaults.CrossSite.Exception() : next(context);

    internal static bool IsForeign(HttpRequest request)
    {
        if (
            HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method)
            || HttpMethods.IsTrace(request.Method)
            || request.Headers.Authorization.Count > 0
        )
        {
            return false;
        }

        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site))
        {
            return site != "same-origin";
        }

        // The scheme is left out: before the gateway something else may have ended TLS.
        return request.Headers.TryGetValue(HeaderNames.Origin, out var origin)
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && new HostString(from.Authority) == Plain(request, from));
    }

    private static HostString Plain(HttpRequest request, Uri from) =>
        // "host" and "host:443" are one for an https origin.
        request.Host.Port == from.Port
        && from.IsDefaultPort
            ? new HostString(request.Host.Host)
            : request.Host;
}
