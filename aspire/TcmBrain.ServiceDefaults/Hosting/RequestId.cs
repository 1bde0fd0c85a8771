using Microsoft.AspNetCore.Http;

namespace TcmBrain.ServiceDefaults.Hosting;

/// <summary>
/// The one id a request has in the caller's log, the gateway's and every service's: <c>X-Request-Id</c>, taken over when it is well formed.
/// Problem details carry it as <c>requestId</c>.
/// </summary>
public static class RequestId
{
    public const string Header = "X-Request-Id";
    private const int Longest = 64;

    /// <summary>Makes the caller's id, if it gave a proper one, the request's own.</summary>
    public static void Adopt(HttpContext context)
    {
        var given = context.Request.Headers[Header].ToString();
        if (given.Length is > 0 and <= Longest && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ':' or '.'))
        {
            context.TraceIdentifier = given;
        }
    }
}
