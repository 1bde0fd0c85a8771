using System.Buffers;
using Grpc.Core;
using TcmBrain.Grpc.Tests.Protos;

namespace TcmBrain.Grpc.Tests.Compat;

/// <summary>What callers see of the stand-in beyond what a round trip shows.</summary>
public sealed class ApiTests
{
    [Fact]
    public void The_status_codes_are_those_of_the_wire()
    {
        StatusCode[] codes =
        [
            StatusCode.OK,
            StatusCode.Cancelled,
            StatusCode.Unknown,
            StatusCode.InvalidArgument,
            StatusCode.DeadlineExceeded,
            StatusCode.NotFound,
            StatusCode.AlreadyExists,
            StatusCode.PermissionDenied,
            StatusCode.ResourceExhausted,
            StatusCode.FailedPrecondition,
            StatusCode.Aborted,
            StatusCode.OutOfRange,
            StatusCode.Unimplemented,
            StatusCode.Internal,
            StatusCode.Unavailable,
            StatusCode.DataLoss,
            StatusCode.Unauthenticated,
        ];

        codes.Select(code => (int)code).ShouldBe(Enumerable.Range(0, 17));
        Enum.GetValues<StatusCode>().Length.ShouldBe(17);
    }

    [Fact]
    public void A_failure_says_its_status_and_keeps_its_cause()
    {
        var cause = new IOException("no route");
        var failure = new RpcException(new Status(StatusCode.Unavailable, "down", cause));

        failure.Message.ShouldBe("Status(StatusCode=\"Unavailable\", Detail=\"down\", DebugException=\"System.IO.IOException: no route\")");
        failure.InnerException.ShouldBeSameAs(cause);
        failure.Trailers.ShouldBeEmpty();
        new RpcException(Status.DefaultCancelled, "gone").Message.ShouldBe("gone");
    }

    [Fact]
    public void Call_options_change_by_copy()
    {
        var deadline = DateTime.UtcNow;
        var options = new CallOptions(deadline: deadline);

        var changed = options
            .WithHeaders([])
            .WithWaitForReady()
            .WithWriteOptions(new WriteOptions(WriteFlags.NoCompress))
            .WithDeadline(deadline.AddSeconds(1))
            .WithCancellationToken(new CancellationToken(true));

        options.Headers.ShouldBeNull();
        options.IsWaitForReady.ShouldBeFalse();
        options.Deadline.ShouldBe(deadline);
        changed.IsWaitForReady.ShouldBeTrue();
        changed.WriteOptions!.Flags.ShouldBe(WriteFlags.NoCompress);
        changed.Deadline.ShouldBe(deadline.AddSeconds(1));
        changed.CancellationToken.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void A_marshaller_of_arrays_serves_a_transport_of_buffers_and_the_reverse()
    {
        var arrays = Marshallers.StringMarshaller;
        var buffers = Marshallers.Create<string>(
            (text, context) =>
            {
                context.SetPayloadLength(text.Length);
                context.GetBufferWriter().Write(arrays.Serializer(text));
                context.Complete();
            },
            context => arrays.Deserializer(context.PayloadAsReadOnlySequence().ToArray())
        );
        var adapted = Marshallers.Create(buffers.ContextualSerializer, buffers.ContextualDeserializer);
        var crossed = Marshallers.Create<string>(arrays.ContextualSerializer, arrays.ContextualDeserializer);

        adapted.Deserializer(adapted.Serializer("黄芪")).ShouldBe("黄芪");
        crossed.Deserializer(crossed.Serializer("黄芪")).ShouldBe("黄芪");
        crossed.Serializer("黄芪").ShouldBe(arrays.Serializer("黄芪"));
    }

    [Fact]
    public void A_serializer_that_does_not_finish_is_found_out() =>
        Should.Throw<InvalidOperationException>(() => Marshallers.Create<string>((_, _) => { }, _ => "").Serializer("x"));

    [Fact]
    public void A_service_definition_hands_over_every_method_once()
    {
        var method = new Method<string, string>(
            MethodType.Unary,
            "service",
            "Method",
            Marshallers.StringMarshaller,
            Marshallers.StringMarshaller
        );
        var builder = ServerServiceDefinition
            .CreateBuilder()
            .AddMethod(method, (UnaryServerMethod<string, string>)((request, _) => Task.FromResult(request)));
        var binder = new CountingBinder();

        builder.Build().BindService(binder);

        binder.Names.ShouldBe(["/service/Method"]);
        Should.Throw<ArgumentException>(() =>
            builder.AddMethod(method, (UnaryServerMethod<string, string>)((_, _) => Task.FromResult("")))
        );
    }

    [Fact]
    public void A_generated_service_binds_its_four_methods()
    {
        var binder = new CountingBinder();

        Echo.BindService(new EmptyEcho()).BindService(binder);

        binder.Names.Count.ShouldBe(4);
    }

    [Fact]
    public void A_client_for_mocks_cannot_call() => Should.Throw<NotImplementedException>(() => new MockedClient().Say(new EchoRequest()));

    [Fact]
    public void Composite_call_credentials_have_parts()
    {
        var one = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);

        Should.Throw<ArgumentException>(() => CallCredentials.Compose(one));
    }

    [Fact]
    public async Task A_call_made_of_parts_gives_them_back()
    {
        var disposed = false;
        var trailers = new Metadata { { "key", "value" } };
        var call = new AsyncUnaryCall<string>(
            Task.FromResult("response"),
            Task.FromResult(new Metadata()),
            () => new Status(StatusCode.OK, "fine"),
            () => trailers,
            () => disposed = true
        );

        (await call).ShouldBe("response");
        (await call.ConfigureAwait(false)).ShouldBe("response");
        (await call.ResponseHeadersAsync).ShouldBeEmpty();
        call.GetStatus().Detail.ShouldBe("fine");
        call.GetTrailers().ShouldBeSameAs(trailers);
        call.Dispose();
        disposed.ShouldBeTrue();
    }

    [Fact]
    public void A_writer_that_cannot_be_cancelled_says_so()
    {
        IAsyncStreamWriter<string> writer = new PlainWriter();

        writer.WriteAsync("x", CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
        Should.Throw<NotSupportedException>(() => writer.WriteAsync("x", new CancellationTokenSource().Token));
    }

    private sealed class EmptyEcho : Echo.EchoBase;

    private sealed class MockedClient : Echo.EchoClient;

    private sealed class PlainWriter : IAsyncStreamWriter<string>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message) => Task.CompletedTask;
    }

    private sealed class CountingBinder : ServiceBinderBase
    {
        public List<string> Names { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method,
            UnaryServerMethod<TRequest, TResponse>? handler
        ) => Names.Add(method.FullName);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method,
            ClientStreamingServerMethod<TRequest, TResponse>? handler
        ) => Names.Add(method.FullName);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method,
            ServerStreamingServerMethod<TRequest, TResponse>? handler
        ) => Names.Add(method.FullName);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method,
            DuplexStreamingServerMethod<TRequest, TResponse>? handler
        ) => Names.Add(method.FullName);
    }
}
