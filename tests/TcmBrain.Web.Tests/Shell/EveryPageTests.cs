using System.Text.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Web.Tests.Shell;

/// <summary>What holds of every page: it can be used without seeing it well, on any screen, in both languages and both themes.</summary>
public sealed class EveryPageTests(Platform platform, Chrome chrome)
{
    private static readonly string Hospital = DemoRegion.Hospitals[0].Code;

    private static readonly string[] Pages =
    [
        "/",
        "/?region=330106&measure=rate:promiseKept",
        "/institutions",
        "/institutions?view=map",
        "/institutions/new",
        $"/institutions/{Hospital}",
        $"/institutions/{Hospital}?tab=people",
        $"/institutions/{Hospital}?tab=users",
        $"/institutions/{Hospital}?tab=clients",
        $"/institutions/{Hospital}?tab=signatures",
        $"/institutions/{Hospital}?tab=history",
        $"/institutions/{Hospital}/edit",
        "/practitioners",
        "/practitioners/new",
        $"/practitioners/{DemoRegion.Practitioners[0].Code}",
        "/import",
        "/indicators",
        "/indicators/hangzhou-2025/1",
        "/indicators/values",
        "/indicators/plans",
        "/indicators/plans/new",
        "/indicators/plans/hangzhou-2025/edit",
        "/users",
        "/users/new",
        "/users/pharmacist1",
        "/signing-keys",
        "/access-log",
        "/trace",
        "/recalls",
        "/recalls/new",
        "/sampling",
        "/appraisal-results",
        "/appraisal-publications",
        "/supervision",
        "/evaluation",
        "/satisfaction",
        "/reports",
        "/password",
        "/forbidden",
    ];

    private static readonly (int Width, int Height)[] Screens = [(390, 844), (820, 1180), (1280, 720)];

    [Theory]
    [InlineData("zh-CN", "light")]
    [InlineData("en", "dark")]
    public async Task It_has_no_serious_fault_of_accessibility_and_fits_every_screen(string language, string theme)
    {
        var axe = Path.Combine(AppContext.BaseDirectory, "axe.min.js");
        Assert.SkipUnless(File.Exists(axe), "axe-core is not there: npm ci in services/Cockpit/web, then build this project");
        var rules = await File.ReadAllTextAsync(axe, TestContext.Current.CancellationToken);
        await using var visit = await OpenAsync(language, theme);
        var found = new List<string>();
        foreach (var path in Pages)
        {
            await ShowAsync(visit, path);
            await ShotAsync(visit, path, $"{language}-{theme}-1440");
            found.AddRange((await FaultsAsync(visit, rules)).Select(fault => $"{path} {fault}"));
            foreach (var (width, height) in Screens)
            {
                await visit.Page.SetViewportSizeAsync(width, height);
                await ShotAsync(visit, path, $"{language}-{theme}-{width}");
                if (await visit.SidewaysAsync() is > 0 and var beyond)
                {
                    found.Add($"{path} is {beyond} pixels too wide for {width}x{height}");
                }
            }

            await visit.Page.SetViewportSizeAsync(1440, 900);
        }

        found.ShouldBeEmpty();
        visit.Complaints.ShouldBeEmpty();
    }

    private static async Task<IEnumerable<string>> FaultsAsync(Visit visit, string rules)
    {
        await visit.Page.EvaluateAsync(rules);
        var result = await visit.Page.EvaluateAsync<JsonElement>(
            "axe.run({ resultTypes: ['violations'] }).then(r => r.violations.map(v => ({ id: v.id, impact: v.impact, at: v.nodes.map(n => n.html + ' ' + n.failureSummary) })))"
        );
        return result
            .EnumerateArray()
            .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(violation => $"{violation.GetProperty("id").GetString()}: {violation.GetProperty("at")[0].GetString()}")
            .ToList();
    }

    /// <summary>For whoever wants to look at them all: TCM_SCREENSHOTS=1.</summary>
    private static async Task ShotAsync(Visit visit, string path, string how)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var name = string.Concat(path[1..].Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"{name}-{how}.png");
            await visit.Page.ScreenshotAsync(new() { Path = file, FullPage = how.EndsWith("390", StringComparison.Ordinal) });
        }
    }

    private async Task<Visit> OpenAsync(string language, string theme)
    {
        var visit = await chrome.VisitAsync(platform, "operator1", "/password");
        await visit.Page.EvaluateAsync(
            "([language, theme]) => { localStorage.setItem('tcm.locale', language); localStorage.setItem('tcm.theme', theme) }",
            new[] { language, theme }
        );
        return visit;
    }

    /// <summary>Opens it and waits until what it reads is there.</summary>
    private static async Task ShowAsync(Visit visit, string path)
    {
        await visit.GoAsync(path);
        await visit.Page.Locator("h1").First.WaitForAsync();
        await Assertions.Expect(visit.Page.Locator(".state--loading, [aria-busy=true]")).ToHaveCountAsync(0);
    }
}
