using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using TcmBrain.Grpc.Tests.Protos;
using TcmBrain.Grpc.Tests.Servers;

namespace TcmBrain.Grpc.Tests.Services;

public sealed class ReflectionTests(EchoHouse house)
{
    [Fact]
    public async Task Every_mapped_service_is_listed()
    {
        var response = await Ask(new ServerReflectionRequest { ListServices = "" });

        response
            .ListServicesResponse.Service.Select(service => service.Name)
            .ShouldBe(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "tcmbrain.tests.echo.v1.Echo"]);
    }

    [Theory]
    [InlineData("tcmbrain.tests.echo.v1.Echo")]
    [InlineData("tcmbrain.tests.echo.v1.Echo.Talk")]
    [InlineData("tcmbrain.tests.echo.v1.EchoRequest")]
    [InlineData("tcmbrain.tests.echo.v1.EchoRequest.text")]
    public async Task A_symbols_file_comes_with_all_that_a_client_needs_to_use_it(string symbol)
    {
        var response = await Ask(new ServerReflectionRequest { FileContainingSymbol = symbol });

        // The descriptors must stand on their own: importers after what they import.
        var files = FileDescriptor.BuildFromByteStrings(response.FileDescriptorResponse.FileDescriptorProto.Reverse());
        files[^1].Services.Single().Methods.Select(method => method.Name).ShouldBe(["Say", "Collect", "Repeat", "Talk"]);
        files.Select(file => file.Name).ShouldContain("google/protobuf/any.proto");
    }

    [Theory]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto")]
    [InlineData("google.protobuf.Any", "google/protobuf/any.proto")]
    public async Task Nested_and_imported_symbols_are_found(string symbol, string file)
    {
        var response = await Ask(new ServerReflectionRequest { FileContainingSymbol = symbol });

        Name(response).ShouldBe(file);
    }

    [Fact]
    public async Task A_file_is_found_by_name()
    {
        var response = await Ask(new ServerReflectionRequest { FileByFilename = "Protos/echo.proto" });

        Name(response).ShouldBe(EchoReflection.Descriptor.Name);
    }

    [Fact]
    public async Task A_fault_is_an_answer_and_the_stream_goes_on()
    {
        var known = new ServerReflectionRequest { ListServices = "" };
        var responses = await Ask([
            new ServerReflectionRequest { FileContainingSymbol = "no.such.Symbol", Host = "here" },
            new ServerReflectionRequest { FileByFilename = "no-such.proto" },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "google.protobuf.Any" },
            new ServerReflectionRequest(),
            known,
        ]);

        responses
            .Take(4)
            .Select(response => (StatusCode)response.ErrorResponse.ErrorCode)
            .ShouldBe([StatusCode.NotFound, StatusCode.NotFound, StatusCode.Unimplemented, StatusCode.InvalidArgument]);
        responses[0].ValidHost.ShouldBe("here");
        responses[0].OriginalRequest.FileContainingSymbol.ShouldBe("no.such.Symbol");
        responses[4].ListServicesResponse.Service.ShouldNotBeEmpty();
        responses[4].OriginalRequest.ShouldBe(known);
    }

    private static string Name(ServerReflectionResponse response) =>
        FileDescriptorProto.Parser.ParseFrom(response.FileDescriptorResponse.FileDescriptorProto[0]).Name;

    private async Task<ServerReflectionResponse> Ask(ServerReflectionRequest request) => (await Ask([request])).Single();

    private async Task<ServerReflectionResponse[]> Ask(IEnumerable<ServerReflectionRequest> requests)
    {
        using var call = new ServerReflection.ServerReflectionClient(house.Channel(Way.ClearText)).ServerReflectionInfo(
            deadline: EchoHouse.Deadline
        );
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request);
        }

        await call.RequestStream.CompleteAsync();
        return await call.ResponseStream.ReadAllAsync().ToArrayAsync();
    }
}
