using Microsoft.Playwright;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;

namespace TcmBrain.Web.Tests.Prescriptions;

/// <summary>The list of prescriptions and one prescription whole, for each of those who may read them.</summary>
public sealed class PrescriptionPageTests(Platform platform, Chrome chrome)
{
    [Fact]
    public async Task The_list_narrows_by_state_urgency_and_number_and_leads_to_the_card_and_back()
    {
        using var hospital = await Hospital.OpenAsync(platform);
        await hospital.ClearAsync();
        var urgent = await hospital.PushAsync(change: p => p.Urgent = true);
        var waiting = await hospital.PushAsync();
        var approved = await hospital.PushAsync(Flaw.None);
        await using var visit = await chrome.VisitAsync(platform, "prescriber1", "/prescriptions?state=intercepted");
        await Assertions.Expect(visit.Row(urgent.PrescriptionId)).ToContainTextAsync("待审方");
        await Assertions.Expect(visit.Row(waiting.PrescriptionId)).ToBeVisibleAsync();
        await Assertions.Expect(visit.Row(approved.PrescriptionId)).ToHaveCountAsync(0);

        await visit.Page.GetByLabel("急煎").SelectOptionAsync("true");
        await Assertions.Expect(visit.Row(waiting.PrescriptionId)).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Row(urgent.PrescriptionId)).ToContainTextAsync("急煎");
        await visit.Button("清除筛选条件").Or(visit.Row(urgent.PrescriptionId)).First.WaitForAsync();

        await visit.GoAsync("/prescriptions");
        await visit.Page.GetByRole(AriaRole.Searchbox).FillAsync(approved.HisNumber);
        await Assertions.Expect(visit.Page.Locator("[data-row]")).ToHaveCountAsync(1);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = approved.HisNumber }).ClickAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("处方 " + approved.HisNumber);
        await visit.Page.GoBackAsync();
        await Assertions.Expect(visit.Page.Locator("[data-row]")).ToHaveCountAsync(1);
        await visit.Page.GetByRole(AriaRole.Searchbox).FillAsync("NO-SUCH-NUMBER");
        await Assertions.Expect(visit.Page.Locator(".state--empty")).ToContainTextAsync("没有符合条件的记录");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_are_cut_by_key_and_show_everything_once()
    {
        await RegionDay.NotEndingAsync();
        using var hospital = await Hospital.OpenAsync(platform);
        var day = DateTimeOffset
            .UtcNow.ToOffset(TimeSpan.FromHours(8))
            .ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await Task.WhenAll(Enumerable.Range(0, 28).Select(_ => hospital.PushAsync(Flaw.None)));
        var all = (await platform.GetAsync("prescriber1", "/api/prescriptions?limit=200")).GetProperty("items").EnumerateArray();
        var expected = all.Select(item => item.GetProperty("id").GetString()!).Take(50).ToArray();
        await using var visit = await chrome.VisitAsync(platform, "prescriber1", $"/prescriptions?from={day}&to={day}");
        var rows = visit.Page.Locator("[data-row]");
        await Assertions.Expect(rows).ToHaveCountAsync(25);
        var seen = (await rows.EvaluateAllAsync<string[]>("all => all.map(one => one.dataset.row)")).ToList();
        await visit.Button("下一页").ClickAsync();
        await Assertions.Expect(visit.Row(expected[25])).ToBeVisibleAsync();
        seen.AddRange(await rows.EvaluateAllAsync<string[]>("all => all.map(one => one.dataset.row)"));
        seen.ShouldBe(expected[..seen.Count]);
        await visit.Button("上一页").ClickAsync();
        await Assertions.Expect(visit.Row(expected[0])).ToBeVisibleAsync();
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_card_shows_the_sheet_the_findings_and_the_history_that_the_service_tells()
    {
        using var hospital = await Hospital.OpenAsync(platform);
        var pushed = await hospital.PushAsync();
        var view = await hospital.ViewAsync(pushed);
        await using var visit = await chrome.VisitAsync(platform, "admin1", "/prescriptions/" + pushed.PrescriptionId);
        await Assertions.Expect(visit.Page.Locator(".piece")).ToHaveCountAsync(view.Prescription.Lines.Count);
        foreach (var finding in view.Audit.Findings)
        {
            await Assertions.Expect(visit.Page.Locator($"[data-finding='{finding.RuleId}']").First).ToContainTextAsync(finding.Source);
        }

        await Assertions.Expect(visit.Page.Locator(".step--now")).ToContainTextAsync("审方");
        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "流转记录" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".change")).ToHaveCountAsync(view.History.Count);
        await Assertions.Expect(visit.Page.Locator(".change").First).ToContainTextAsync("待审方");
        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "版次" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".tabs__panel")).ToContainTextAsync("只有这一版");
        // An administrator reads, but neither reviews nor looks at the patient.
        await Assertions.Expect(visit.Button("查看患者信息")).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "去审方" })).ToHaveCountAsync(0);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_treats_sees_the_patient_for_a_purpose_that_is_recorded()
    {
        using var hospital = await Hospital.OpenAsync(platform);
        var pushed = await hospital.PushAsync(change: p => p.Patient.Phone = "13900001234");
        await using var visit = await chrome.VisitAsync(platform, "pharmacist1", "/prescriptions/" + pushed.PrescriptionId);
        await visit.Button("查看患者信息").ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Textbox).FillAsync("电话核对过敏史");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "查看患者信息" }).ClickAsync();
        await Assertions.Expect(visit.Dialog).ToContainTextAsync("13900001234");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "关闭" }).Last.ClickAsync();
        await Assertions.Expect(visit.Page.Locator("body")).Not.ToContainTextAsync("13900001234");
        var log = await platform.GetAsync("admin1", "/api/prescriptions/identity-access?prescription=" + pushed.PrescriptionId);
        log.GetProperty("items")[0].GetProperty("purpose").GetString().ShouldBe("电话核对过敏史");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_region_and_another_trade_do_not_see_it()
    {
        using var hospital = await Hospital.OpenAsync(platform);
        var pushed = await hospital.PushAsync();
        await using (var here = await chrome.VisitAsync(platform, "regulator1", "/prescriptions/" + pushed.PrescriptionId))
        {
            await Assertions.Expect(here.Heading).ToContainTextAsync(pushed.HisNumber);
            await Assertions.Expect(here.Page.Locator(".sheet__institution")).ToHaveTextAsync("钱江示范中医院");
            await Assertions.Expect(here.Page.Locator(".sheet")).ToContainTextAsync("年生");
            here.Complaints.ShouldBeEmpty();
        }

        foreach (var user in new[] { "regulator2", "pharmacist2" })
        {
            await using var elsewhere = await chrome.VisitAsync(platform, user, "/prescriptions/" + pushed.PrescriptionId);
            await Assertions.Expect(elsewhere.Heading).ToContainTextAsync("没有这条记录");
        }

        await using var dispenser = await chrome.VisitAsync(platform, "dispenser1", "/review");
        await Assertions.Expect(dispenser.Heading).ToHaveTextAsync("没有权限");
    }

    [Theory]
    [InlineData("zh-CN", "light")]
    [InlineData("en", "dark")]
    public async Task Every_page_is_free_of_serious_faults_of_accessibility_and_fits_every_screen(string language, string theme)
    {
        var axe = Path.Combine(AppContext.BaseDirectory, "axe.min.js");
        Assert.SkipUnless(File.Exists(axe), "axe-core is not there: npm ci in services/Cockpit/web, then build this project");
        var rules = await File.ReadAllTextAsync(axe, TestContext.Current.CancellationToken);
        using var hospital = await Hospital.OpenAsync(platform);
        var pushed = await hospital.PushAsync();
        await using var visit = await chrome.VisitAsync(platform, "pharmacist1", "/password");
        await visit.Page.EvaluateAsync(
            "([language, theme]) => { localStorage.setItem('tcm.locale', language); localStorage.setItem('tcm.theme', theme) }",
            new[] { language, theme }
        );
        var found = new List<string>();
        foreach (var path in Paths(pushed))
        {
            await visit.Page.SetViewportSizeAsync(1440, 900);
            await visit.GoAsync(path);
            await visit.Page.Locator("h1").First.WaitForAsync();
            await Assertions.Expect(visit.Page.Locator(".state--loading, [data-claim=taking]")).ToHaveCountAsync(0);
            await visit.Page.EvaluateAsync(rules);
            found.AddRange(
                await visit.Page.EvaluateAsync<string[]>(
                    "axe.run({ resultTypes: ['violations'] }).then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ' ' + v.nodes[0].html + ' ' + v.nodes[0].failureSummary))"
                )
            );
            foreach (var (width, height) in new[] { (390, 844), (820, 1180), (1280, 720) })
            {
                await visit.Page.SetViewportSizeAsync(width, height);
                if (await visit.SidewaysAsync() > 0)
                {
                    found.Add($"{path} is wider than {width}");
                }
            }
        }

        found.ShouldBeEmpty();
        visit.Complaints.ShouldBeEmpty();
    }

    private static string[] Paths(PushReply pushed) =>
        [
            "/review",
            "/review?id=" + pushed.PrescriptionId,
            "/prescriptions",
            "/prescriptions/" + pushed.PrescriptionId,
            "/prescriptions/" + pushed.PrescriptionId + "?tab=history",
            "/prescriptions/" + pushed.PrescriptionId + "?tab=revisions",
            "/audit",
            "/audit?kind=formulas",
            "/audit?tab=try",
            "/audit?tab=rules",
            "/audit/pieces/" + Uri.EscapeDataString("附子"),
            "/audit/formulas/" + Uri.EscapeDataString("桂枝汤"),
        ];
}
