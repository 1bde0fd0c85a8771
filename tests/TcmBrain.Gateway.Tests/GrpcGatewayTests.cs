using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.MachineServers;
using TcmBrain.ServiceDefaults.Faults;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.ServiceDefaults.Rpc;
using TcmBrain.Testing;
using static TcmBrain.Gateway.Tests.GatewayUnderTest;

namespace TcmBrain.Gateway.Tests;

public sealed class GrpcGatewayTests : IAsyncLifetime
{
    private static readonly FaultDefinition Wrong = new("TST-0001", 422, "不对", "wrong");

    private sealed class Prescriptions : PrescriptionService.PrescriptionServiceBase
    {
        public override Task<PushReply> Push(PushRequest request, ServerCallContext context) =>
            request.Prescription.HisNumber == "wrong"
                ? throw Wrong.Exception("prescription.his_number")
                : Task.FromResult(new PushReply { HisNumber = context.GetHttpContext().User.Subject() });

        public override async Task PushStream(
            IAsyncStreamReader<PushStreamRequest> requestStream,
            IServerStreamWriter<PushStreamReply> responseStream,
            ServerCallContext context
        )
        {
            await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(new PushStreamReply { Sequence = message.Sequence });
            }

            context.ResponseTrailers.Add("counted", "all");
        }

        public override async Task Watch(WatchRequest request, IServerStreamWriter<StatusChange> responseStream, ServerCallContext context)
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "tcm-resume-token", "12-34" } });
            if (request.ResumeToken == "silent")
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }

            await responseStream.WriteAsync(new StatusChange { HisNumber = "first" });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }

    private readonly Metadata token = new() { { "authorization", "Bearer " + TestTokens.Of("his-1", "x", "330102", Roles.His) } };
    private TestApp backend = null!;
    private TestService gateway = null!;
    private GrpcChannel channel = null!;
    private PrescriptionService.PrescriptionServiceClient client = null!;

    public async ValueTask InitializeAsync()
    {
        var port = Ports.Free();
        backend = await TestApp.StartAsync(
            app => app.MapGrpcService<Prescriptions>().RequireRole(Roles.His),
            builder => builder.AddGrpcDefaults(),
            ("urls", $"http://127.0.0.1:{port}"),
            ("Endpoints:Grpc:Port", $"{port}")
        );
        (gateway, _) = await StartAsync(
            Backend("prescriptions", backend.Address, "grpc"),
            Backend("decoction", new Uri($"http://127.0.0.1:{Ports.Free()}"), "grpc")
        );
        channel = GrpcChannel.ForAddress(gateway.Grpc, new GrpcChannelOptions { MaxSendMessageSize = null });
        client = new PrescriptionService.PrescriptionServiceClient(channel);
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await gateway.DisposeAsync();
        await backend.DisposeAsync();
    }

    private static PushRequest Request(string number) => new() { Prescription = new Prescription { HisNumber = number } };

    [Fact]
    public async Task A_call_passes_with_its_caller() => (await client.PushAsync(Request("1"), token)).HisNumber.ShouldBe("his-1");

    [Fact]
    public async Task A_refusal_passes_with_its_details()
    {
        var refusal = await Should.ThrowAsync<RpcException>(client.PushAsync(Request("wrong"), token).ResponseAsync);
        refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refusal.FaultCode().ShouldBe("TST-0001");
        refusal.Faults().Single().Field.ShouldBe("prescription.his_number");
    }

    [Fact]
    public async Task Without_a_token_the_edge_refuses_in_grpcs_own_form()
    {
        var refusal = await Should.ThrowAsync<RpcException>(client.PushAsync(Request("1")).ResponseAsync);
        refusal.StatusCode.ShouldBe(StatusCode.Unauthenticated);
        refusal.FaultCode().ShouldBe("GEN-0001");
    }

    [Fact]
    public async Task Streams_pass_both_ways_message_by_message_with_trailers()
    {
        using var call = client.PushStream(token);
        for (ulong i = 1; i <= 50; i++)
        {
            await call.RequestStream.WriteAsync(new PushStreamRequest { Sequence = i });
            (await call.ResponseStream.MoveNext().WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();
            call.ResponseStream.Current.Sequence.ShouldBe(i);
        }

        await call.RequestStream.CompleteAsync();
        (await call.ResponseStream.MoveNext()).ShouldBeFalse();
        call.GetTrailers().GetValue("counted").ShouldBe("all");
    }

    [Fact]
    public async Task A_stream_may_carry_more_than_a_single_request_may()
    {
        using var call = client.PushStream(token);
        var message = new PushStreamRequest { Prescription = new Prescription { HisNumber = new string('a', 500_000) } };
        for (var i = 0; i < 8; i++)
        {
            await call.RequestStream.WriteAsync(message);
            (await call.ResponseStream.MoveNext().WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();
        }

        await call.RequestStream.CompleteAsync();
    }

    [Fact]
    public async Task One_message_over_one_mebibyte_is_refused()
    {
        var refusal = await Should.ThrowAsync<RpcException>(client.PushAsync(Request(new string('a', 1 << 20)), token).ResponseAsync);
        refusal.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        refusal.FaultCode().ShouldBe("GEN-0005");
    }

    [Fact]
    public async Task A_watch_is_open_at_once_and_ends_when_the_caller_goes()
    {
        using var call = client.Watch(new WatchRequest(), token);
        (await call.ResponseStream.MoveNext().WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();
        call.Dispose();
        var end = await Should.ThrowAsync<Exception>(() => call.ResponseStream.MoveNext().WaitAsync(TimeSpan.FromSeconds(60)));
        end.ShouldNotBeOfType<TimeoutException>();
    }

    [Fact]
    public async Task A_watch_with_nothing_to_tell_has_its_headers_at_once()
    {
        using var call = client.Watch(new WatchRequest { ResumeToken = "silent" }, token);
        var headers = await call.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(60));
        headers.GetValue("tcm-resume-token").ShouldBe("12-34");
    }

    [Fact]
    public async Task A_deadline_passes_through()
    {
        for (var seconds = 1; ; seconds *= 2)
        {
            using var call = client.Watch(new WatchRequest(), token, deadline: DateTime.UtcNow.AddSeconds(seconds));
            try
            {
                (await call.ResponseStream.MoveNext()).ShouldBeTrue();
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.DeadlineExceeded && seconds < 60)
            {
                // A machine that is slow may spend a short one before the first message.
                continue;
            }

            (await Should.ThrowAsync<RpcException>(() => call.ResponseStream.MoveNext())).StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
            return;
        }
    }

    [Fact]
    public async Task A_backend_that_is_away_is_UNAVAILABLE()
    {
        var method = Contracts.Decoction.V1.TelemetryService.Descriptor.Methods[0];
        var refusal = await Should.ThrowAsync<RpcException>(RawAsync($"/{method.Service.FullName}/{method.Name}"));
        refusal.StatusCode.ShouldBe(StatusCode.Unavailable);
        refusal.FaultCode().ShouldBe("GEN-0502");
    }

    [Fact]
    public async Task What_is_not_routed_is_UNIMPLEMENTED()
    {
        var refusal = await Should.ThrowAsync<RpcException>(RawAsync("/tcmbrain.nonsense.v1.Service/Method"));
        refusal.StatusCode.ShouldBe(StatusCode.Unimplemented);
        refusal = await Should.ThrowAsync<RpcException>(RawAsync("/tcmbrain.pharmacy.v1.DispensingService/Any"));
        refusal.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }

    [Fact]
    public async Task Health_is_open_and_reflection_is_not()
    {
        await RawAsync("/grpc.health.v1.Health/Check", anonymous: true);
        var refusal = await Should.ThrowAsync<RpcException>(
            RawAsync("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", anonymous: true)
        );
        refusal.StatusCode.ShouldBe(StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task The_grpc_endpoint_speaks_nothing_else()
    {
        using var http = new HttpClient
        {
            BaseAddress = gateway.Grpc,
            DefaultRequestVersion = new Version(2, 0),
            DefaultVersionPolicy = System.Net.Http.HttpVersionPolicy.RequestVersionExact,
        };
        http.DefaultRequestHeaders.Add("authorization", token.GetValue("authorization"));
        await (await http.GetAsync("/api/prescriptions/1")).ShouldBeProblem(404, "GEN-0006");
        await (await http.GetAsync("/health")).ShouldBeProblem(404, "GEN-0006");
    }

    private async Task RawAsync(string path, bool anonymous = false)
    {
        var (service, name) = (path[1..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]);
        var bytes = Marshallers.Create(value => value, value => value);
        var method = new Method<byte[], byte[]>(MethodType.Unary, service, name, bytes, bytes);
        await channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(anonymous ? [] : token), []).ResponseAsync;
    }
}
