using Microsoft.AspNetCore.Http;

namespace TcmBrain.ServiceDefaults.Identity;

internal static class AccessToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The bearer header's token, else the session cookie's; null when there is neither.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
        }

        return request.Cookies.TryGetValue(TokenRules.Cookie, out var token) && token.Length > 0 ? token : null;
    }
}
