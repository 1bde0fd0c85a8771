using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TcmBrain.Grpc.Tests.Echo.V1;

namespace TcmBrain.Grpc.Tests;

public sealed class RoundTripTests
{
    private sealed class S : Echo.V1.Echo.EchoBase
    {
        public override Task<EchoReply> Say(EchoRequest request, ServerCallContext context) =>
            Task.FromResult(new EchoReply { Text = request.Text });
    }

    [Fact]
    public async Task A_unary_call_answers()
    {
        var b = WebApplication.CreateSlimBuilder();
        b.WebHost.ConfigureKestrel(k =>
            k.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2)
        );
        b.Services.AddGrpc();
        await using var app = b.Build();
        app.MapGrpcService<S>();
        await app.StartAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());
        (
            await new Echo.V1.Echo.EchoClient(channel).SayAsync(new EchoRequest { Text = "x" })
        ).Text.ShouldBe("x");
    }
}
