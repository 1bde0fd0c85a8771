using Microsoft.AspNetCore.Http;
using TcmBrain.ServiceDefaults.Hosting;
using TcmBrain.ServiceDefaults.Telemetry;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>Outermost: whatever goes wrong in a request leaves it as a coded answer, over HTTP and over gRPC.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, FaultAnswer answer)
{
    public async Task InvokeAsync(HttpContext context)
    {
        RequestId.Adopt(context);
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
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = GeneralFaults.Cancelled.HttpStatus;
            }
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await answer.WriteAsync(context, exception);
        }
        finally
        {
            RequestSpan.Describe(context);
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
}
