using System.Diagnostics;
using System.Net;
using TcmBrain.MachineServers;
using TcmBrain.Testing;

namespace TcmBrain.Benchmarks;

/// <summary>A service in a process of its own, as it runs in production.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process process;

    private ServiceProcess(Process process, Uri http, Uri grpc) => (this.process, Http, Grpc) = (process, http, grpc);

    public Uri Http { get; }

    public Uri Grpc { get; }

    /// <summary>Memory the process has in RAM now, bytes.</summary>
    public long WorkingSet
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Processor time of the process so far, which other load on the machine does not change much.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <param name="assembly">Any type of the service: its assembly is started from where it was built to.</param>
    public static async Task<ServiceProcess> StartAsync(
        Type assembly,
        IReadOnlyDictionary<string, string> settings,
        CancellationToken cancellationToken
    )
    {
        var (http, grpc) = (Ports.Free(), Ports.Free());
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true };
        start.ArgumentList.Add(assembly.Assembly.Location);
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{http};http://127.0.0.1:{grpc}";
        start.Environment["Endpoints__Grpc__Port"] = grpc.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["Identity__Jwks"] = TestTokens.Jwks;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        var service = new ServiceProcess(process, new Uri($"http://127.0.0.1:{http}"), new Uri($"http://127.0.0.1:{grpc}"));
        using var client = new HttpClient { BaseAddress = service.Http };
        var giveUp = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                if ((await client.GetAsync("/health", cancellationToken)).StatusCode == HttpStatusCode.OK)
                {
                    return service;
                }
            }
            catch (HttpRequestException) { }

            if (process.HasExited || DateTime.UtcNow > giveUp)
            {
                throw new InvalidOperationException($"{assembly.Assembly.GetName().Name} did not become healthy.");
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>The most memory it has held so far.</summary>
    public double PeakMebibytes()
    {
        process.Refresh();
        return process.PeakWorkingSet64 / (double)(1 << 20);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }
}
