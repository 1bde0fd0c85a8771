using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TcmBrain.ServiceDefaults.Hosting;

/// <summary>
/// Takes in, and throws away, a body that is too large once its request is answered (读完再断). The server would close the connection
/// under a caller who still sends, who then sees a broken connection and not the answer that says why.
/// </summary>
/// <remarks>
/// A body whose length is not said beforehand has been read to its limit when it is refused, and no more of it can be had; who sends more than
/// <see cref="Most"/> or for longer than <see cref="Patience"/> is not waited for.
/// </remarks>
internal static class UnreadBody
{
    /// <summary>Bytes.</summary>
    private const long Most = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        var (request, limit) = (context.Request, context.Features.Get<IHttpMaxRequestBodySizeFeature>());
        if (
            limit is not { IsReadOnly: false }
            || request.ContentLength is not { } length
            || length <= (limit.MaxRequestBodySize ?? long.MaxValue)
            || length > Most
            || HttpProtocol.IsHttp2(request.Protocol)
            // Who waits to be asked for the body has the answer and sends none.
            || request.Headers.Expect.Count > 0
        )
        {
            return;
        }

        try
        {
            await context.Response.CompleteAsync();
            limit.MaxRequestBodySize = length;
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            ending.CancelAfter(Patience);
            for (var ended = false; !ended; )
            {
                var piece = await request.BodyReader.ReadAsync(ending.Token);
                request.BodyReader.AdvanceTo(piece.Buffer.End);
                ended = piece.IsCompleted;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Gone, or too slow: the answer was sent.
        }
    }
}
