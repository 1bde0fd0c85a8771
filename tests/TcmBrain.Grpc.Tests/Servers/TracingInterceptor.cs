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

    private Traced Trace(ServerCallContext context)
    {
        context.ResponseTrailers.Add(Trailer, name);
        if (name != "outer" || context.RequestHeaders.GetValue(CallJournal.CallHeader) is not { } call)
        {
            return default;
        }

        journal.RecordStart(call);
        return new(context.CancellationToken, () => journal.RecordCancellation(call));
    }

    /// <summary>Notes a cancellation when it happens, and at the latest when the handler ends: a handler woken by it may end before this is told.</summary>
    private readonly struct Traced(CancellationToken token, Action note) : IDisposable
    {
        private readonly CancellationTokenRegistration told = token.Register(note);

        public void Dispose()
        {
            told.Dispose();
            if (token.IsCancellationRequested)
            {
                note();
            }
        }
    }
}
