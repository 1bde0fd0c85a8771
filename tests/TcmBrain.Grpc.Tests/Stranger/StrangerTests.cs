using TcmBrain.Grpc.Tests.Servers;

namespace TcmBrain.Grpc.Tests.Stranger;

/// <summary>A client of another language and library, which agrees with the server on nothing but the wire.</summary>
public abstract class StrangerTests(EchoHouse house, StrangersTools tools, Way way)
{
    [Theory]
    [InlineData("unary")]
    [InlineData("client_stream")]
    [InlineData("server_stream")]
    [InlineData("conversation")]
    [InlineData("headers_and_trailers")]
    [InlineData("failure")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("large")]
    [InlineData("unknown_method")]
    [InlineData("health")]
    [InlineData("reflection")]
    public Task The_stranger_is_served(string check) => Check(check, NewCall());

    [Theory]
    [InlineData("deadline")]
    [InlineData("cancellation")]
    public async Task The_stranger_leaving_reaches_the_server(string check)
    {
        var call = NewCall();
        await Check(check, call);
        await house.Journal.Cancelled(call).WaitAsync(EchoHouse.Patience);
    }

    private async Task Check(string check, string call)
    {
        Assert.SkipUnless(tools.Missing is null, tools.Missing ?? "");
        await tools.Check(check, house.Address(way), call, way == Way.Tls ? house.CertificatePem : null);
    }

    private static string NewCall() => Guid.NewGuid().ToString();
}

public sealed class StrangerInClearTextTests(EchoHouse house, StrangersTools tools) : StrangerTests(house, tools, Way.ClearText);

public sealed class StrangerOverTlsTests(EchoHouse house, StrangersTools tools) : StrangerTests(house, tools, Way.Tls);

public sealed class StrangerThroughTheProxyTests(EchoHouse house, StrangersTools tools) : StrangerTests(house, tools, Way.Proxy);
