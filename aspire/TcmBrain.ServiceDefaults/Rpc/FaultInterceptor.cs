using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.ServiceDefaults.Rpc;

/// <summary>
/// Turns what a gRPC handler throws into a status with google.rpc details. What happens before a handler is reached is coded by
/// <see cref="FaultMiddleware"/>.
/// </summary>
internal sealed partial class FaultInterceptor(ILogger<FaultInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        Reached(context);
        try
        {
            CheckText(request);
            return await continuation(request, context);
        }
        catch (Exception exception) when (IsOurs(exception, context))
        {
            throw Coded(exception, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        Reached(context);
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception exception) when (IsOurs(exception, context))
        {
            throw Coded(exception, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        Reached(context);
        try
        {
            CheckText(request);
            await continuation(request, responseStream, context);
        }
        catch (Exception exception) when (IsOurs(exception, context))
        {
            throw Coded(exception, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        Reached(context);
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception exception) when (IsOurs(exception, context))
        {
            throw Coded(exception, context);
        }
    }

    private static void Reached(ServerCallContext context) => context.GetHttpContext().Items[GrpcAnswer.Reached] = true;

    private static void CheckText<TRequest>(TRequest request)
    {
        if (request is IMessage message)
        {
            MessageText.Check(message).ThrowIfAny();
        }
    }

    // A status thrown on purpose stays; a caller that is gone, or whose deadline has passed, is answered by the server itself.
    private static bool IsOurs(Exception exception, ServerCallContext context) =>
        exception is not RpcException
        && !context.CancellationToken.IsCancellationRequested
        // The connection broke while a message was read, and the token has not been told yet.
        && exception
            is not (ConnectionResetException or IOException { InnerException: ConnectionAbortedException or ConnectionResetException });

    private RpcException Coded(Exception exception, ServerCallContext context)
    {
        var refusal = exception is InvalidProtocolBufferException ? GeneralFaults.Malformed.Exception() : FaultMapping.From(exception);
        if (refusal.Code == GeneralFaults.Internal.Code)
        {
            LogFailed(exception, refusal.Code, context.Method);
        }
        else if (refusal.HttpStatus >= 500)
        {
            LogAway(refusal.Code, context.Method, exception.Message);
        }

        return GrpcFaults.ToRpcException(refusal);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Code} answered by {Method}")]
    private partial void LogFailed(Exception exception, string code, string method);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Code} answered by {Method}: {Reason}")]
    private partial void LogAway(string code, string method, string reason);
}
