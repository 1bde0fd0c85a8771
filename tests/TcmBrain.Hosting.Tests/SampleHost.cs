using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TcmBrain.MachineServers;

namespace TcmBrain.Hosting.Tests;

/// <summary>LocalHost with one of the sample models, as a process of its own.</summary>
internal sealed class SampleHost : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(300);
    private readonly string mark = Guid.NewGuid().ToString();
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();
    private readonly bool ownsFolder;

    public SampleHost(string scenario, string? dataFolder = null, int operationsPort = 0, int? port = null)
    {
        ownsFolder = dataFolder is null;
        DataFolder = dataFolder ?? TemporaryFolder.Create();
        Journal = Path.Combine(DataFolder, "journal");
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Assembly, "--scenario", scenario, "--data", DataFolder, "--journal", Journal },
            Environment = { ["HOSTING_TEST_MARK"] = mark, ["TCM_OPS_PORT"] = $"{operationsPort}" },
        };
        if (port is not null)
        {
            start.ArgumentList.Add("--port");
            start.ArgumentList.Add($"{port}");
        }
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Hear(output, line.Data);
        process.ErrorDataReceived += (_, line) => Hear(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(100) };

    public string DataFolder { get; }

    public string Journal { get; }

    public int ProcessId => process.Id;

    public string Output => Heard(output);

    public string Errors => Heard(errors);

    public string StateFile => Path.Combine(DataFolder, "run", "localhost.json");

    public string[] JournalLines => File.ReadAllLines(Journal);

    public string Token => State().GetProperty("operationsToken").GetString()!;

    public string OperationsUrl => State().GetProperty("operationsUrl").GetString()!;

    /// <summary>The processes that this host started, and theirs; told by a mark that all of them inherit.</summary>
    public IReadOnlyList<int> Processes() =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
                .Where(id => id != 0 && IsMarked(id)),
        ];

    public JsonElement State() => JsonDocument.Parse(File.ReadAllText(StateFile)).RootElement;

    public JsonElement Resource(string name) =>
        State().GetProperty("resources").EnumerateArray().Single(resource => resource.GetProperty("name").GetString() == name);

    public string Url(string name, int endpoint = 0) => Resource(name).GetProperty("urls")[endpoint].GetString()!;

    public async Task<Dictionary<string, string>> EnvironmentOfAsync(string name) =>
        (await Http.GetFromJsonAsync<Dictionary<string, string>>(Url(name) + "/environment"))!;

    public Task UntilReadyAsync() =>
        UntilAsync(
            () => File.Exists(Path.Combine(DataFolder, "run", "ready.txt")) && State().GetProperty("pid").GetInt32() == process.Id,
            "all is healthy"
        );

    public async Task UntilAsync(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!Holds(condition))
        {
            if (watch.Elapsed > Bound || (process.HasExited && what != "it has ended"))
                throw new TimeoutException($"not so: {what}\n{Output}\n{Errors}");
            await Task.Delay(30);
        }
    }

    public async Task<HttpResponseMessage> PostAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, OperationsUrl + path);
        if (token is not null)
            request.Headers.Add("X-Operations-Token", token);
        return await Http.SendAsync(request);
    }

    public async Task<int> EndAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
        return await ExitCodeAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        using var bound = new CancellationTokenSource(Bound);
        await process.WaitForExitAsync(bound.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        await UntilAsync(() => Processes().Count == 0, "it has ended");
        process.Dispose();
        Http.Dispose();
        if (ownsFolder)
            TemporaryFolder.Remove(DataFolder);
    }

    private static string Assembly
    {
        get
        {
            var here = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(
                here.Parent!.Parent!.Parent!.Parent!.FullName,
                "TcmBrain.Hosting.SampleHost/bin",
                here.Parent.Name,
                here.Name,
                "TcmBrain.Hosting.SampleHost.dll"
            );
        }
    }

    private static void Hear(StringBuilder book, string? line)
    {
        lock (book)
            book.AppendLine(line);
    }

    private static string Heard(StringBuilder book)
    {
        lock (book)
            return book.ToString();
    }

    private static bool Holds(Func<bool> condition)
    {
        try
        {
            return condition();
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // The state isn't there yet.
            return false;
        }
    }

    private bool IsMarked(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ").Contains(mark, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
