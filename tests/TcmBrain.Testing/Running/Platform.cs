using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Npgsql;
using Shouldly;
using TcmBrain.MachineServers;

namespace TcmBrain.Testing.Running;

/// <summary>
/// The whole platform as a user runs it: the built LocalHost with a data folder of its own on free ports. Of the configuration that the
/// test was built in. Stopped by <c>./tcm down</c>, after which nothing that it started may be left.
/// </summary>
public sealed class Platform : IAsyncDisposable
{
    /// <summary>Generous, since all of it starts at once on what may be a busy machine.</summary>
    private static readonly TimeSpan StartBound = TimeSpan.FromMinutes(5);
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private readonly Dictionary<string, string> environment;
    private readonly StringBuilder console = new();
    private readonly string mark = Guid.NewGuid().ToString("N");
    private readonly Dictionary<string, NpgsqlDataSource> databases = [];
    private Process? host;

    private Platform(IReadOnlyDictionary<string, string>? extra)
    {
        DataFolder = Directory.CreateTempSubdirectory("tcm-platform-").FullName;
        var (http, grpc) = (Ports.Free(), Ports.Free());
        Http = new Uri($"http://127.0.0.1:{http}");
        Grpc = new Uri($"http://127.0.0.1:{grpc}");
        environment = new Dictionary<string, string>
        {
            ["TCM_HTTP_PORT"] = $"{http}",
            ["TCM_GRPC_PORT"] = $"{grpc}",
            ["TCM_OPS_PORT"] = $"{Ports.Free()}",
            ["TCM_DATA"] = DataFolder,
            [ProcessWatch.Mark] = mark,
        };
        foreach (var (name, value) in extra ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }
    }

    public string DataFolder { get; }

    /// <summary>The gateway's HTTP address.</summary>
    public Uri Http { get; }

    /// <summary>The gateway's gRPC address (h2c).</summary>
    public Uri Grpc { get; }

    public string Console
    {
        get
        {
            lock (console)
            {
                return console.ToString();
            }
        }
    }

    /// <summary>Returns when every resource is healthy.</summary>
    /// <param name="extra">Variables that LocalHost, and so every service, gets.</param>
    public static async Task<Platform> StartAsync(IReadOnlyDictionary<string, string>? extra = null)
    {
        var platform = new Platform(extra);
        try
        {
            await platform.UpAsync();
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts LocalHost on the data folder; it must not be running.</summary>
    public async Task UpAsync()
    {
        await ForgetDatabasesAsync();
        var dll = Built("aspire/TcmBrain.LocalHost");
        var start = new ProcessStartInfo("dotnet", ["exec", dll, "--data", DataFolder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RepositoryRoot.Path,
        };
        Equip(start);
        host = Process.Start(start) ?? throw new InvalidOperationException("LocalHost was not started.");
        host.OutputDataReceived += (_, line) => Hear(line.Data);
        host.ErrorDataReceived += (_, line) => Hear(line.Data);
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        try
        {
            await Eventually.Be(() => host.HasExited || IsReady(host.Id), "the platform is healthy", StartBound);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}: {Console}", e);
        }

        if (host.HasExited)
        {
            throw new InvalidOperationException($"LocalHost ended with code {host.ExitCode}: {Console}");
        }
    }

    /// <summary>What <c>run/localhost.json</c> tells of every resource now.</summary>
    public IReadOnlyList<PlatformResource> Resources()
    {
        using var state = JsonDocument.Parse(File.ReadAllBytes(StateFile));
        return state.RootElement.GetProperty("resources").Deserialize<List<PlatformResource>>(JsonSerializerOptions.Web)!;
    }

    public PlatformResource Resource(string name) =>
        Resources().FirstOrDefault(r => r.Name == name) ?? throw new ArgumentException($"There is no resource {name}.", nameof(name));

    /// <summary>A database of the platform, such as <c>prescriptions</c>.</summary>
    public NpgsqlDataSource Database(string service)
    {
        if (!databases.TryGetValue(service, out var source))
        {
            databases[service] = source = NpgsqlDataSource.Create(
                Resource($"{service}-db").ConnectionString + ";Maximum Pool Size=4;Application Name=tests"
            );
        }

        return source;
    }

    public async Task<long> CountAsync(string service, string sql, params object[] values)
    {
        await using var command = Database(service).CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>start, stop or restart, as the operations page's buttons do.</summary>
    public async Task OperateAsync(string resource, string action)
    {
        using var state = JsonDocument.Parse(await File.ReadAllBytesAsync(StateFile));
        using var client = new HttpClient { BaseAddress = new Uri(state.RootElement.GetProperty("operationsUrl").GetString()!) };
        client.DefaultRequestHeaders.Add("X-Operations-Token", state.RootElement.GetProperty("operationsToken").GetString());
        using var answer = await client.PostAsync($"/api/resources/{resource}/{action}", null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary><c>kill -9</c> of the process that a resource is at this moment.</summary>
    /// <returns>its number</returns>
    public int Kill(string resource)
    {
        var id = Resource(resource).Pid ?? throw new InvalidOperationException($"{resource} does not run.");
        using var process = Process.GetProcessById(id);
        process.Kill();
        return id;
    }

    /// <summary><c>kill -9</c> of LocalHost itself; returns when nothing that it had started is left either.</summary>
    public async Task KillHostAsync()
    {
        // Not whatever bears the mark: a hospital that pushes goes on trying.
        var started = ProcessWatch.TreeOf(host!.Id);
        host.Kill();
        await host.WaitForExitAsync();
        // Between LocalHost's end and the last child's some time may pass; the children are told by the kernel.
        await Eventually.Be(() => !started.Any(p => p.IsAlive), "the children of a killed LocalHost end");
    }

    /// <summary>All resources run and are healthy.</summary>
    public Task BeHealthyAsync(TimeSpan? within = null) =>
        Eventually.Hold(
            () =>
            {
                Resources().Where(r => r.Health != "Healthy").Select(r => $"{r.Name} {r.State} {r.Health}").ShouldBeEmpty();
                return Task.CompletedTask;
            },
            within ?? StartBound
        );

    /// <summary>Runs one of the platform's own tools (<c>his</c>, <c>demo</c>, <c>verify</c>, <c>pharmacy</c>, <c>events</c>) as <c>./tcm</c> does.</summary>
    public Task<ToolRun> ToolAsync(TimeSpan within, params string[] arguments)
    {
        var project = arguments[0] is "verify" or "events" or "pharmacy" ? "tools/TcmBrain.Operations" : "tests/TcmBrain.HisSimulator";
        var start = new ProcessStartInfo("dotnet", ["exec", Built(project), .. arguments]) { WorkingDirectory = DataFolder };
        Equip(start);
        return ToolRun.RunAsync(start, within);
    }

    /// <summary>Runs <c>./tcm</c> itself.</summary>
    public Task<ToolRun> TcmAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/bash", [RepositoryRoot.Combine("tcm"), .. arguments]) { WorkingDirectory = DataFolder };
        Equip(start);
        return ToolRun.RunAsync(start, TimeSpan.FromMinutes(6));
    }

    /// <summary>Everything adds up: <c>./tcm verify</c> ends with 0.</summary>
    public async Task<JsonElement> VerifyAsync(TimeSpan? wait = null)
    {
        var seconds = (int)(wait ?? TimeSpan.FromSeconds(120)).TotalSeconds;
        var run = await ToolAsync(TimeSpan.FromSeconds(seconds + 120), "verify", "--json", "--wait", $"{seconds}");
        run.ExitCode.ShouldBe(0, run.ToString());
        var checks = JsonDocument.Parse(run.Output).RootElement.GetProperty("checks");
        checks.EnumerateArray().Where(c => !c.GetProperty("ok").GetBoolean()).Select(c => c.ToString()).ShouldBeEmpty();
        return checks;
    }

    /// <summary>The processes that LocalHost started, itself included, that run at this moment.</summary>
    public IReadOnlyList<RunningProcess> Left() => ProcessWatch.Marked(mark);

    public IEnumerable<string> LogFiles() => Directory.EnumerateFiles(Path.Combine(DataFolder, "logs"));

    public async ValueTask DisposeAsync()
    {
        await ForgetDatabasesAsync();
        try
        {
            if (host is { HasExited: false })
            {
                var seen = ProcessWatch.TreeOf(host.Id);
                var down = await TcmAsync("down");
                down.ExitCode.ShouldBe(0, down.ToString());
                down.Output.ShouldContain("everything has stopped");
                Left().Concat(seen.Where(p => p.IsAlive)).ShouldBeEmpty("./tcm down left processes behind");
                File.Exists(StateFile).ShouldBeFalse("./tcm down left its state behind");
            }
        }
        finally
        {
            host?.Kill();
            foreach (var left in Left())
            {
                left.Kill();
            }

            host?.Dispose();
            TemporaryFolder.Remove(DataFolder);
        }
    }

    /// <summary>A killed instance leaves its files; they are this one's when the process number is.</summary>
    private bool IsReady(int process)
    {
        var (ready, owner) = (Path.Combine(DataFolder, "run", "ready.txt"), Path.Combine(DataFolder, "run", "pid"));
        return File.Exists(ready) && File.Exists(owner) && File.ReadAllText(owner).Trim() == $"{process}";
    }

    /// <summary>Drops the test's own connections: after PostgreSQL was restarted, when it may have another port too.</summary>
    public async Task ForgetDatabasesAsync()
    {
        foreach (var source in databases.Values)
        {
            await source.DisposeAsync();
        }

        databases.Clear();
    }

    private string StateFile => Path.Combine(DataFolder, "run", "localhost.json");

    private static string Built(string project)
    {
        var dll = RepositoryRoot.Combine(project, "bin", Configuration, "net10.0", Path.GetFileName(project) + ".dll");
        return File.Exists(dll) ? dll : throw new InvalidOperationException($"{dll} is missing: build the solution first.");
    }

    /// <summary>What the machine or the test run has set must not reach the platform.</summary>
    private void Equip(ProcessStartInfo start)
    {
        foreach (
            var name in start
                .Environment.Keys.Where(k =>
                    k.StartsWith("TCM_", StringComparison.Ordinal)
                    || k.StartsWith("OTEL_", StringComparison.Ordinal)
                    || k.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
                )
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
    }

    private void Hear(string? line)
    {
        lock (console)
        {
            console.AppendLine(line);
        }
    }
}

/// <summary>One resource in <c>run/localhost.json</c>.</summary>
public sealed record PlatformResource(
    string Name,
    string Kind,
    string State,
    string Health,
    IReadOnlyList<string> Urls,
    int? Pid,
    int Restarts,
    string? Log,
    string? ConnectionString
);
