using Grpc.Core;
using Grpc.Core.Interceptors;

namespace TcmBrain.Grpc.Tests.Servers;

/// <summary>Leaves its name in the trailers, and the call's start and cancellation in the journal.</summary>
public sealed class TracingInterceptor(CallJournal journal, string name) : Interceptor
{
    public const string Trailer = "server-interceptor";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        using var trace = Trace(context);
        return await continuation(request, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        using var trace = Trace(context);
        return await continuation(requestStream, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        using var trace = Trace(context);
        await continuation(request, responseStream, context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        using var trace = Trace(context);
        await continuation(requestStream, responseStream, context);
    }

    private CancellationTokenRegistration Trace(ServerCallContext context)
    {
        context.ResponseTrailers.Add(Trailer, name);
        if (name != "outer" || context.RequestHeaders.GetValue(CallJournal.CallHeader) is not { } call)
        {
            return default;
        }

        journal.RecordStart(call);
        return context.CancellationToken.Register(() => journal.RecordCancellation(call));
    }
}
