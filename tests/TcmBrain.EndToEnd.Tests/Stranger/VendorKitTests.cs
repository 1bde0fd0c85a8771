using System.Diagnostics;
using TcmBrain.Testing.Running;

namespace TcmBrain.EndToEnd.Tests.Stranger;

/// <summary>The clients of docs/integration, run as they lie there against the platform as it runs.</summary>
public sealed class VendorKitTests(Region region, StrangersTools tools)
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_client_in_C_sharp_has_its_first_day()
    {
        var client = Path.Combine(RepositoryRoot.Path, "docs", "integration", "csharp", "bin", Configuration, "net10.0");
        await FirstDayAsync(
            new ProcessStartInfo("dotnet", [Path.Combine(client, "TcmBrain.Integration.Client.dll")]),
            $"{region.Platform.Grpc}"
        );
    }

    [Fact]
    public async Task The_client_in_Python_has_its_first_day()
    {
        Assert.SkipUnless(tools.Missing is null, tools.Missing ?? "");
        await FirstDayAsync(
            new ProcessStartInfo("/bin/sh", [RepositoryRoot.Combine("docs", "integration", "python", "client.sh")]),
            region.Platform.Grpc.Authority
        );
    }

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private async Task FirstDayAsync(ProcessStartInfo start, string grpc)
    {
        start.Environment["TCM_HTTP"] = $"{region.Platform.Http}";
        start.Environment["TCM_GRPC"] = grpc;

        var run = await ToolRun.RunAsync(start, Within);

        run.ExitCode.ShouldBe(0, run.ToString());
        var told = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        told.Select(line => line.Split(' ')[0]).Distinct().ShouldBe(["watch", "push", "again", "conflict", "cancel"], run.Output);
        told.ShouldContain(line => line.StartsWith("conflict", StringComparison.Ordinal) && line.EndsWith("PRX-0201"), run.Output);
        told.Last(line => line.StartsWith("watch", StringComparison.Ordinal)).ShouldContain("cancelled", Case.Insensitive);
    }
}
