using System.Text.RegularExpressions;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.EndToEnd.Tests.Story;

/// <summary><c>./tcm demo</c>, as a user sees it, and what the platform says of itself afterwards.</summary>
public sealed class DemoTests(Region region)
{
    [Fact]
    public async Task A_day_of_the_region_comes_to_its_end_and_one_prescriptions_story_is_told()
    {
        var run = await region.DemoAsync();
        run.ExitCode.ShouldBe(0, run.ToString());
        var told = run.Output;
        told.ShouldContain($"{Region.DemoCount} 张 / prescriptions in");

        // What was wrong on purpose is answered with the rule and its source, or refused with the field.
        foreach (var flaw in (string[])["EighteenIncompatible", "NineteenMutualFear", "OverDose", "MissingHandling"])
        {
            told.ShouldMatch($@"× {flaw} +DoubleSign \S+: .+〔.+〕", flaw);
        }

        // The formula's own poisonous piece may weigh more.
        told.ShouldMatch(@"× Pregnancy +(DoubleSign|Block) \S+: .+〔.+〕");
        told.ShouldMatch(@"× UnknownName +Resolve ");
        told.ShouldMatch(@"× BannedPiece +Block ");
        told.ShouldMatch(@"张处方已有结果 / prescriptions at their end: .*completed \d+");

        var story = told[told.IndexOf("═══", StringComparison.Ordinal)..];
        foreach (
            var state in (string[])
                [
                    "received",
                    "audited",
                    "approved",
                    "routed",
                    "reserved",
                    "dispensing",
                    "checked",
                    "packed",
                    "shipped",
                    "delivered",
                    "completed",
                ]
        )
        {
            story.ShouldMatch($@"\d\d-\d\d \d\d:\d\d:\d\d  {state} ", state);
        }

        story.ShouldMatch(@"批 \S+ \(.+效期 \d{4}-\d\d-\d\d\) 应配 [\d.]+ k?g 实称 [\d.]+ k?g");
        var people = DemoRegion.Clients.Where(c => Regex.IsMatch(c.Id, "^(dispenser|checker|decoction|courier)-")).ToList();
        foreach (var part in (string[])["dispenser-", "checker-"])
        {
            people.Where(p => p.Id.StartsWith(part, StringComparison.Ordinal)).ShouldContain(p => story.Contains(p.Name), part);
        }

        story.ShouldMatch(@"soaking +锅 \S+");
        story.ShouldMatch(@"first-boil +锅 \S+");
        story.ShouldMatch(@"\d+ 袋 × 200 ml");
        story.ShouldMatch(@"包裹 SSCC \d{18}: 发出 \d\d-\d\d .+送达 \d\d-\d\d ");
        Regex.Count(story, @"#\d+ +\w+Event ").ShouldBeGreaterThan(5);
        Regex.Count(story, @"\n  404 [A-Z]{3}-\d{4}  /api/").ShouldBe(4, "the story is another hospital's to neither service");
    }

    [Fact]
    public async Task Afterwards_the_platform_finds_everything_in_order()
    {
        (await region.DemoAsync()).ExitCode.ShouldBe(0);
        var checks = await region.Platform.VerifyAsync();
        var names = checks.EnumerateArray().Select(c => c.GetProperty("name").GetString()!).ToList();
        foreach (var group in (string[])["acknowledged", "outbox", "queues", "delivered", "trace", "cockpit"])
        {
            names.ShouldContain(n => n.StartsWith(group, StringComparison.Ordinal), group);
        }

        var acknowledged = checks.EnumerateArray().First(c => c.GetProperty("name").GetString() == "acknowledged.stored");
        acknowledged.GetProperty("expected").GetInt64().ShouldBeGreaterThan(Region.DemoCount / 2);
    }
}
