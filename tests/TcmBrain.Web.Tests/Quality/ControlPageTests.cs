using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Events;
using TcmBrain.Web.Tests.Pharmacy;

namespace TcmBrain.Web.Tests.Quality;

/// <summary>Lot tests, control charts and nonconformities (质量控制) in the browser.</summary>
public sealed class ControlPageTests(Platform platform, Chrome chrome)
{
    /// <summary>A centre of Hangzhou that no other test uses.</summary>
    private const string Body = "91330105MA7700001";
    private static readonly string Centre = Body + InstitutionCode.CheckCharacter(Body);

    [Fact]
    public async Task A_lot_that_fails_shows_why_beside_its_limit_and_is_rejected_with_its_certificate_on_file()
    {
        await Store.OpenAsync(platform);
        var lot = await Store.GoodsInAsync(platform, "陈皮", "CP-WEB-1", 5_000);
        using (var judge = await platform.AsAsync(Store.Judge))
        {
            await Eventually.Be(
                async () => (await judge.GetAsync($"/api/quality/lots/{lot}")).IsSuccessStatusCode,
                "quality has heard of the lot"
            );
        }

        await using var visit = await chrome.VisitAsync(platform, Store.Judge, $"/release/{lot}", 1440, 900);
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("陈皮");
        await Assertions.Expect(visit.Page.Locator("[data-test='aflatoxin-b1']")).ToContainTextAsync("缺");
        await Assertions.Expect(visit.Button("放行")).ToBeDisabledAsync();
        await visit.Button("录入结果").ClickAsync();
        await visit.Field("moisture").FillAsync("11.2");
        await visit.Field("so2").FillAsync("36");
        await visit.Field("aflatoxin-b1").FillAsync("<0.3");
        await visit.Field("aflatoxin-total").FillAsync("12.5");
        await visit.Field("laboratory").FillAsync("市药品检验所");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "录入结果", Exact = true }).ClickAsync();
        var bad = visit.Page.Locator("[data-test='aflatoxin-total']");
        await Assertions.Expect(bad).ToContainTextAsync("不合格");
        await Assertions.Expect(bad).ToContainTextAsync("≤ 10 μg/kg");
        await Assertions.Expect(visit.Page.Locator("[data-test='aflatoxin-b1']")).ToContainTextAsync("未检出");
        await Assertions.Expect(visit.Button("放行")).ToBeDisabledAsync();

        await visit
            .Page.Locator("input[type=file]")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "报告.pdf",
                    MimeType = "application/pdf",
                    Buffer = "%PDF-1.4 CP-WEB-1"u8.ToArray(),
                }
            );
        await Assertions.Expect(visit.Page.Locator("[data-test=certificate]")).ToContainTextAsync("SHA-256");
        await Shots.TakeAsync(visit, "lot");
        await visit.Button("判不合格").ClickAsync();
        await visit.Dialog.Locator("textarea, input").First.FillAsync("黄曲霉毒素总量超限");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "判不合格" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".head .tag")).ToHaveTextAsync("不合格");
        await visit.Page.GetByText("查看不符合项").ClickAsync();
        await Assertions.Expect(visit.Heading).ToContainTextAsync("黄曲霉毒素总量超限");
        await AlarmLeadsAsync($"/release/{lot}", "陈皮");
        await visit.GoAsync("/suppliers");
        await Assertions.Expect(visit.Page.Locator("[data-test=supplier]").First).ToBeVisibleAsync();
        await Shots.TakeAsync(visit, "suppliers");
        await visit.Page.Locator("[data-test=supplier] a").First.ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".part").First).ToBeVisibleAsync();
        await Shots.TakeAsync(visit, "supplier");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_balance_that_drifts_is_found_by_its_chart_and_dealt_with_on_the_board()
    {
        await platform.TellAsync(Enumerable.Range(0, 34).Select(i => Checked(i, ((i * 7 % 11) - 5) * 0.8 + (i >= 24 ? 5 : 0))));
        using var judge = await platform.AsAsync(Store.Judge);
        var found = default(JsonElement);
        await Eventually.Be(
            async () =>
            {
                var list = await judge.GetFromJsonAsync<JsonElement>($"/api/quality/charts?centre={Centre}");
                found = list.GetProperty("items").EnumerateArray().FirstOrDefault();
                return found.ValueKind == JsonValueKind.Object
                    && found.GetProperty("points").GetInt64() == 34
                    && found.GetProperty("standingSignals").GetInt32() > 0;
            },
            "the chart has looked at all that was weighed"
        );

        await using var visit = await chrome.VisitAsync(platform, Store.Judge, "/charts", 1440, 900);
        await Assertions.Expect(visit.Page.Locator("[data-test=chart]").First).ToContainTextAsync("称量误差");
        await Shots.TakeAsync(visit, "charts");
        await visit.GoAsync($"/charts/{found.GetProperty("chartId").GetString()}");
        await Assertions.Expect(visit.Heading).ToContainTextAsync("称量误差 · 天平A");
        await Assertions.Expect(visit.Page.Locator("[data-test=signal]").First).ToContainTextAsync("偏高");
        await Assertions.Expect(visit.Page.Locator("canvas")).ToHaveCountAsync(3);
        await Shots.TakeAsync(visit, "chart");
        await visit.Page.Locator("[data-test=signal] a").First.ClickAsync();
        await visit.Button("遏制").ClickAsync();
        await visit.Field("text").FillAsync("天平A 停用,改用天平B");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "遏制" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-kind=contained]")).ToContainTextAsync("天平A 停用");
        await Shots.TakeAsync(visit, "case");
        var chart = $"/charts/{found.GetProperty("chartId").GetString()}";
        await AlarmLeadsAsync(chart, "称量误差 · 天平A");
        await AlarmLeadsAsync(new Uri(visit.Page.Url).AbsolutePath, await visit.Heading.InnerTextAsync());
        await visit.GoAsync("/nonconformities");
        await Assertions.Expect(visit.Page.Locator(".ticket").First).ToBeVisibleAsync();
        await Shots.TakeAsync(visit, "board");
        visit.Complaints.ShouldBeEmpty();

        await visit.Page.EvaluateAsync("localStorage.setItem('tcm.locale', 'en')");
        await visit.GoAsync($"/charts/{found.GetProperty("chartId").GetString()}");
        await Assertions.Expect(visit.Page.Locator("[data-test=signal]").First).ToContainTextAsync("on one side");
        await Shots.TakeAsync(visit, "chart-en");
        await visit.GoAsync("/nonconformities");
        await Assertions.Expect(visit.Page.Locator("[data-stage=analysis], [data-stage=check]").First).ToBeVisibleAsync();
        await Shots.TakeAsync(visit, "board-en");
    }

    /// <summary>On the wall of all regions (the centre of the balance is in no register) the alarm stands, and opens the record that it speaks of.</summary>
    private async Task AlarmLeadsAsync(string path, string heading)
    {
        await using var wall = await chrome.VisitAsync(platform, "operator1", "/", 1920, 1080);
        await wall.Page.Locator($".alarms a[href='{path}']").First.ClickAsync();
        await Assertions.Expect(wall.Heading).ToContainTextAsync(heading);
        wall.Complaints.ShouldBeEmpty();
    }

    private static PrescriptionChecked Checked(int number, double permille) =>
        new()
        {
            AggregateId = Guid.CreateVersion7(),
            Version = 6,
            OccurredAt = DateTimeOffset.UtcNow.AddMinutes(number - 60),
            InstitutionCode = Centre,
            RegionCode = "330105",
            HisNumber = $"RX-W{number}",
            Revision = 1,
            CentreCode = Centre,
            Checker = "复核员",
            Dispenser = "调剂员",
            Portions =
            [
                new WeighedPortion(1, "白芍", Guid.Empty, "L", new Weight(100_000 + (long)(permille * 100)), "")
                {
                    Asked = new Weight(100_000),
                    Scale = "天平A",
                },
            ],
            Doses = 7,
            DosesPerDay = 1,
            PacksPerDose = 2,
            MillilitresPerPack = 200,
            External = false,
            Decoct = false,
            Urgent = false,
            DeliveryRegionCode = "330110",
            SyndromeName = "",
        };
}
