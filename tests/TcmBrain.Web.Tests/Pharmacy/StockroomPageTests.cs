using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts;

namespace TcmBrain.Web.Tests.Pharmacy;

/// <summary>The stockroom (库房) in the browser: from the order to the shelf, counting, and what leaves.</summary>
public sealed class StockroomPageTests(Platform platform, Chrome chrome)
{
    [Fact]
    public async Task From_the_order_over_acceptance_and_release_to_the_shelf()
    {
        await Store.OpenAsync(platform);
        await Store.PositionAsync(platform, "W-01", "drawer", "黄芪");
        var expires = RegionTime.DayOf(DateTimeOffset.UtcNow).AddDays(700).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        await using (var head = await chrome.VisitAsync(platform, Store.Second, "/orders/new", 1280, 800))
        {
            await head.PickAsync(head.Field("supplierCode"), "桐江", Store.Supplier);
            await head.Field("piece-0").FillAsync("黄芪");
            await head.Field("kilograms-0").FillAsync("0");
            await head.Field("yuan-0").FillAsync("45.50");
            await head.Button("保存").ClickAsync();
            await Assertions.Expect(head.Page.Locator(".stock__faults")).ToContainTextAsync("lines[0].quantityMilligrams");
            await head.Field("kilograms-0").FillAsync("5");
            await head.Button("保存").ClickAsync();
            await Assertions.Expect(head.Heading).ToContainTextAsync("采购单 CG");
            await Assertions.Expect(head.Page.Locator(".facts")).ToContainTextAsync("227.50");
            await head.Button("下达").ClickAsync();
            await head.Dialog.GetByRole(AriaRole.Button, new() { Name = "下达" }).ClickAsync();
            await Assertions.Expect(head.Page.Locator(".head .tag")).ToHaveTextAsync("已下达");
            head.Complaints.ShouldBeEmpty();
        }

        await using var visit = await chrome.VisitAsync(platform, Store.Keeper, "/orders", 1280, 800);
        await visit.Page.Locator(".list__link").First.ClickAsync();
        await visit.Page.GetByText("登记到货").ClickAsync();
        await visit.Field("noteNumber").FillAsync("SH-WEB-1");
        await visit.Field("lotNumber-0").FillAsync("HQ-WEB-1");
        await visit.Field("origin-0").FillAsync("甘肃陇西");
        await visit.Field("expiresOn-0").FillAsync(expires);
        await visit.Field("certificate-0").FillAsync("HG-1");
        await visit.Button("登记并去验收").ClickAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("送货单 SH-WEB-1");

        // All ticked, but the note came without a test report: the service does not let it pass.
        await visit.Button("验收").ClickAsync();
        await visit.Button("全部合格").ClickAsync();
        await visit.Button("验收入库（待验）").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-point=testReport] .point__fault")).ToContainTextAsync("检验报告");
        // So it is refused, with the reason.
        await visit.Page.Locator("[data-point=testReport] input[value=no]").CheckAsync();
        await visit.Page.Locator("[data-point=testReport] .point__note").FillAsync("未随货提供检验报告");
        await visit.Button("拒收").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-line='1']")).ToContainTextAsync("检验报告:未随货提供检验报告");

        // The second note has it.
        await visit.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("采购单 CG") }).ClickAsync();
        // An order that takes its time: there is no form before it, whose first letters it would wipe away.
        var arrives = new TaskCompletionSource();
        await visit.Page.RouteAsync(
            "**/api/pharmacy/orders/*",
            async route =>
            {
                await arrives.Task;
                await route.ContinueAsync();
            }
        );
        await visit.Page.GetByText("登记到货").ClickAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("登记送货单");
        await Assertions.Expect(visit.Field("noteNumber")).ToHaveCountAsync(0);
        arrives.SetResult();
        await visit.Field("noteNumber").FillAsync("SH-WEB-2");
        await visit.Field("lotNumber-0").FillAsync("HQ-WEB-2");
        await visit.Field("origin-0").FillAsync("甘肃陇西");
        await visit.Field("expiresOn-0").FillAsync(expires);
        await visit.Field("certificate-0").FillAsync("HG-2");
        await visit.Field("testReport-0").FillAsync("JY-2");
        await visit.Button("登记并去验收").ClickAsync();
        await visit.Button("验收").ClickAsync();
        await visit.Button("全部合格").ClickAsync();
        await visit.Field("weighedMilligrams").FillAsync("five");
        await visit.Button("验收入库（待验）").ClickAsync();
        await Assertions.Expect(visit.Dialog.Locator("[name=weighedMilligrams][aria-invalid=true]")).ToBeVisibleAsync();
        await visit.Field("weighedMilligrams").FillAsync("5");
        await visit.Field("sourceItem").FillAsync("https://id.gs1.org/01/06905678000047/10/Y-WEB");
        await visit.Button("验收入库（待验）").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-line='1']")).ToContainTextAsync("已验收");
        await Assertions.Expect(visit.Page.Locator("[data-line='1']")).ToContainTextAsync("06905678000047/10/Y-WEB");
        await visit.Page.GetByText("批次卡").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".head .tag").First).ToHaveTextAsync("待验");
        var lot = visit.Path.Split('/')[^1];

        await using (var judge = await chrome.VisitAsync(platform, Store.Judge, "/quarantine", 1280, 800))
        {
            // One place where a lot is judged: beside its limits.
            await judge.Row(lot).GetByText("检验与放行").ClickAsync();
            await judge.Button("录入结果").ClickAsync();
            await judge.Field("moisture").FillAsync("9.2");
            await judge.Field("so2").FillAsync("12");
            await judge.Dialog.GetByRole(AriaRole.Button, new() { Name = "录入结果", Exact = true }).ClickAsync();
            await Assertions.Expect(judge.Page.Locator("[data-test='so2']")).ToContainTextAsync("12");
            await judge.Button("放行").ClickAsync();
            await judge.Dialog.GetByRole(AriaRole.Button, new() { Name = "放行", Exact = true }).ClickAsync();
            await Assertions.Expect(judge.Page.Locator(".head .tag").First).ToHaveTextAsync("已放行");
            // The store's pages show what the store has heard, as often as they are opened.
            await Store.HeardOfReleaseAsync(platform, lot);
            await judge.GoAsync("/quarantine");
            await Assertions.Expect(judge.Page.Locator(".list__table, .state--empty").First).ToBeVisibleAsync();
            await Assertions.Expect(judge.Row(lot)).ToHaveCountAsync(0);
            judge.Complaints.ShouldBeEmpty();
        }

        await visit.GoAsync($"/lots/{lot}");
        await Assertions.Expect(visit.Page.Locator(".head .tag").First).ToHaveTextAsync("合格");
        await visit.Button("上架").ClickAsync();
        await visit.PickAsync(visit.Field("position"), "W", "W-01");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-fact=position]")).ToContainTextAsync("W-01");
        await visit.Button("报损").ClickAsync();
        await visit.Field("milligrams").FillAsync("120.5");
        await visit.Field("reason").FillAsync("拆包时洒落");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-account=lost]")).ToContainTextAsync("120.5 克");
        await Assertions.Expect(visit.Page.Locator("[data-account=available]")).ToContainTextAsync("4.8795 千克");
        await Assertions.Expect(visit.Page.Locator("[data-kind]")).ToHaveCountAsync(3);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stocktake_is_counted_by_one_and_signed_by_another()
    {
        await Store.OpenAsync(platform);
        // A piece that no other test has in this store: all lots of it are counted.
        var lot = await Store.StockAsync(platform, "玉竹", "YZ-WEB-1", 1000);
        await using var visit = await chrome.VisitAsync(platform, Store.Keeper, "/stocktakes", 1280, 800);
        await visit.Button("新盘点").ClickAsync();
        await visit.Field("pieces").FillAsync("玉竹");
        await visit.Button("开始盘点").ClickAsync();
        var count = visit.Page.Locator("[data-lot=YZ-WEB-1] input");
        await count.FillAsync("99x");
        await Assertions.Expect(visit.Page.GetByText("保存 0 批")).ToBeDisabledAsync();
        await count.FillAsync("996.5");
        await visit.Page.GetByText("保存 1 批").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-lot=YZ-WEB-1]")).ToContainTextAsync("-3.5 克");
        await Assertions.Expect(visit.Page.Locator(".stock__notice")).ToContainTextAsync("须由另一人签字");
        await Assertions.Expect(visit.Button("签字入账")).ToHaveCountAsync(0);

        await using var second = await chrome.VisitAsync(platform, Store.Second, visit.Path, 1280, 800);
        await second.Button("签字入账").ClickAsync();
        await second.Dialog.GetByRole(AriaRole.Button, new() { Name = "签字入账" }).ClickAsync();
        await Assertions.Expect(second.Page.Locator(".head .tag")).ToHaveTextAsync("已入账");

        var card = await platform.GetAsync(Store.Keeper, $"/api/pharmacy/lots/{lot}");
        card.GetProperty("accounts").GetProperty("lostMilligrams").GetInt64().ShouldBe(3_500);
        visit.Complaints.ShouldBeEmpty();
        second.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_large_loss_waits_for_another_s_signature()
    {
        await Store.OpenAsync(platform);
        var lot = await Store.StockAsync(platform, "白术", "BZ-WEB-1", 2000);
        await using var visit = await chrome.VisitAsync(platform, Store.Keeper, $"/lots/{lot}", 1280, 800);
        await visit.Button("报损").ClickAsync();
        await visit.Field("milligrams").FillAsync("-5");
        await visit.Field("reason").FillAsync("受潮霉变");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        await Assertions.Expect(visit.FaultOf("milligrams")).ToBeVisibleAsync();
        await visit.Field("milligrams").FillAsync("800");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "提交" }).ClickAsync();
        await visit.ToldAsync("待第二人签字");
        await visit.GoAsync("/stock-moves?state=awaiting-signature");
        // What other tests leave to be signed stands there too.
        await Assertions.Expect(OfLot(visit)).ToContainTextAsync("待第二人签字");
        await Assertions.Expect(visit.Button("签字")).ToHaveCountAsync(0);

        await using var second = await chrome.VisitAsync(platform, Store.Second, "/stock-moves?state=awaiting-signature", 1280, 800);
        await OfLot(second).GetByRole(AriaRole.Button, new() { Name = "签字", Exact = true }).ClickAsync();
        await second.Dialog.GetByRole(AriaRole.Button, new() { Name = "签字" }).ClickAsync();
        await second.ToldAsync("已签字入账");
        var card = await platform.GetAsync(Store.Keeper, $"/api/pharmacy/lots/{lot}");
        card.GetProperty("accounts").GetProperty("lostMilligrams").GetInt64().ShouldBe(800_000);

        static ILocator OfLot(Visit visit) => visit.Page.Locator("[data-row]").Filter(new() { HasText = "BZ-WEB-1" });
    }

    [Theory]
    [InlineData("dispenser1", true)]
    [InlineData("quality1", true)]
    [InlineData("prescriber1", false)]
    [InlineData("courier1", false)]
    public async Task The_stockroom_is_in_the_navigation_of_those_who_work_there(string user, bool there)
    {
        await using var visit = await chrome.VisitAsync(platform, user, "/password", 1280, 800);
        await visit.Heading.First.WaitForAsync();
        await Eventually.Hold(async () => (await visit.Page.Locator("nav a[href='/stock']").CountAsync() > 0).ShouldBe(there));
        await visit.GoAsync("/stock");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync(there ? "库存" : "没有权限");
    }

    [Theory]
    [InlineData("zh-CN", "light")]
    [InlineData("en", "dark")]
    public async Task Every_page_is_accessible_and_fits(string language, string theme)
    {
        await Store.OpenAsync(platform);
        var lots = await SeedAsync(language == "en" ? "E" : "Z");
        var (order, delivery, stocktake) = lots.Documents;
        await using var visit = await chrome.VisitAsync(platform, Store.Keeper, "/password", 1280, 800);
        await visit.Page.EvaluateAsync(
            "([language, theme]) => { localStorage.setItem('tcm.locale', language); localStorage.setItem('tcm.theme', theme) }",
            new[] { language, theme }
        );
        var axe = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "axe.min.js"), TestContext.Current.CancellationToken);
        var found = new List<string>();
        foreach (
            var path in (string[])
                [
                    "/stock",
                    "/stock?tab=expiring",
                    "/stock?tab=shelves",
                    $"/lots/{lots.Lot}",
                    "/goods-in",
                    "/goods-in/new",
                    $"/goods-in/{delivery}",
                    "/quarantine",
                    "/positions",
                    "/stocktakes",
                    $"/stocktakes/{stocktake}",
                    "/orders",
                    "/orders?tab=suppliers",
                    "/orders/new",
                    $"/orders/{order}",
                    "/stock-moves",
                    "/stock-moves?tab=transfers",
                ]
        )
        {
            await visit.GoAsync(path);
            await visit.Page.Locator("h1").First.WaitForAsync();
            await Assertions.Expect(visit.Page.Locator(".state--loading, [aria-busy=true]")).ToHaveCountAsync(0);
            await ShotAsync(visit, path, language);
            await visit.Page.EvaluateAsync(axe);
            var faults = await visit.Page.EvaluateAsync<JsonElement>(
                "axe.run({ resultTypes: ['violations'] }).then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ' ' + v.nodes[0].html))"
            );
            found.AddRange(faults.EnumerateArray().Select(f => $"{path} {f.GetString()}"));
            foreach (var (width, height) in ((int, int)[])[(390, 844), (820, 1180)])
            {
                await visit.Page.SetViewportSizeAsync(width, height);
                if (await visit.SidewaysAsync() is > 0 and var beyond)
                {
                    found.Add($"{path} is {beyond} pixels too wide for {width}x{height}");
                }
            }

            await visit.Page.SetViewportSizeAsync(1280, 800);
        }

        found.ShouldBeEmpty();
        visit.Complaints.ShouldBeEmpty();
    }

    private async Task<(string Lot, (Guid Order, Guid Delivery, Guid Stocktake) Documents)> SeedAsync(string mark)
    {
        var (order, delivery, stocktake) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var lot = await Store.StockAsync(platform, "当归", $"DG-{mark}-1", 25_000, 28);
        var other = await Store.StockAsync(platform, "川芎", $"CX-{mark}-1", 8_000, 85);
        await Store.GoodsInAsync(platform, "熟地黄", $"SD-{mark}-1", 12_500);
        await Store.PositionAsync(platform, $"S{mark}-01", "drawer", "当归");
        await Store.PositionAsync(platform, $"S{mark}-02", "cool");
        await Store.PutAsync(platform, Store.Keeper, $"/api/pharmacy/lots/{lot}/position", new { position = $"S{mark}-01" });
        await Store.PutAsync(
            platform,
            Store.Keeper,
            $"/api/pharmacy/write-offs/{Guid.CreateVersion7()}",
            new
            {
                kind = "loss",
                lotId = lot,
                milligrams = 120_000,
                cause = "insects",
                reason = "虫蛀,挑出",
            }
        );
        await Store.PutAsync(
            platform,
            Store.Keeper,
            $"/api/pharmacy/transfers/{Guid.CreateVersion7()}",
            new
            {
                toCentre = TcmBrain.Contracts.Demo.DemoRegion.Pharmacies[1].Code,
                reason = "江东缺货",
                lines = new[] { new { lotId = lot, milligrams = 5_000_000 } },
            }
        );
        await Store.PutAsync(
            platform,
            Store.Second,
            $"/api/pharmacy/orders/{order}",
            new
            {
                supplierCode = Store.Supplier,
                note = "月度补货",
                lines = new[]
                {
                    new
                    {
                        piece = "白芍",
                        spec = "薄片",
                        grade = "一等",
                        origin = "浙江",
                        quantityMilligrams = 30_000_000,
                        priceFenPerKilogram = 6_200,
                    },
                },
            }
        );
        await Store.PutAsync(
            platform,
            Store.Keeper,
            $"/api/pharmacy/deliveries/{delivery}",
            new
            {
                supplierCode = Store.Supplier,
                noteNumber = $"SH-{mark}",
                lines = new[]
                {
                    new
                    {
                        piece = "白芍",
                        spec = "薄片",
                        grade = "一等",
                        origin = "浙江磐安",
                        lotNumber = $"BS-{mark}-1",
                        quantityMilligrams = 30_000_000,
                        producedOn = "2026-05-01",
                        expiresOn = "2028-05-01",
                        certificate = "HG-88",
                        testReport = "JY-88",
                    },
                },
            }
        );
        await Store.PutAsync(platform, Store.Keeper, $"/api/pharmacy/stocktakes/{stocktake}", new { positions = new[] { $"S{mark}-01" } });
        other.ShouldNotBeEmpty();
        return (lot, (order, delivery, stocktake));
    }

    /// <summary>For whoever wants to look at them: TCM_SCREENSHOTS=1.</summary>
    private static async Task ShotAsync(Visit visit, string path, string language)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var name = string.Concat(path[1..].Take(24).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"store-{name}-{language}.png");
            await visit.Page.ScreenshotAsync(new() { Path = file });
        }
    }
}
