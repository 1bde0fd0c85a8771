using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TcmBrain.Grpc.Tests.Protos;

namespace TcmBrain.Grpc.Tests.Servers;

public sealed class EchoService(CallJournal journal) : Echo.EchoBase
{
    public override async Task<EchoReply> Say(EchoRequest request, ServerCallContext context)
    {
        await Behave(request, context);
        return new EchoReply { Text = request.Text };
    }

    public override async Task<EchoReply> Collect(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var texts = new List<string>();
        await foreach (var request in requestStream.ReadAllAsync())
        {
            await Behave(request, context);
            texts.Add(request.Text);
        }

        return new EchoReply { Text = string.Join(',', texts), Number = texts.Count };
    }

    public override async Task Repeat(EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        await Greet(context);
        for (var number = 0; request.Count < 0 || number < request.Count; number++)
        {
            await responseStream.WriteAsync(new EchoReply { Text = request.Text, Number = number }, context.CancellationToken);
        }

        await Behave(request, context);
    }

    public override async Task Talk(
        IAsyncStreamReader<EchoRequest> requestStream,
        IServerStreamWriter<EchoReply> responseStream,
        ServerCallContext context
    )
    {
        await Greet(context);
        var number = 0;
        while (await requestStream.MoveNext())
        {
            await Behave(requestStream.Current, context);
            await responseStream.WriteAsync(new EchoReply { Text = requestStream.Current.Text, Number = number++ });
        }
    }

    private async Task Behave(EchoRequest request, ServerCallContext context)
    {
        await Greet(context);
        if (request.Hang)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }

        if (request.FailFirst > 0 && journal.Attempts(CallOf(context)) <= request.FailFirst)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "not yet"));
        }

        if (request.FailWith != 0)
        {
            var details = new StatusDetails
            {
                Code = request.FailWith,
                Message = request.Text,
                Details = { Any.Pack(request) },
            };
            throw new RpcException(
                new Status((StatusCode)request.FailWith, request.Text),
                new Metadata { { "tcm-code", "TST-0001" }, { "grpc-status-details-bin", details.ToByteArray() } }
            );
        }
    }

    /// <summary>Answers the headers, once a call: what came in as x-echo goes back in headers and trailers.</summary>
    private static async Task Greet(ServerCallContext context)
    {
        if (!context.UserState.TryAdd(nameof(Greet), true))
        {
            return;
        }

        var http = context.GetHttpContext();
        var trailers = context.ResponseTrailers;
        trailers.Add("seen-method", context.Method);
        trailers.Add("seen-encoding", http.Request.Headers.GrpcEncoding.ToString());
        trailers.Add("seen-authorization", http.Request.Headers.Authorization.ToString());
        trailers.Add("seen-client-interceptors", http.Request.Headers["client-interceptor"].ToString());
        trailers.Add(
            "seen-deadline",
            context.Deadline == DateTime.MaxValue
                ? "none"
                : context.Deadline.Subtract(DateTime.UtcNow).TotalSeconds.ToString(CultureInfo.InvariantCulture)
        );
        trailers.Add("seen-peer", context.AuthContext.IsPeerAuthenticated ? context.AuthContext.PeerIdentity.First().Value : "anonymous");
        if (context.RequestHeaders.GetValue("x-echo") is { } echo)
        {
            var binary = context.RequestHeaders.GetValueBytes("x-echo-bin") ?? [];
            trailers.Add("x-echo", echo);
            trailers.Add("x-echo-bin", binary);
            await context.WriteResponseHeadersAsync(new Metadata { { "x-echo", echo }, { "x-echo-bin", binary } });
        }
    }

    private static string CallOf(ServerCallContext context) => context.RequestHeaders.GetValue(CallJournal.CallHeader) ?? "";
}
