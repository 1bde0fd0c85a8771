using System.Diagnostics;

[assembly: AssemblyFixture(typeof(TcmBrain.Grpc.Tests.Stranger.StrangersTools))]

namespace TcmBrain.Grpc.Tests.Stranger;

/// <summary>Debian's Python gRPC client, with stubs generated for this run; or the reason why it is not there.</summary>
public sealed class StrangersTools : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3";
    private const string Compiler = "/usr/bin/protoc";
    private const string Plugin = "/usr/bin/grpc_python_plugin";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo stubs = Directory.CreateTempSubdirectory("tcmbrain-stranger-");

    /// <summary>Why the stranger's tests can't run here; null when they can.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (
            new[] { Python, Compiler, Plugin }.FirstOrDefault(tool => !File.Exists(tool)) is
            { } absent
        )
        {
            Missing =
                $"{absent} is not installed (python3-grpcio, protobuf-compiler, protobuf-compiler-grpc).";
            return;
        }

        if ((await Run(Python, ["-c", "import grpc, google.protobuf"], [])).ExitCode != 0)
        {
            Missing =
                "The Python modules grpc and google.protobuf are not installed (python3-grpcio, python3-protobuf).";
            return;
        }

        var protos = Path.Combine(AppContext.BaseDirectory, "Protos");
        var generation = await Run(
            Compiler,
            [
                $"--proto_path={protos}",
                $"--python_out={stubs.FullName}",
                $"--grpc_python_out={stubs.FullName}",
                $"--plugin=protoc-gen-grpc_python={Plugin}",
                "echo.proto",
                "health.proto",
                "reflection.proto",
            ],
            []
        );
        generation.ExitCode.ShouldBe(0, generation.Errors);
    }

    public ValueTask DisposeAsync()
    {
        stubs.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs one check of stranger.py against an address; fails with what it says.</summary>
    public async Task Check(
        string check,
        string address,
        string call,
        string? trustedRootsPem = null
    )
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
        var (exitCode, errors) = await Run(
            Python,
            ["-B", script, stubs.FullName, target, call, check],
            environment
        );
        exitCode.ShouldBe(0, errors);
    }

    private static async Task<(int ExitCode, string Errors)> Run(
        string program,
        IEnumerable<string> arguments,
        Dictionary<string, string> environment
    )
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process =
            Process.Start(start)
            ?? throw new InvalidOperationException($"{program} did not start.");
        using var bound = new CancellationTokenSource(Patience);
        try
        {
            var errors = await process.StandardError.ReadToEndAsync(bound.Token);
            await process.WaitForExitAsync(bound.Token);
            return (process.ExitCode, errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
