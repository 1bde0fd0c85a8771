[assembly: AssemblyFixture(typeof(TcmBrain.Grpc.Tests.Stranger.StrangersTools))]

namespace TcmBrain.Grpc.Tests.Stranger;

/// <summary>Debian's Python gRPC client, with stubs generated for this run; or the reason why it is not there.</summary>
public sealed class StrangersTools : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3";
    private const string Compiler = "/usr/bin/protoc";
    private const string Plugin = "/usr/bin/grpc_python_plugin";

    private readonly DirectoryInfo stubs = Directory.CreateTempSubdirectory("tcmbrain-stranger-");

    /// <summary>Why the stranger's tests can't run here; null when they can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (new[] { Python, Compiler, Plugin }.FirstOrDefault(tool => !File.Exists(tool)) is { } absent)
        {
            Missing = $"{absent} is not installed (python3-grpcio, protobuf-compiler, protobuf-compiler-grpc).";
            return;
        }

        if ((await BoundedProcess.Run(Python, ["-c", "import grpc, google.protobuf"])).ExitCode != 0)
        {
            Missing = "The Python modules grpc and google.protobuf are not installed (python3-grpcio, python3-protobuf).";
            return;
        }

        var protos = Path.Combine(AppContext.BaseDirectory, "Protos");
        var generation = await BoundedProcess.Run(
            Compiler,
            [
                $"--proto_path={protos}",
                $"--python_out={stubs.FullName}",
                $"--grpc_python_out={stubs.FullName}",
                $"--plugin=protoc-gen-grpc_python={Plugin}",
                "echo.proto",
                "health.proto",
                "reflection.proto",
            ]
        );
        generation.ExitCode.ShouldBe(0, generation.Errors);
    }

    public ValueTask DisposeAsync()
    {
        stubs.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs one check of stranger.py against an address; fails with what it says.</summary>
    public async Task Check(string check, string address, string call, string? trustedRootsPem = null)
    {
        var environment = new Dictionary<string, string>();
        if (trustedRootsPem is not null)
        {
            var roots = Path.Combine(stubs.FullName, $"{call}.pem");
            await File.WriteAllTextAsync(roots, trustedRootsPem);
            environment["TLS_ROOTS"] = roots;
        }

        var script = Path.Combine(AppContext.BaseDirectory, "Stranger", "stranger.py");
        var target = new Uri(address).Authority;
        var (exitCode, _, errors) = await BoundedProcess.Run(Python, ["-B", script, stubs.FullName, target, call, check], environment);
        exitCode.ShouldBe(0, errors);
    }
}
