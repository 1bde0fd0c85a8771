using System.Diagnostics;
using Google.Protobuf;
using TcmBrain.EndToEnd.Tests.Stranger;
using TcmBrain.Testing.Running;

[assembly: AssemblyFixture(typeof(StrangersTools))]

namespace TcmBrain.EndToEnd.Tests.Stranger;

/// <summary>A client of another language and library, given nothing but the .proto files and a token, through the gateway.</summary>
public sealed class StrangerTests(Region region, StrangersTools tools)
{
    [Theory]
    [InlineData("push")]
    [InlineData("push_stream")]
    [InlineData("audit")]
    [InlineData("get")]
    [InlineData("cancel")]
    [InlineData("watch")]
    [InlineData("deadline")]
    [InlineData("cancellation")]
    [InlineData("trailers")]
    [InlineData("gzip")]
    [InlineData("token")]
    [InlineData("health")]
    [InlineData("reflection")]
    public async Task The_stranger_is_served(string check)
    {
        Assert.SkipUnless(tools.Missing is null, tools.Missing ?? "");
        await tools.CheckAsync(check, region);
    }
}

/// <summary>Debian's Python gRPC client, with stubs generated for this run; or the reason why it is not there.</summary>
public sealed class StrangersTools : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3";
    private const string Compiler = "/usr/bin/protoc";
    private const string Plugin = "/usr/bin/grpc_python_plugin";

    private readonly DirectoryInfo stubs = Directory.CreateTempSubdirectory("tcm-stranger-");

    /// <summary>Why the stranger's tests can't run here; null when they can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (new[] { Python, Compiler, Plugin }.FirstOrDefault(tool => !File.Exists(tool)) is { } absent)
        {
            Missing = $"{absent} is not installed (python3-grpcio, protobuf-compiler, protobuf-compiler-grpc).";
            return;
        }

        if ((await RunAsync(Python, "-c", "import grpc, google.protobuf")).ExitCode != 0)
        {
            Missing = "The Python modules grpc and google.protobuf are not installed (python3-grpcio, python3-protobuf).";
            return;
        }

        var protos = Path.Combine(AppContext.BaseDirectory, "Protos");
        var generation = await RunAsync(
            Compiler,
            [
                $"--proto_path={protos}",
                $"--python_out={stubs.FullName}",
                $"--grpc_python_out={stubs.FullName}",
                $"--plugin=protoc-gen-grpc_python={Plugin}",
                .. Directory.EnumerateFiles(protos, "*.proto").Select(Path.GetFileName)!,
            ]
        );
        generation.ExitCode.ShouldBe(0, generation.ToString());
    }

    public ValueTask DisposeAsync()
    {
        stubs.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    public async Task CheckAsync(string check, Region region)
    {
        var prescription = Path.Combine(stubs.FullName, $"{check}.bin");
        await File.WriteAllBytesAsync(prescription, region.NewPrescription("PY").ToByteArray());
        var script = Path.Combine(AppContext.BaseDirectory, "Stranger", "stranger.py");
        var start = new ProcessStartInfo(Python, ["-B", script, stubs.FullName, region.Platform.Grpc.Authority, prescription, check]);
        start.Environment["OWN_TOKEN"] = await region.TokenAsync("his-1");
        start.Environment["OTHER_TOKEN"] = await region.TokenAsync("his-2");
        var run = await ToolRun.RunAsync(start, TimeSpan.FromMinutes(5));
        run.ExitCode.ShouldBe(0, run.ToString());
    }

    private static Task<ToolRun> RunAsync(string program, params string[] arguments) =>
        ToolRun.RunAsync(new ProcessStartInfo(program, arguments), TimeSpan.FromMinutes(5));
}
