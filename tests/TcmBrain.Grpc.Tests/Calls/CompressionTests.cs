using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using TcmBrain.Grpc.Tests.Protos;
using TcmBrain.Grpc.Tests.Servers;

namespace TcmBrain.Grpc.Tests.Calls;

public sealed class CompressionTests(EchoHouse house)
{
    private static readonly EchoRequest Compressible = new() { Text = new string('x', 10_000) };

    public static TheoryData<Way> EveryWay => EchoHouse.EveryWay;

    [Theory, MemberData(nameof(EveryWay))]
    public async Task A_gzip_request_is_understood(Way way)
    {
        var client = new Echo.EchoClient(house.Channel(way));
        using var call = client.SayAsync(Compressible, new Metadata { { "grpc-internal-encoding-request", "gzip" } }, EchoHouse.Deadline);

        (await call).Text.ShouldBe(Compressible.Text);
        call.GetTrailers().GetValue("seen-encoding").ShouldBe("gzip");
    }

    [Fact]
    public async Task A_deflate_request_is_understood()
    {
        var deflate = new DeflateCompressionProvider(CompressionLevel.Fastest);
        using var channel = GrpcChannel.ForAddress(
            house.Address(Way.ClearText),
            new GrpcChannelOptions { CompressionProviders = [deflate] }
        );
        using var call = new Echo.EchoClient(channel).SayAsync(
            Compressible,
            new Metadata { { "grpc-internal-encoding-request", "deflate" } },
            EchoHouse.Deadline
        );

        (await call).Text.ShouldBe(Compressible.Text);
        call.GetTrailers().GetValue("seen-encoding").ShouldBe("deflate");
    }

    [Theory, MemberData(nameof(EveryWay))]
    public async Task The_answer_is_gzip_on_the_wire(Way way)
    {
        using var http = new HttpClient(house.Handler());
        using var answer = await http.SendAsync(Frame(way)).WaitAsync(EchoHouse.Patience);
        var body = await answer.Content.ReadAsByteArrayAsync();

        answer.Headers.GetValues("grpc-encoding").ShouldBe(["gzip"]);
        answer.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
        body[0].ShouldBe((byte)1);
        BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1)).ShouldBe(body.Length - 5);
        body.Length.ShouldBeLessThan(Compressible.Text.Length / 10);
        using var plain = new GZipStream(new MemoryStream(body[5..]), CompressionMode.Decompress);
        EchoReply.Parser.ParseFrom(plain).Text.ShouldBe(Compressible.Text);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public void A_provider_reads_what_it_wrote_and_leaves_the_stream_open(string name)
    {
        ICompressionProvider provider =
            name == "gzip"
                ? new GzipCompressionProvider(CompressionLevel.Fastest)
                : new DeflateCompressionProvider(CompressionLevel.Fastest);
        var bytes = Compressible.ToByteArray();
        var packed = new MemoryStream();
        using (var packing = provider.CreateCompressionStream(packed, CompressionLevel.SmallestSize))
        {
            packing.Write(bytes);
        }

        packed.CanRead.ShouldBeTrue();
        packed.Length.ShouldBeLessThan(bytes.Length);
        packed.Position = 0;
        var unpacked = new MemoryStream();
        using (var unpacking = provider.CreateDecompressionStream(packed))
        {
            unpacking.CopyTo(unpacked);
        }

        packed.CanRead.ShouldBeTrue();
        unpacked.ToArray().ShouldBe(bytes);
        provider.EncodingName.ShouldBe(name);
    }

    private HttpRequestMessage Frame(Way way)
    {
        var message = Compressible.ToByteArray();
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return new HttpRequestMessage(HttpMethod.Post, house.Address(way) + "/tcmbrain.tests.echo.v1.Echo/Say")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "te", "trailers" }, { "grpc-accept-encoding", "identity,gzip" } },
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
    }
}
