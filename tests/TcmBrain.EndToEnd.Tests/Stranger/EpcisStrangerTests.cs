using System.Diagnostics;
using TcmBrain.Testing.Running;

namespace TcmBrain.EndToEnd.Tests.Stranger;

/// <summary>A trading partner's EPCIS client in another language, given nothing but the standard and a token, through the gateway.</summary>
public sealed class EpcisStrangerTests(Region region)
{
    private const string Python = "/usr/bin/python3";

    [Theory]
    [InlineData("capture")]
    [InlineData("errors")]
    [InlineData("query")]
    [InlineData("discovery")]
    public async Task The_partner_is_served(string check)
    {
        Assert.SkipUnless(File.Exists(Python), $"{Python} is not installed.");
        var script = Path.Combine(AppContext.BaseDirectory, "Stranger", "epcis.py");
        var start = new ProcessStartInfo(Python, ["-B", script, region.Platform.Http.ToString(), check]);
        start.Environment["TOKEN"] = await region.TokenAsync("operator-1");

        var run = await ToolRun.RunAsync(start, TimeSpan.FromMinutes(5));

        run.ExitCode.ShouldBe(0, run.ToString());
    }
}
