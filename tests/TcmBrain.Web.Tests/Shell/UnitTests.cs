using System.Diagnostics;

namespace TcmBrain.Web.Tests.Shell;

/// <summary>The web's own unit tests (vitest), so that they are run with everything else.</summary>
public sealed class UnitTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task They_pass()
    {
        var web = RepositoryRoot.Combine("services", "Cockpit", "web");
        var vitest = Path.Combine(web, "node_modules", "vitest", "vitest.mjs");
        Assert.SkipUnless(File.Exists(vitest), "The web's packages are not there: npm ci in services/Cockpit/web");
        using var run = Process.Start(
            new ProcessStartInfo("node", [vitest, "run"])
            {
                WorkingDirectory = web,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["NO_COLOR"] = "1", ["CI"] = "1" },
            }
        )!;
        var told = Task.WhenAll(run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        try
        {
            await run.WaitForExitAsync().WaitAsync(Bound);
        }
        catch (TimeoutException)
        {
            run.Kill(entireProcessTree: true);
            throw;
        }

        run.ExitCode.ShouldBe(0, string.Join('\n', await told));
    }
}
