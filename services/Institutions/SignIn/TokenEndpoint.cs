using System.Text;
using System.Text.Json.Serialization;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.SignIn;

/// <summary>OAuth 2.0 client credentials (RFC 6749 §4.4): Basic or form, answers and errors in the RFC's own form.</summary>
internal static class TokenEndpoint
{
    private const string Basic = "Basic ";

    public static async Task<IResult> IssueAsync(HttpContext context, SignInService signIn, CancellationToken stop)
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            var request = await ReadAsync(context.Request, stop);
            if (request.GrantType != "client_credentials")
            {
                throw InstitutionsFaults.UnsupportedGrant.Exception("grant_type");
            }

            var (account, token) = await signIn.SignInAsync(
                SignInKind.Client,
                request.ClientId,
                request.Secret,
                CallerAddress.Of(context),
                stop
            );
            return Results.Json(
                new TokenAnswer(token.Text, "Bearer", (int)TokenRules.Lifetime.TotalSeconds, string.Join(' ', account.Roles))
            );
        }
        catch (FaultException refusal)
        {
            return Refuse(context, refusal);
        }
    }

    private static async Task<TokenRequest> ReadAsync(HttpRequest request, CancellationToken stop)
    {
        if (!request.HasFormContentType)
        {
            throw InstitutionsFaults.MalformedTokenRequest.Exception();
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(stop);
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException { StatusCode: 400 })
        {
            throw InstitutionsFaults.MalformedTokenRequest.Exception();
        }

        // RFC 6749 §3.2: a parameter must not be given twice.
        if (form.Any(field => field.Value.Count > 1))
        {
            throw InstitutionsFaults.MalformedTokenRequest.Exception();
        }

        var header = request.Headers.Authorization.ToString();
        var (id, secret) = header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)
            ? FromBasic(header[Basic.Length..])
            : (form["client_id"].ToString(), form["client_secret"].ToString());
        return new TokenRequest(form["grant_type"].ToString(), id, secret);
    }

    /// <summary>RFC 6749 §2.3.1: both parts are form-encoded before they are put together.</summary>
    private static (string Id, string Secret) FromBasic(string text)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text.Trim(), bytes, out var length))
        {
            throw InstitutionsFaults.InvalidClient.Exception();
        }

        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return parts.Length == 2 ? (Decode(parts[0]), Decode(parts[1])) : throw InstitutionsFaults.InvalidClient.Exception();
    }

    private static string Decode(string part) => Uri.UnescapeDataString(part.Replace('+', ' '));

    private static IResult Refuse(HttpContext context, FaultException refusal)
    {
        if (refusal.HttpStatus == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"tcmbrain\", charset=\"UTF-8\"";
        }

        if (refusal.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(
                System.Globalization.CultureInfo.InvariantCulture
            );
        }

        var fault = refusal.Faults[0];
        var error =
            refusal.Code == InstitutionsFaults.UnsupportedGrant.Code ? "unsupported_grant_type"
            : refusal.Code == InstitutionsFaults.MalformedTokenRequest.Code ? "invalid_request"
            : refusal.Code == InstitutionsFaults.Suspended.Code ? "unauthorized_client"
            : refusal.Code == InstitutionsFaults.Locked.Code ? "temporarily_unavailable"
            : "invalid_client";
        return Results.Json(new Refusal(error, $"{fault.Code} {fault.En}", fault.Code, fault.Zh, fault.En), statusCode: refusal.HttpStatus);
    }

    private sealed record TokenRequest(string GrantType, string ClientId, string Secret);

    private sealed record TokenAnswer(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("token_type")] string TokenType,
        [property: JsonPropertyName("expires_in")] int ExpiresIn,
        [property: JsonPropertyName("scope")] string Scope
    );

    private sealed record Refusal(
        [property: JsonPropertyName("error")] string Error,
        [property: JsonPropertyName("error_description")] string Description,
        string Code,
        string Zh,
        string En
    );
}
