using System.Text.Json;
using Microsoft.Playwright;

namespace TcmBrain.Web.Tests.Decoction;

/// <summary>The decoction room's pages: what is seen from afar, what is done by a tap, what a named person decides.</summary>
public sealed class DecoctionPageTests(Platform platform, Chrome chrome)
{
    private static readonly (int Width, int Height)[] Screens = [(390, 844), (820, 1180), (1280, 800), (1920, 1080)];

    [Fact]
    public async Task The_board_shows_every_vessel_and_what_changes_is_seen_within_a_second()
    {
        var boiling = await Kitchen.PutOnAsync(platform, 101, "V48", 58);
        await using var visit = await chrome.VisitAsync(platform, "decoction1", "/decoction/wall", 1920, 1080);
        await Assertions.Expect(Tile(visit, "V01")).ToBeVisibleAsync();
        await Assertions.Expect(Tile(visit, "V60")).ToBeVisibleAsync();
        await Assertions.Expect(Tile(visit, "V48")).ToContainTextAsync("头煎");
        await Assertions.Expect(Tile(visit, "V48")).ToContainTextAsync("98.");
        await Assertions.Expect(Tile(visit, "V46")).ToContainTextAsync("故障");
        await Assertions.Expect(Tile(visit, "V43")).ToContainTextAsync("待处置");
        await Assertions.Expect(visit.Page.Locator(".kitchen__next li").First).ToContainTextAsync("急");
        // All of the wall is on the wall.
        await Eventually.Hold(async () =>
            (await visit.Page.EvaluateAsync<int>("document.documentElement.scrollHeight")).ShouldBeLessThanOrEqualTo(1080)
        );

        using var kitchen = new Kitchen(platform);
        await kitchen.SignInAsync();
        await kitchen.StepAsync(boiling, "first-boil/finish", new { finishedAt = DateTimeOffset.UtcNow });
        await Assertions.Expect(Tile(visit, "V48")).ToContainTextAsync("待二煎");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_says_by_a_tap_that_it_was_added_late()
    {
        var late = await Kitchen.PutOnAsync(
            platform,
            102,
            "V49",
            57,
            Kitchen.Portion(1, "丹参", 70),
            Kitchen.Portion(2, "陈皮", 63),
            Kitchen.Portion(3, "砂仁", 42, "后下")
        );
        await using var visit = await chrome.VisitAsync(platform, "decoction1", "/decoction", 1180, 820);
        var hand = visit.Page.Locator(".hands li").Filter(new() { HasText = "砂仁" });
        await Assertions.Expect(hand).ToContainTextAsync("后下");
        await hand.GetByRole(AriaRole.Button).ClickAsync();
        await visit.ToldAsync("后下 已记录");
        await Assertions.Expect(hand).ToHaveCountAsync(0);
        var record = await platform.GetAsync("decoction1", $"/api/decoction/records/{late}");
        record.GetProperty("content").GetProperty("actions")[0].GetProperty("handling").GetString().ShouldBe("后下");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_decocted_apart_is_asked_for_and_stands_in_the_record_with_its_times()
    {
        var apart = await Kitchen.PutOnAsync(
            platform,
            103,
            "V50",
            92,
            Kitchen.Portion(1, "丹参", 70),
            Kitchen.Portion(2, "陈皮", 63),
            Kitchen.Portion(3, "人参", 21, "另煎"),
            Kitchen.Portion(4, "阿胶", 42, "烊化")
        );
        await using var visit = await chrome.VisitAsync(platform, "decoction1", "/decoction", 1180, 820);
        var hand = visit.Page.Locator(".hands li").Filter(new() { HasText = "人参" });
        await Assertions.Expect(hand).ToContainTextAsync("另煎：另锅上火");
        await ShotAsync(visit, "/hands", "zh-1180");
        await hand.GetByRole(AriaRole.Button).ClickAsync();
        await visit.ToldAsync("另煎：另锅上火 已记录");
        // For two hours nothing is to be done about it.
        await Assertions.Expect(hand).ToHaveCountAsync(0);
        await visit.GoAsync($"/decoction/records/{apart}");
        await Assertions.Expect(visit.Page.Locator(".record__note").Filter(new() { HasText = "另煎" })).ToContainTextAsync("起");
        await ShotAsync(visit, "/record-apart", "zh-1180");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pharmacist_of_the_centre_decides_with_the_curve_before_the_eyes()
    {
        var scene = await Kitchen.AtWorkAsync(platform);
        await using var visit = await chrome.VisitAsync(platform, "checker1", "/decoction/deviations");
        await visit.Page.GetByText("103.4").First.ClickAsync();
        await Assertions.Expect(visit.Heading).ToContainTextAsync("批记录");
        await Assertions.Expect(visit.Page.Locator(".chart canvas")).ToBeVisibleAsync();
        await visit.GoAsync($"/decoction/records/{scene.Held}");
        await visit.Page.Locator(".record__deviations").GetByRole(AriaRole.Button, new() { Name = "让步放行" }).ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Textbox).FillAsync("瞬时超温，药液性状正常");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "让步放行" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".record__deviations")).ToContainTextAsync("瞬时超温，药液性状正常");
        var record = await platform.GetAsync("checker1", $"/api/decoction/records/{scene.Held}");
        record.GetProperty("content").GetProperty("deviations")[0].GetProperty("decision").GetString().ShouldBe("accept");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_vessel_is_registered_breaks_and_is_repaired()
    {
        await Kitchen.AtWorkAsync(platform);
        await using var visit = await chrome.VisitAsync(platform, "decoction1", "/decoction/vessels");
        await visit.Button("登记煎药锅").ClickAsync();
        await visit.Field("vessel").FillAsync("A01");
        await visit.Field("capacityMillilitres").FillAsync("100");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Assertions.Expect(visit.FaultOf("capacityMillilitres")).ToContainTextAsync("500");
        await visit.Field("capacityMillilitres").FillAsync("30000");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Assertions.Expect(visit.Row("A01")).ToContainTextAsync("校准过期");
        await visit.Row("A01").GetByRole(AriaRole.Button, new() { Name = "报故障" }).ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Textbox).FillAsync("漏液");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "报故障" }).ClickAsync();
        await Assertions.Expect(visit.Row("A01")).ToContainTextAsync("漏液");
        await visit.Row("A01").GetByRole(AriaRole.Button, new() { Name = "修复" }).ClickAsync();
        await Assertions.Expect(visit.Row("A01")).Not.ToContainTextAsync("漏液");
        visit.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("zh-CN", "dark")]
    [InlineData("en", "light")]
    public async Task They_have_no_serious_fault_of_accessibility_and_fit_every_screen(string language, string theme)
    {
        var axe = Path.Combine(AppContext.BaseDirectory, "axe.min.js");
        Assert.SkipUnless(File.Exists(axe), "axe-core is not there: npm ci in services/Cockpit/web, then build this project");
        var rules = await File.ReadAllTextAsync(axe, TestContext.Current.CancellationToken);
        var scene = await Kitchen.AtWorkAsync(platform);
        await using var visit = await chrome.VisitAsync(platform, "checker1", "/password");
        await visit.Page.EvaluateAsync(
            "([language, theme]) => { localStorage.setItem('tcm.locale', language); localStorage.setItem('tcm.theme', theme) }",
            new[] { language, theme }
        );
        var found = new List<string>();
        foreach (
            var path in (string[])
                ["/decoction", "/decoction/wall", "/decoction/deviations", "/decoction/vessels", $"/decoction/records/{scene.Held}"]
        )
        {
            foreach (var (width, height) in Screens)
            {
                await visit.Page.SetViewportSizeAsync(width, height);
                await visit.GoAsync(path);
                await visit.Page.Locator("h1").First.WaitForAsync();
                await Assertions.Expect(visit.Page.Locator(".state--loading, [aria-busy=true]")).ToHaveCountAsync(0);
                await ShotAsync(visit, path, $"{language}-{width}");
                if (await visit.SidewaysAsync() is > 0 and var beyond)
                {
                    found.Add($"{path} is {beyond} pixels too wide for {width}x{height}");
                }
            }

            await visit.Page.EvaluateAsync(rules);
            var faults = await visit.Page.EvaluateAsync<JsonElement>(
                "axe.run({ resultTypes: ['violations'] }).then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ' ' + v.nodes[0].html + ' ' + v.nodes[0].failureSummary))"
            );
            found.AddRange(faults.EnumerateArray().Select(f => $"{path} {f.GetString()}"));
        }

        found.ShouldBeEmpty();
        visit.Complaints.ShouldBeEmpty();
    }

    private static ILocator Tile(Visit visit, string vessel) =>
        visit.Page.Locator(".vessel").Filter(new() { Has = visit.Page.Locator(".vessel__name").GetByText(vessel, new() { Exact = true }) });

    /// <summary>For whoever wants to look at them: TCM_SCREENSHOTS=1.</summary>
    private static async Task ShotAsync(Visit visit, string path, string how)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var name = string.Concat(path[1..].Take(18).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"{name}-{how}.png");
            await visit.Page.ScreenshotAsync(new() { Path = file });
        }
    }
}
