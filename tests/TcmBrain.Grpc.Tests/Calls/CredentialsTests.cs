using Grpc.Core;
using Grpc.Net.Client;
using TcmBrain.Grpc.Tests.Protos;
using TcmBrain.Grpc.Tests.Servers;

namespace TcmBrain.Grpc.Tests.Calls;

public sealed class CredentialsTests(EchoHouse house)
{
    [Fact]
    public async Task A_channels_call_credentials_go_with_every_call()
    {
        AuthInterceptorContext? asked = null;
        var credentials = CallCredentials.FromInterceptor(
            (context, metadata) =>
            {
                asked = context;
                metadata.Add("authorization", "Bearer token");
                return Task.CompletedTask;
            }
        );
        using var channel = Tls(ChannelCredentials.Create(ChannelCredentials.SecureSsl, credentials));

        (await SeenAuthorization(channel)).ShouldBe("Bearer token");
        asked.ShouldNotBeNull();
        asked.MethodName.ShouldBe("Say");
        asked.ServiceUrl.ShouldBe($"{house.Address(Way.Tls)}/tcmbrain.tests.echo.v1.Echo");
    }

    [Fact]
    public async Task A_calls_own_credentials_go_with_it_in_the_order_composed()
    {
        using var channel = Tls(new SslCredentials());
        var credentials = CallCredentials.Compose(Adding("one"), Adding("two"));

        (await SeenAuthorization(channel, credentials)).ShouldBe("one, two");
    }

    [Fact]
    public async Task Call_credentials_never_leave_in_clear_text()
    {
        (await SeenAuthorization(house.Channel(Way.ClearText), Adding("secret"))).ShouldBeNullOrEmpty();
    }

    [Fact]
    public void Clear_text_credentials_take_no_call_credentials() =>
        Should.Throw<ArgumentException>(() => ChannelCredentials.Create(ChannelCredentials.Insecure, Adding("secret")));

    [Fact]
    public async Task Insecure_credentials_open_a_clear_text_channel()
    {
        using var channel = GrpcChannel.ForAddress(
            house.Address(Way.ClearText),
            new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure }
        );

        (await SeenAuthorization(channel)).ShouldBeNullOrEmpty();
    }

    [Fact]
    public async Task A_server_that_is_not_trusted_is_not_talked_to()
    {
        using var channel = GrpcChannel.ForAddress(house.Address(Way.Tls));

        var failure = await Should.ThrowAsync<RpcException>(() => SeenAuthorization(channel));

        failure.StatusCode.ShouldBeOneOf(StatusCode.Unavailable, StatusCode.Internal);
        failure.Status.DebugException.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_client_certificate_tells_the_server_who_calls()
    {
        using var certificate = Certificates.SelfSigned("his.hospital.example");
        using var channel = GrpcChannel.ForAddress(
            house.Address(Way.Tls),
            new GrpcChannelOptions { HttpHandler = house.Handler(certificate) }
        );
        using var call = new Echo.EchoClient(channel).SayAsync(new EchoRequest(), deadline: EchoHouse.Deadline);
        await call;

        call.GetTrailers().GetValue("seen-peer").ShouldBe("his.hospital.example");
    }

    [Fact]
    public async Task Without_a_client_certificate_the_caller_is_anonymous()
    {
        using var call = new Echo.EchoClient(house.Channel(Way.Tls)).SayAsync(new EchoRequest(), deadline: EchoHouse.Deadline);
        await call;

        call.GetTrailers().GetValue("seen-peer").ShouldBe("anonymous");
    }

    private GrpcChannel Tls(ChannelCredentials credentials) =>
        GrpcChannel.ForAddress(house.Address(Way.Tls), new GrpcChannelOptions { HttpHandler = house.Handler(), Credentials = credentials });

    private static CallCredentials Adding(string value) =>
        CallCredentials.FromInterceptor(
            (_, metadata) =>
            {
                metadata.Add("authorization", value);
                return Task.CompletedTask;
            }
        );

    private static async Task<string?> SeenAuthorization(GrpcChannel channel, CallCredentials? credentials = null)
    {
        using var call = new Echo.EchoClient(channel).SayAsync(
            new EchoRequest(),
            new CallOptions(deadline: EchoHouse.Deadline, credentials: credentials)
        );
        await call;
        return call.GetTrailers().GetValue("seen-authorization");
    }
}
