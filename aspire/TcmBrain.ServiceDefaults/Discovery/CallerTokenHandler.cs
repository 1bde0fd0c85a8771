using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.ServiceDefaults.Discovery;

/// <summary>A call made while answering a request carries that request's token: the called service decides for the same caller.</summary>
internal sealed class CallerTokenHandler(IHttpContextAccessor accessor) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is null && accessor.HttpContext is { } context && AccessToken.Of(context.Request) is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
