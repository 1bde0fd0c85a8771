using System.Runtime.CompilerServices;
using Aspire.Hosting.Running;

namespace Aspire.Hosting;

/// <summary>
/// The application, run by LocalHost: the machine's own servers and the built projects, on this machine only. It clusters
/// nothing.
/// </summary>
public sealed class DistributedApplication
{
    private readonly DistributedApplicationBuilder builder;

    internal DistributedApplication(DistributedApplicationBuilder builder) => this.builder = builder;

    /// <param name="args">Configuration as <c>--name value</c>.</param>
    /// <param name="callerFile">Where the model's source lies; relative paths start from its folder.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args, [CallerFilePath] string callerFile = "") =>
        new DistributedApplicationBuilder(args, Path.GetDirectoryName(callerFile)!);

    /// <summary>
    /// Returns after Ctrl-C or SIGTERM when everything has stopped. A failure to start is told in one sentence on the error
    /// output, and makes the process's exit code 1.
    /// </summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="Run"/>
    public async Task RunAsync(CancellationToken cancellationToken = default) =>
        Environment.ExitCode = await new ApplicationRun(builder.Resources, builder.Options, builder.Data, builder.ExecutionContext)
            .RunAsync(cancellationToken)
            .ConfigureAwait(false);
}
