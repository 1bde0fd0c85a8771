using System.Diagnostics;
using System.Globalization;
using System.Net;
using TcmBrain.MachineServers;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>An instance of the cockpit in a process of its own, so that it can be killed.</summary>
internal sealed class CockpitProcess : IAsyncDisposable
{
    private readonly Process _process;

    private CockpitProcess(Process process, Uri http, Uri grpc) => (_process, Http, Grpc) = (process, http, grpc);

    public Uri Http { get; }

    public Uri Grpc { get; }

    /// <summary>A second instance beside one that runs: the same database, broker and Redis.</summary>
    public static async Task<CockpitProcess> BesideAsync(CockpitHost host)
    {
        var (http, grpc) = (Ports.Free(), Ports.Free());
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(CockpitFaults).Assembly.Location);
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{http};http://127.0.0.1:{grpc}";
        start.Environment["Endpoints__Grpc__Port"] = grpc.ToString(CultureInfo.InvariantCulture);
        start.Environment["Identity__Jwks"] = TestTokens.Jwks;
        start.Environment["ConnectionStrings__database"] = host.ConnectionString;
        start.Environment["ConnectionStrings__rabbitmq"] = host.Broker;
        start.Environment["ConnectionStrings__redis"] = host.Redis;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        var instance = new CockpitProcess(process, new Uri($"http://127.0.0.1:{http}"), new Uri($"http://127.0.0.1:{grpc}"));
        using var client = new HttpClient { BaseAddress = instance.Http };
        await Eventually.Be(
            async () =>
            {
                process.HasExited.ShouldBeFalse();
                try
                {
                    return (await client.GetAsync("/health")).StatusCode == HttpStatusCode.OK;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the second instance is healthy",
            TimeSpan.FromSeconds(60)
        );
        return instance;
    }

    /// <summary>As the kernel does it: nothing in hand is finished.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
