using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TcmBrain.Contracts;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>Writes a refusal as RFC 9457 problem details (<c>application/problem+json</c>) with <c>code</c> and <c>faults</c>.</summary>
public static class ProblemAnswer
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // Chinese text stays readable; the media type is JSON, never embedded in HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task WriteAsync(HttpContext context, FaultException refusal)
    {
        var response = context.Response;
        // Headers stay (Allow, Retry-After, the request's id); only a body begun in the buffer is dropped.
        response.Headers.ContentLength = null;
        if (response.Body.CanSeek)
        {
            response.Body.SetLength(0);
        }

        response.StatusCode = refusal.HttpStatus;
        response.ContentType = "application/problem+json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (refusal.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.HttpStatus == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var problem = new Problem(
            EpcisProblem.TypeOf(context.Request.Path, refusal) ?? $"urn:tcmbrain:fault:{refusal.Code}",
            refusal.Faults[0].En,
            refusal.HttpStatus,
            refusal.Faults[0].Zh,
            refusal.Code,
            [.. refusal.Faults.Select(f => new ProblemFault(f.Code, f.Field.Length == 0 ? null : f.Field, f.Zh, f.En))],
            context.TraceIdentifier
        );
        await JsonSerializer.SerializeAsync(response.Body, problem, Json, context.RequestAborted);
    }

    internal sealed record Problem(
        string Type,
        string Title,
        int Status,
        string Detail,
        string Code,
        ProblemFault[] Faults,
        string RequestId
    );

    internal sealed record ProblemFault(string Code, string? Field, string Zh, string En);
}
