using Grpc.Core;
using Grpc.Core.Interceptors;
using TcmBrain.Grpc.Tests.Protos;
using TcmBrain.Grpc.Tests.Servers;

namespace TcmBrain.Grpc.Tests.Calls;

public sealed class ClientInterceptorTests(EchoHouse house)
{
    public static TheoryData<string> EveryKind => ["blocking", "unary", "client", "server", "duplex"];

    [Theory, MemberData(nameof(EveryKind))]
    public async Task Interceptors_stand_before_every_kind_of_call_in_the_order_given(string kind)
    {
        var client = new Echo.EchoClient(house.Channel(Way.ClearText).Intercept(new Naming("first"), new Naming("second")));

        var trailers = await Call(client, kind);

        trailers.GetValue("seen-client-interceptors").ShouldBe("first, second");
    }

    [Theory, MemberData(nameof(EveryKind))]
    public async Task A_function_may_change_the_headers_of_every_kind_of_call(string kind)
    {
        var invoker = house
            .Channel(Way.ClearText)
            .Intercept(headers =>
            {
                headers.Add("client-interceptor", "function");
                return headers;
            });

        var trailers = await Call(new Echo.EchoClient(invoker), kind);

        trailers.GetValue("seen-client-interceptors").ShouldBe("function");
    }

    [Theory, MemberData(nameof(EveryKind))]
    public async Task The_servers_interceptors_stand_before_every_kind_of_handler(string kind)
    {
        var trailers = await Call(new Echo.EchoClient(house.Channel(Way.ClearText)), kind);

        trailers.GetAll(TracingInterceptor.Trailer).Select(entry => entry.Value).ShouldBe(["outer", "inner"]);
    }

    [Fact]
    public async Task A_client_with_a_host_names_it_in_its_calls()
    {
        var naming = new Naming("first");
        var client = new Echo.EchoClient(house.Channel(Way.ClearText).Intercept(naming));

        await client.WithHost("pharmacy.example").SayAsync(new EchoRequest(), deadline: EchoHouse.Deadline);

        naming.Host.ShouldBe("pharmacy.example");
    }

    [Fact]
    public async Task An_interceptor_that_changes_nothing_passes_calls_on()
    {
        var client = new Echo.EchoClient(house.Channel(Way.ClearText).Intercept(new Passing()));

        (await client.SayAsync(new EchoRequest { Text = "x" }, deadline: EchoHouse.Deadline)).Text.ShouldBe("x");
        client.Say(new EchoRequest { Text = "y" }, deadline: EchoHouse.Deadline).Text.ShouldBe("y");
    }

    private static async Task<Metadata> Call(Echo.EchoClient client, string kind)
    {
        switch (kind)
        {
            case "blocking":
            {
                // A blocking call shows its trailers only when it fails.
                var failing = new EchoRequest { FailWith = (int)StatusCode.Aborted };
                return Should.Throw<RpcException>(() => client.Say(failing, deadline: EchoHouse.Deadline)).Trailers;
            }
            case "unary":
            {
                using var call = client.SayAsync(new EchoRequest(), deadline: EchoHouse.Deadline);
                await call;
                return call.GetTrailers();
            }
            case "client":
            {
                using var call = client.Collect(deadline: EchoHouse.Deadline);
                await call.RequestStream.WriteAsync(new EchoRequest());
                await call.RequestStream.CompleteAsync();
                await call;
                return call.GetTrailers();
            }
            case "server":
            {
                using var call = client.Repeat(new EchoRequest { Count = 1 }, deadline: EchoHouse.Deadline);
                await call.ResponseStream.ReadAllAsync().ToArrayAsync();
                return call.GetTrailers();
            }
            default:
            {
                using var call = client.Talk(deadline: EchoHouse.Deadline);
                await call.RequestStream.CompleteAsync();
                await call.ResponseStream.ReadAllAsync().ToArrayAsync();
                return call.GetTrailers();
            }
        }
    }

    private sealed class Passing : Interceptor;

    /// <summary>Adds its name to the headers of every call.</summary>
    private sealed class Naming(string name) : Interceptor
    {
        public string? Host { get; private set; }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            BlockingUnaryCallContinuation<TRequest, TResponse> continuation
        ) => continuation(request, Named(context));

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation
        ) => continuation(request, Named(context));

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation
        ) => continuation(request, Named(context));

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation
        ) => continuation(Named(context));

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation
        ) => continuation(Named(context));

        private ClientInterceptorContext<TRequest, TResponse> Named<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context
        )
            where TRequest : class
            where TResponse : class
        {
            Host = context.Host;
            var headers = new Metadata();
            foreach (var entry in context.Options.Headers ?? Metadata.Empty)
            {
                headers.Add(entry);
            }

            headers.Add("client-interceptor", name);
            return new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, context.Options.WithHeaders(headers));
        }
    }
}
