using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using TcmBrain.MachineServers;
using TcmBrain.MachineServers.Processes;

namespace Aspire.Hosting.Running;

/// <summary>One instance of a project or a program.</summary>
internal sealed class ProcessRunner(
    IResource resource,
    int instance,
    ProcessCommand command,
    ProcessEnvironment environment,
    ApplicationRun run,
    LogBook log
) : ResourceRunner(Instances.Name(resource, instance), command.Kind, run, log)
{
    // A host stops what it has in hand within 30 s by default.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(35);

    // On a machine under load an answer takes a while, and is one.
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    // Of one that nobody can ask, a while of life is the only sign of health.
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(2);

    private ChildProcess? process;
    private long startedAt;

    public override int? ProcessId => process is { HasExited: false } running ? running.Id : null;

    public override IReadOnlyList<string> Urls =>
        [
            .. resource
                .Annotations.OfType<EndpointAnnotation>()
                .Select(endpoint => $"{endpoint.UriScheme}://localhost:{endpoint.PortOf(instance)}"),
        ];

    protected override Task<int> Exit => process?.Exit ?? throw new InvalidOperationException($"{Name} was never started");

    public override void Verify()
    {
        if (!File.Exists(command.RequiredFile))
            throw new StartFailure($"{Name} isn't built: {command.RequiredFile} is missing");
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(one => one.Port is not null && instance == 0))
            Ports.Demand(endpoint.Port!.Value, $"{Name} ({endpoint.Name})");
    }

    protected override async Task StartAsync(CancellationToken cancellation)
    {
        if (process is not null)
            await process.DisposeAsync().ConfigureAwait(false);
        var variables = await environment.ForAsync(resource, instance).ConfigureAwait(false);
        process = ChildProcess.Start(
            new ChildStart(command.FileName, command.Arguments) { WorkingDirectory = command.WorkingDirectory, Environment = variables },
            Log.Write
        );
        startedAt = Stopwatch.GetTimestamp();
        Log.Tell($"started as process {process.Id}");
    }

    protected override async Task StopAsync()
    {
        if (process is null || process.HasExited)
            return;
        if (!await process.StopAsync(Signal.Terminate, Grace).ConfigureAwait(false))
            Log.Tell($"didn't stop within {Grace.TotalSeconds:0} s and was killed");
    }

    protected override async Task<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        var checks = resource.Annotations.OfType<HttpHealthAnnotation>().ToList();
        if (checks.Count == 0 && Stopwatch.GetElapsedTime(startedAt) < SignOfLife)
            return false;
        foreach (var check in checks)
        {
            var endpoint = resource
                .Annotations.OfType<EndpointAnnotation>()
                .First(one => check.EndpointName is null ? one.UriScheme == "http" : one.Name == check.EndpointName);
            try
            {
                using var answer = await Http.GetAsync(new Uri($"http://localhost:{endpoint.PortOf(instance)}{check.Path}"), cancellation)
                    .ConfigureAwait(false);
                if ((int)answer.StatusCode != check.StatusCode)
                    return false;
            }
            catch (Exception e)
                when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                return false;
            }
        }
        return process is { HasExited: false };
    }
}

/// <summary>What is run for a project or a program.</summary>
internal sealed record ProcessCommand(
    string Kind,
    string FileName,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    string RequiredFile
)
{
    public static ProcessCommand For(IResource resource)
    {
        var arguments = resource.Annotations.OfType<ArgumentsAnnotation>().SelectMany(one => one.Arguments);
        if (resource.Annotations.OfType<ProjectAnnotation>().FirstOrDefault() is { } project)
            return new(
                "project",
                Dotnet,
                [project.AssemblyPath, .. arguments],
                Path.GetDirectoryName(project.ProjectPath)!,
                project.AssemblyPath
            );
        var executable = (ExecutableResource)resource;
        var found = Find(executable.Command, executable.WorkingDirectory);
        return new("executable", found ?? executable.Command, [.. arguments], executable.WorkingDirectory, found ?? executable.Command);
    }

    // The one that runs us, when it does: the same SDK serves the services.
    private static string Dotnet =>
        Environment.ProcessPath is { } self && Path.GetFileName(self) == "dotnet" ? self : Find("dotnet", "/") ?? "dotnet";

    private static string? Find(string command, string workingDirectory) =>
        command.Contains('/', StringComparison.Ordinal)
            ? Path.GetFullPath(command, workingDirectory)
            : (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(':')
                .Select(folder => Path.Combine(folder, command))
                .FirstOrDefault(File.Exists);
}
