using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>Outermost: whatever goes wrong in a request leaves it as a coded answer, over HTTP and over gRPC.</summary>
internal sealed partial class FaultMiddleware(RequestDelegate next, ILogger<FaultMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            if (GrpcAnswer.IsGrpc(context.Request))
            {
                GrpcAnswer.RaiseBodyLimit(context);
                await next(context);
                GrpcAnswer.CodeTheUncoded(context);
                return;
            }

            await next(context);
            await CodeTheUncodedAsync(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone; there is nobody to answer.
            context.Response.StatusCode = context.Response.HasStarted ? context.Response.StatusCode : 499;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var refusal = FaultMapping.From(exception);
            if (refusal.Code == GeneralFaults.Internal.Code)
            {
                LogFailed(exception, refusal.Code, context.GetEndpoint()?.DisplayName ?? "-");
            }
            else if (refusal.HttpStatus >= 500)
            {
                LogAway(refusal.Code, context.GetEndpoint()?.DisplayName ?? "-", exception.Message);
            }

            if (GrpcAnswer.IsGrpc(context.Request))
            {
                GrpcAnswer.Write(context, refusal);
            }
            else
            {
                await ProblemAnswer.WriteAsync(context, refusal);
            }
        }
    }

    private static async Task CodeTheUncodedAsync(HttpContext context)
    {
        var response = context.Response;
        if (response.StatusCode < 400 || response.HasStarted || response.ContentType is not null || response.ContentLength > 0)
        {
            return;
        }

        await ProblemAnswer.WriteAsync(
            context,
            new FaultException(response.StatusCode, GeneralFaults.ForStatus(response.StatusCode).At(""))
        );
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Code} answered by {Endpoint}")]
    private partial void LogFailed(Exception exception, string code, string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Code} answered by {Endpoint}: {Reason}")]
    private partial void LogAway(string code, string endpoint, string reason);
}
