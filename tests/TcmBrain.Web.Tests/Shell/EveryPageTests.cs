using System.Text.Json;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Web.Tests.Shell;

/// <summary>What holds of every page: it can be used without seeing it well, on any screen, in both languages and both themes.</summary>
public sealed class EveryPageTests(Platform platform, Chrome chrome)
{
    private static readonly string Hospital = DemoRegion.Hospitals[0].Code;

    private static readonly string[] Pages =
    [
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
        "/users",
        "/users/new",
        "/users/pharmacist1",
        "/signing-keys",
        "/access-log",
        "/password",
        "/forbidden",
    ];

    [Theory]
    [InlineData("zh-CN", "light")]
    [InlineData("en", "dark")]
    public async Task It_has_no_serious_fault_of_accessibility(string language, string theme)
    {
        var axe = Path.Combine(AppContext.BaseDirectory, "axe.min.js");
        Assert.SkipUnless(File.Exists(axe), "axe-core is not there: npm ci in services/Cockpit/web, then build this project");
        var rules = await File.ReadAllTextAsync(axe, TestContext.Current.CancellationToken);
        await using var visit = await OpenAsync(1440, 900, language, theme);
        var found = new List<string>();
        foreach (var path in Pages)
        {
            await ShowAsync(visit, path);
            await visit.Page.EvaluateAsync(rules);
            var result = await visit.Page.EvaluateAsync<JsonElement>(
                "axe.run({ resultTypes: ['violations'] }).then(r => r.violations.map(v => ({ id: v.id, impact: v.impact, at: v.nodes.map(n => n.html + ' ' + n.failureSummary) })))"
            );
            found.AddRange(
                result
                    .EnumerateArray()
                    .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
                    .Select(violation => $"{path} {violation.GetProperty("id").GetString()}: {violation.GetProperty("at")[0].GetString()}")
            );
        }

        found.ShouldBeEmpty();
        visit.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(390, 844)]
    [InlineData(820, 1180)]
    [InlineData(1280, 720)]
    public async Task It_fits_the_screen_without_scrolling_sideways(int width, int height)
    {
        await using var visit = await OpenAsync(width, height, "en", "light");
        var wide = new List<string>();
        foreach (var path in Pages)
        {
            await ShowAsync(visit, path);
            if (await visit.SidewaysAsync() > 0)
            {
                wide.Add(path);
            }
        }

        wide.ShouldBeEmpty();
    }

    private async Task<Visit> OpenAsync(int width, int height, string language, string theme)
    {
        var visit = await chrome.VisitAsync(platform, "operator1", "/password", width, height);
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
        await visit.Page.WaitForFunctionAsync("!document.querySelector('.state--loading, [aria-busy=true]')");
    }
}
