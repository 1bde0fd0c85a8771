using System.Text.Json;
using Microsoft.Extensions.Options;

namespace TcmBrain.Cockpit.Access;

/// <summary>
/// Tags an answer by its content (RFC 9110 §8.8.3), and answers 304 to who has it already. The endpoint goes on returning a typed result, which the
/// contract is made of.
/// </summary>
internal sealed class ContentTag : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        if (
            result is not IValueHttpResult { Value: { } value }
            || result is IStatusCodeHttpResult { StatusCode: not StatusCodes.Status200OK }
        )
        {
            return result;
        }

        var options = context.HttpContext.RequestServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value;
        var json = JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), options.SerializerOptions);
        // An edited record has its version for a tag already.
        var edited = context.HttpContext.Response.Headers.ETag;
        return KnownTag.Offer(context.HttpContext, edited.Count > 0 ? edited.ToString() : KnownTag.Of(json))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : Results.Bytes(json, "application/json; charset=utf-8");
    }
}
