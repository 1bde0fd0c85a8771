using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>
/// Answers a request whose handling threw. Also stands in for the framework's developer exception page, which WebApplication puts
/// into every pipeline in development: the answers are the same in every environment, and no stack trace leaves a service.
/// </summary>
internal sealed partial class FaultAnswer(ILogger<FaultAnswer> logger) : IDeveloperPageExceptionFilter
{
    public Task HandleExceptionAsync(ErrorContext errorContext, Func<ErrorContext, Task> next) =>
        WriteAsync(errorContext.HttpContext, errorContext.Exception);

    public Task WriteAsync(HttpContext context, Exception exception)
    {
        var refusal = FaultMapping.From(exception);
        var endpoint = context.GetEndpoint()?.DisplayName ?? "-";
        if (refusal.Code == GeneralFaults.Internal.Code)
        {
            LogFailed(exception, refusal.Code, endpoint);
        }
        else if (refusal.HttpStatus >= 500)
        {
            LogAway(refusal.Code, endpoint, exception.Message);
        }

        if (GrpcAnswer.IsGrpc(context.Request))
        {
            GrpcAnswer.Write(context, refusal);
            return Task.CompletedTask;
        }

        return ProblemAnswer.WriteAsync(context, refusal);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Code} answered by {Endpoint}")]
    private partial void LogFailed(Exception exception, string code, string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Code} answered by {Endpoint}: {Reason}")]
    private partial void LogAway(string code, string endpoint, string reason);
}
