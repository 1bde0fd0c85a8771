namespace TcmBrain.Faults.Tests;

/// <summary>Whatever was done to it before, and once more here: the platform does its day's work.</summary>
public sealed class AfterwardsTests(Stand stand)
{
    [Fact]
    public async Task A_small_day_comes_to_its_end_although_services_die_in_it()
    {
        await stand.Platform.BeHealthyAsync(Stand.Recovery);
        var day = stand.Platform.ToolAsync(TimeSpan.FromMinutes(20), "demo", "--count", "12");
        foreach (var service in (string[])["pharmacy", "decoction"])
        {
            await stand.KillAndRecoverAsync(service);
        }

        var run = await day;
        run.ExitCode.ShouldBe(0, run.ToString());
        run.Output.ShouldMatch(@"张处方已有结果 / prescriptions at their end: .*completed \d+");
        await stand.Platform.BeHealthyAsync(Stand.Recovery);
        await stand.Platform.VerifyAsync(Stand.Recovery);
    }
}
