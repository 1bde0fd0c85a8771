using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Web.Tests.Pharmacy;

/// <summary>The benches in the browser, by keyboard and scanner alone; the routing board and the centres.</summary>
public sealed class BenchPageTests(Platform platform, Chrome chrome)
{
    private static readonly DemoInstitution Centre = DemoRegion.Pharmacies[0];

    [Fact]
    public async Task A_prescription_goes_through_both_stations_without_a_mouse()
    {
        await Store.OpenAsync(platform);
        await Store.StockAsync(platform, "茯苓", "FL-BENCH", 5_000);
        await Store.StockAsync(platform, "砂仁", "SR-BENCH", 5_000);
        await Store.StockAsync(platform, "罂粟壳", "YSQ-BENCH", 500);
        var id = await ReservedAsync(urgent: true, ("茯苓", 15, ""), ("砂仁", 6, "后下"), ("罂粟壳", 6, ""));

        await using var station = await chrome.VisitAsync(platform, "dispenser1", "/station", 1280, 800);
        await Assertions.Expect(station.Page.Locator(".bench__row").First).ToContainTextAsync("BENCH-");
        await ShotAsync(station, "station-list");
        await station.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(station.Page.Locator(".bench__piece")).ToHaveTextAsync("茯苓");
        await Assertions.Expect(station.Page.Locator(".bench__title")).ToHaveTextAsync("扫描药斗或包装上的批号");
        // A wrong lot is refused at once, in large type, and the field is ready for the next.
        await TypeAsync(station, "SR-BENCH");
        await Assertions.Expect(station.Page.Locator(".bench__fault")).ToContainTextAsync("FL-BENCH");
        await ShotAsync(station, "station-wrong-lot");
        await TypeAsync(station, "(01)06901234567892(10)FL-BENCH");
        await Assertions.Expect(station.Page.Locator(".bench__title")).ToHaveTextAsync("称第 1 剂");
        await TypeAsync(station, "16");
        await Assertions.Expect(station.Page.Locator(".bench__fault")).ToContainTextAsync("允差");
        for (var dose = 1; dose <= 3; dose++)
        {
            await Assertions.Expect(station.Page.Locator(".bench__title")).ToHaveTextAsync($"称第 {dose} 剂");
            await ShotAsync(station, "station-weigh-" + dose);
            await TypeAsync(station, "15.05");
        }

        await Assertions.Expect(station.Page.Locator(".bench__piece")).ToHaveTextAsync("砂仁");
        await WeighLineAsync(station, "SR-BENCH", "6");
        await Assertions.Expect(station.Page.Locator(".bench__piece")).ToHaveTextAsync("罂粟壳");
        // A file that takes its time: who asked for the print meanwhile gets it when it is there.
        var arrives = new TaskCompletionSource();
        await station.Page.RouteAsync(
            new System.Text.RegularExpressions.Regex("/pack-label\\?.*format=pdf"),
            async route =>
            {
                await arrives.Task;
                await route.ContinueAsync();
            }
        );
        await WeighLineAsync(station, "YSQ-BENCH", "6.02");
        await Assertions
            .Expect(station.Page.Locator(".bench__title"))
            .ToContainTextAsync("装袋并贴签:后下".Replace(":", "：", StringComparison.Ordinal));
        await Assertions.Expect(station.Page.Locator(".bench__label b")).ToBeVisibleAsync();
        var download = await station.Page.RunAndWaitForDownloadAsync(async () =>
        {
            await station.Page.Keyboard.PressAsync("Control+p");
            arrives.SetResult();
        });
        await Assertions.Expect(station.Page.Locator(".bench__sheet")).ToBeVisibleAsync();
        await ShotAsync(station, "station-pack");
        download.SuggestedFilename.ShouldBe(await station.Page.Locator(".bench__label b").InnerTextAsync() + ".pdf");
        await station.Page.Locator("#bench-field").FillAsync(await station.Page.Locator(".bench__label b").InnerTextAsync());
        await station.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(station.Page.Locator(".bench__title")).ToContainTextAsync("请第二人");
        await ShotAsync(station, "station-witness");

        await using var desk = await chrome.VisitAsync(platform, "checker1", "/checking", 1280, 800);
        await desk.Page.Locator(".bench__row").Filter(new() { HasText = "BENCH-" }).First.ClickAsync();
        await Assertions.Expect(desk.Page.Locator(".bench__title")).ToContainTextAsync("作为第二人确认第 3 味");
        await ShotAsync(desk, "checking-witness");
        await desk.Page.Keyboard.PressAsync("Enter");

        // The station goes on by itself.
        await Assertions.Expect(station.Page.Locator(".bench__title")).ToHaveTextAsync("全部称完：按 Enter 完成调剂");
        await station.Page.Keyboard.PressAsync("Enter");
        await StateAsync(id, "dispensed");

        await desk.GoAsync("/checking");
        await Assertions.Expect(desk.Page.Locator(".bench__row").First).ToContainTextAsync("BENCH-");
        await desk.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(desk.Page.Locator("h2.bench__title")).ToHaveTextAsync("核对第 1 味");
        await ShotAsync(desk, "checking-item");
        for (var line = 1; line <= 3; line++)
        {
            await Assertions.Expect(desk.Page.Locator("h2.bench__title")).ToHaveTextAsync($"核对第 {line} 味");
            await desk.Page.Keyboard.PressAsync("Enter");
        }

        await Assertions.Expect(desk.Page.Locator("h2.bench__title")).ToHaveTextAsync("全部核对无误：按 Enter 完成复核");
        await desk.Page.Keyboard.PressAsync("Enter");
        await StateAsync(id, "checked");
        station.Complaints.Where(c => !c.Contains("422", StringComparison.Ordinal)).ShouldBeEmpty();
        desk.Complaints.ShouldBeEmpty();

        // The narcotic piece stands in its register.
        await using var register = await chrome.VisitAsync(platform, "dispenser1", "/controlled-register", 1280, 800);
        await Assertions.Expect(register.Page.Locator("tbody tr").First).ToContainTextAsync("罂粟壳");
        await ShotAsync(register, "register");
        register.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_board_says_why_and_the_centre_s_own_people_change_it()
    {
        await Store.OpenAsync(platform);
        await Store.StockAsync(platform, "白术", "BZ-ROUTE", 50_000);
        var id = await ReservedAsync(urgent: false, ("白术", 10, ""));

        await using var head = await chrome.VisitAsync(platform, "checker1", $"/centres/{Centre.Code}", 1280, 800);
        await head.Field("dispensingPerDay").FillAsync("900");
        await head.Field("deliveryFen").FillAsync("600");
        await head.Button("保存").ClickAsync();
        await head.ToldAsync("已保存");
        await head.Field("dispensingPerDay").FillAsync("0");
        await head.Button("保存").ClickAsync();
        await Assertions.Expect(head.FaultOf("dispensingPerDay")).ToContainTextAsync("1");
        await ShotAsync(head, "centre");

        await using var watcher = await chrome.VisitAsync(platform, "regulator1", "/routing", 1440, 900);
        // What other tests left short is tried again now and then, and stands above it.
        var choice = watcher.Page.Locator(".choice-card").Filter(new() { HasText = NumberOf(id) });
        await Assertions.Expect(choice).ToContainTextAsync("已选");
        await Assertions.Expect(choice.Locator(".is-out").First).ToContainTextAsync("缺");
        watcher.Complaints.ShouldBeEmpty();
        (await watcher.SidewaysAsync()).ShouldBeLessThanOrEqualTo(0);
        await ShotAsync(watcher, "routing");
        await watcher.Page.EvaluateAsync("localStorage.setItem('tcm.locale', 'en')");
        foreach (var path in new[] { "/routing", "/centres", $"/centres/{Centre.Code}" })
        {
            await watcher.GoAsync(path);
            await watcher.Page.Locator("h1").First.WaitForAsync();
            await Assertions.Expect(watcher.Page.Locator(".state--loading, [aria-busy=true]")).ToHaveCountAsync(0);
            await ShotAsync(watcher, path[1..8].Replace('/', '-') + "-en");
        }

        await watcher.Page.SetViewportSizeAsync(1920, 1080);
        await watcher.GoAsync("/routing/wall");
        await Assertions.Expect(watcher.Page.Locator(".choice-card").First).ToBeVisibleAsync();
        await ShotAsync(watcher, "routing-wall");
        watcher.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_closing_is_planned_moved_and_called_off()
    {
        await Store.OpenAsync(platform);
        await using var head = await chrome.VisitAsync(platform, "checker1", $"/centres/{Centre.Code}", 1280, 800);
        await head.Button("停业").ClickAsync();
        await head.Field("when").SelectOptionAsync("planned");
        await head.Field("at").FillAsync("2020-01-01T08:00");
        await head.Dialog.GetByRole(AriaRole.Button, new() { Name = "计划停业" }).ClickAsync();
        await Assertions.Expect(head.FaultOf("at")).ToContainTextAsync("不得早于现在");
        await Assertions.Expect(head.FaultOf("reason")).ToBeVisibleAsync();
        await ShotAsync(head, "closing-refused");
        // Far enough that nothing is routed otherwise for it.
        var day = RegionTime
            .DayOf(DateTimeOffset.UtcNow)
            .AddDays(90)
            .ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await head.Field("at").FillAsync(day + "T20:00");
        await head.Field("reason").FillAsync("设备检修");
        await head.Dialog.GetByRole(AriaRole.Button, new() { Name = "计划停业" }).ClickAsync();
        await Assertions.Expect(head.Page.Locator(".head .tag")).ToHaveTextAsync("计划停业");
        await Assertions.Expect(head.Page.Locator(".stale")).ToContainTextAsync("20:00");
        await head.Button("改期").ClickAsync();
        await Assertions.Expect(head.Field("at")).ToHaveValueAsync(day + "T20:00");
        await head.Field("at").FillAsync(day + "T18:30");
        await head.Dialog.GetByRole(AriaRole.Button, new() { Name = "计划停业" }).ClickAsync();
        await Assertions.Expect(head.Page.Locator(".stale")).ToContainTextAsync("18:30");
        await ShotAsync(head, "closing-planned");
        await head.Button("取消停业").ClickAsync();
        await Assertions.Expect(head.Page.Locator(".head .tag")).ToHaveTextAsync("营业");
        head.Complaints.Where(c => !c.Contains("422", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_patient_brings_back_is_found_by_its_number_and_no_more_of_it_is_taken_than_was_handed_out()
    {
        await Store.OpenAsync(platform);
        await Store.StockAsync(platform, "葛根", "GG-BACK", 5_000);
        var id = await ReservedAsync(urgent: false, ("葛根", 10, ""));
        await CheckedAsync(id, "GG-BACK", 30_000);
        await using var keeper = await chrome.VisitAsync(platform, "dispenser1", "/stock-moves", 1280, 800);
        await keeper.Page.GetByRole(AriaRole.Link, new() { Name = "登记退药" }).ClickAsync();
        await Assertions.Expect(keeper.Heading).ToHaveTextAsync("登记退药");
        var number = keeper.Page.Locator(".scan input");
        await number.FillAsync("NO-SUCH");
        await number.PressAsync("Enter");
        await Assertions.Expect(keeper.Page.Locator("main")).ToContainTextAsync("没有发出过");
        await number.FillAsync(NumberOf(id));
        await number.PressAsync("Enter");
        var line = keeper.Page.Locator("[data-line='1']");
        await Assertions.Expect(line).ToContainTextAsync("30 克");
        await line.Locator("input").FillAsync("30.001");
        await keeper.Page.Locator("[name=reason]").FillAsync("患者出院带药退回");
        await keeper.Button("登记退回").ClickAsync();
        await Assertions.Expect(line.Locator(".back__fault")).ToContainTextAsync("尚可退 30000 毫克");
        await ShotAsync(keeper, "goods-back");
        await line.Locator("input").FillAsync("12.5");
        await keeper.Button("登记退回").ClickAsync();
        await Assertions.Expect(line).ToContainTextAsync("12.5 克 待签字");
        await Assertions.Expect(line).ToContainTextAsync("17.5 克");
        await keeper.Page.SetViewportSizeAsync(390, 844);
        (await keeper.SidewaysAsync()).ShouldBeLessThanOrEqualTo(0);
        await keeper.Page.EvaluateAsync("localStorage.setItem('tcm.locale', 'en')");
        await keeper.GoAsync("/stock-moves/goods-back");
        await Assertions.Expect(keeper.Heading).ToHaveTextAsync("Take goods back");
        await number.FillAsync(NumberOf(id));
        await number.PressAsync("Enter");
        await Assertions.Expect(line).ToContainTextAsync("waits for a signature");
        await ShotAsync(keeper, "goods-back-en-390");
        keeper.Complaints.Where(c => !c.Contains("409", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("dispenser1", "/stock-moves/goods-back", "zh-CN")]
    [InlineData("dispenser1", "/station", "zh-CN")]
    [InlineData("dispenser1", "/station", "en")]
    [InlineData("checker1", "/checking", "en")]
    [InlineData("dispenser1", "/controlled-register", "zh-CN")]
    [InlineData("dispenser1", "/routing", "zh-CN")]
    [InlineData("dispenser1", "/centres", "zh-CN")]
    public async Task A_page_of_the_bench_has_no_serious_fault_of_accessibility_and_fits_its_screen(
        string user,
        string path,
        string language
    )
    {
        var axe = Path.Combine(AppContext.BaseDirectory, "axe.min.js");
        Assert.SkipUnless(File.Exists(axe), "axe-core is not there: npm ci in services/Cockpit/web, then build this project");
        await Store.OpenAsync(platform);
        await using var visit = await chrome.VisitAsync(platform, user, "/password", 1280, 800);
        await visit.Page.EvaluateAsync("language => localStorage.setItem('tcm.locale', language)", language);
        await visit.GoAsync(path);
        await visit.Page.Locator("h1").First.WaitForAsync();
        await Assertions.Expect(visit.Page.Locator(".state--loading, [aria-busy=true]")).ToHaveCountAsync(0);
        await visit.Page.EvaluateAsync(await File.ReadAllTextAsync(axe, TestContext.Current.CancellationToken));
        var found = await visit.Page.EvaluateAsync<JsonElement>(
            "axe.run({ resultTypes: ['violations'] }).then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ' ' + v.nodes[0].html))"
        );
        found.EnumerateArray().Select(f => f.GetString()).ShouldBeEmpty();
        (await visit.SidewaysAsync()).ShouldBeLessThanOrEqualTo(0);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hospital_s_pharmacist_has_no_station()
    {
        await using var visit = await chrome.VisitAsync(platform, "pharmacist1", "/station", 1280, 800);

        await Assertions.Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/forbidden"));
    }

    private static async Task TypeAsync(Visit visit, string text)
    {
        await visit.Page.Locator("#bench-field").FillAsync(text);
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("#bench-field:not([disabled])")).Not.ToHaveValueAsync(text);
    }

    private static async Task WeighLineAsync(Visit station, string lot, string grams)
    {
        await TypeAsync(station, lot);
        for (var dose = 1; dose <= 3; dose++)
        {
            await Assertions.Expect(station.Page.Locator(".bench__title")).ToHaveTextAsync($"称第 {dose} 剂");
            if (dose == 3)
            {
                // The last dose leads elsewhere: the field may be another one then.
                await station.Page.Locator("#bench-field").FillAsync(grams);
                await station.Page.Keyboard.PressAsync("Enter");
            }
            else
            {
                await TypeAsync(station, grams);
            }
        }
    }

    private static string NumberOf(Guid id) => "BENCH-" + id.ToString("N")[^6..];

    /// <summary>Three doses, at the first demo centre, which alone has stock.</summary>
    private async Task<Guid> ReservedAsync(bool urgent, params (string Piece, int Grams, string Handling)[] lines)
    {
        var hospital = DemoRegion.Hospitals[0];
        var id = Guid.CreateVersion7();
        await platform.ApproveAsync(
            new PrescriptionApproved
            {
                AggregateId = id,
                Version = 3,
                OccurredAt = DateTimeOffset.UtcNow.AddMinutes(-5),
                InstitutionCode = hospital.Code,
                RegionCode = hospital.RegionCode,
                HisNumber = NumberOf(id),
                Revision = 1,
                ApprovedBy = "system",
                Lines = [.. lines.Select((l, i) => new PrescriptionLine(i + 1, l.Piece, Weight.FromGrams(l.Grams), l.Handling))],
                Doses = 3,
                DosesPerDay = 1,
                PacksPerDose = 2,
                MillilitresPerPack = 200,
                External = false,
                Decoct = true,
                Urgent = urgent,
                DeliveryRegionCode = Centre.RegionCode,
                SyndromeName = "脾胃虚弱证",
            }
        );
        await StateAsync(id, "reserved");
        return id;
    }

    /// <summary>Weighed from the lot and checked by another, without a browser.</summary>
    private async Task CheckedAsync(Guid id, string lot, long milligrams)
    {
        using var dispenser = await platform.AsAsync("dispenser1");
        using var checker = await platform.AsAsync("checker1");
        var path = $"/api/pharmacy/dispensings/{id}";
        var portions = new[]
        {
            new
            {
                lineNumber = 1,
                lotNumber = lot,
                milligrams,
            },
        };
        foreach (
            var answer in new[]
            {
                await dispenser.PostAsJsonAsync(path + "/start", new { }),
                await dispenser.PutAsJsonAsync(path + "/weights", new { portions }),
                await dispenser.PostAsJsonAsync(path + "/finish", new { }),
                await checker.PostAsJsonAsync(path + "/check", new { items = new[] { new { lineNumber = 1 } } }),
            }
        )
        {
            using (answer)
            {
                answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
            }
        }
    }

    private async Task StateAsync(Guid id, string state)
    {
        using var client = await platform.AsAsync("dispenser1");
        await Eventually.Be(
            async () =>
            {
                using var answer = await client.GetAsync($"/api/pharmacy/prescriptions/{id}");
                return answer.IsSuccessStatusCode
                    && (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString() == state;
            },
            $"it is {state}"
        );
    }

    /// <summary>For whoever wants to look at them: TCM_SCREENSHOTS=1.</summary>
    private static async Task ShotAsync(Visit visit, string name)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"bench-{name}.png");
            await visit.Page.ScreenshotAsync(new() { Path = file });
        }
    }
}
