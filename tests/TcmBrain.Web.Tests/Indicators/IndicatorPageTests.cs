using System.Text;
using Microsoft.Playwright;

namespace TcmBrain.Web.Tests.Indicators;

public sealed class IndicatorPageTests(Platform platform, Chrome chrome)
{
    [Fact]
    public async Task A_number_on_the_wall_opens_down_to_as_many_records_as_it_says()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/indicators?plan=hangzhou-2025");
        await Assertions.Expect(visit.Page.Locator("[data-plan='hangzhou-2025'] .tile")).ToHaveCountAsync(7);
        var plan = new
        {
            regionCode = "330100",
            nameZh = "页面规划",
            nameEn = "Page plan",
            indicators = new[]
            {
                new
                {
                    seq = 1,
                    nameZh = "中医医院数",
                    nameEn = "TCM hospitals",
                    unit = "家",
                    kind = "count",
                    targetYear = 2030,
                    targetMin = 20,
                    baselineYear = 2020,
                    baseline = 2,
                    numerator = "count(institutions where kind = 'tcm-hospital')",
                },
            },
        };
        using var client = await platform.AsAsync("regulator1");
        using var saving = new HttpRequestMessage(HttpMethod.Put, "/api/cockpit/plans/page-plan")
        {
            Content = System.Net.Http.Json.JsonContent.Create(plan),
        };
        saving.Headers.TryAddWithoutValidation("If-None-Match", "*");
        (await client.SendAsync(saving)).EnsureSuccessStatusCode();

        // The page and the interface are asked one after the other: nothing is counted between them.
        await platform.StillAsync();
        await visit.GoAsync("/indicators?plan=page-plan");
        await visit.Page.Locator("[data-item='page-plan-1']").ClickAsync();
        var card = await platform.GetAsync("regulator1", "/api/cockpit/indicators/page-plan/1");
        var value = card.GetProperty("item").GetProperty("value").GetInt32();
        value.ShouldBeGreaterThan(5);
        await Assertions.Expect(visit.Page.Locator("[data-now] strong").First).ToHaveTextAsync($"{value} 家");
        await Assertions.Expect(visit.Page.Locator("[data-forecast]")).ToHaveTextAsync("数据不足，暂不预测");
        await visit.Page.Locator("[data-open='numerator-0']").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-records] tbody tr")).ToHaveCountAsync(value);
        await ShotAsync(visit, "card");
        await visit.GoAsync("/indicators");
        await Assertions.Expect(visit.Page.Locator(".tile").First).ToBeVisibleAsync();
        await ShotAsync(visit, "wall");
        await visit.Page.EvaluateAsync("() => { localStorage.setItem('tcm.locale', 'en'); localStorage.setItem('tcm.theme', 'light') }");
        await visit.GoAsync("/indicators");
        await Assertions.Expect(visit.Page.Locator(".tile").First).ToBeVisibleAsync();
        await ShotAsync(visit, "wall-en");
        await visit.Page.SetViewportSizeAsync(390, 844);
        (await visit.SidewaysAsync()).ShouldBeLessThanOrEqualTo(0);
        await ShotAsync(visit, "wall-phone");
        visit.Complaints.ShouldBeEmpty();
    }

    /// <summary>For whoever wants to look at them: TCM_SCREENSHOTS=1.</summary>
    private static async Task ShotAsync(Visit visit, string name)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"indicators-{name}.png");
            await visit.Page.ScreenshotAsync(new() { Path = file, FullPage = true });
        }
    }

    [Fact]
    public async Task A_county_reports_and_somebody_above_approves()
    {
        await using var county = await chrome.VisitAsync(platform, "regulator2", "/indicators/values");
        await county.Button("填报").ClickAsync();
        await county.Field("plan").SelectOptionAsync("yiwu-2025");
        await county.Field("seq").SelectOptionAsync("11");
        await Assertions.Expect(county.Field("regionCode")).ToHaveValueAsync("330782");
        await county.Field("value").FillAsync("3");
        await county.Button("提交审批").ClickAsync();
        // Nothing is taken without what it rests on.
        await Assertions.Expect(county.FaultOf("evidence")).ToBeVisibleAsync();
        await ShotAsync(county, "report");
        await county.Field("evidence").FillAsync("文旅部门登记名单");
        await county.Button("提交审批").ClickAsync();
        await county.ToldAsync("已提交");
        await Assertions.Expect(county.Page.GetByText("文旅部门登记名单")).ToBeVisibleAsync();
        await Assertions.Expect(county.Page.Locator("[data-decide]")).ToHaveCountAsync(0);

        await using var above = await chrome.VisitAsync(platform, "operator1", "/indicators/values?state=submitted");
        await above.Page.Locator("tr", new() { HasText = "文旅部门登记名单" }).Locator("[data-decide]").ClickAsync();
        // Beside what is aimed at, so that a value a hundred times too small is seen.
        await Assertions.Expect(above.Dialog).ToContainTextAsync("2025 年目标");
        await above.Dialog.GetByRole(AriaRole.Button, new() { Name = "批准", Exact = true }).Last.ClickAsync();
        await above.ToldAsync("已批准");

        await county.GoAsync("/indicators?plan=yiwu-2025");
        var tile = county.Page.Locator("[data-item='yiwu-2025-11']");
        await Assertions.Expect(tile).ToContainTextAsync("3 个");
        await Assertions.Expect(tile).ToContainTextAsync("落后");
        await ShotAsync(county, "yiwu");
        await county.GoAsync("/indicators/values?plan=yiwu-2025&seq=11");
        await Assertions.Expect(county.Page.Locator("[data-only]")).ToContainTextAsync("第 11 项");
        var saved = await county.Page.RunAndWaitForDownloadAsync(() => county.Page.Locator("[data-export=csv]").ClickAsync());
        (await File.ReadAllTextAsync((await saved.PathAsync())!)).ShouldContain(",3,文旅部门登记名单,approved,");
        await county.GoAsync("/indicators/yiwu-2025/2");
        await Assertions.Expect(county.Page.Locator("[data-now]")).ToBeVisibleAsync();
        await ShotAsync(county, "yiwu-card");
        county.Complaints.ShouldBeEmpty();
        above.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_of_a_plan_is_looked_at_row_by_row_and_then_taken_in()
    {
        var file = """
            规划代码,规划名称,行政区划代码,序号,指标名称,目标年,目标值,指标性质,分子
            file-2030,西湖区规划,330106,1,中医馆数,2030,5,数量,count(institutions where hall)
            file-2030,西湖区规划,330106,2,错的,2030,5,数量,count(institution)
            """;
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/indicators/plans");
        await visit
            .Page.Locator("input[type=file]")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "plan.csv",
                    MimeType = "text/csv",
                    Buffer = Encoding.UTF8.GetBytes(file),
                }
            );
        await visit.Button("预览").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-fault='3']")).ToContainTextAsync("第 7 个字符");
        await Assertions.Expect(visit.Page.Locator("[data-fault='3']")).ToContainTextAsync("分子");
        await Assertions.Expect(visit.Page.GetByText("没有可以导入的行")).ToBeVisibleAsync();
        await visit.Field("mode").SelectOptionAsync("valid");
        await visit.Button("导入 1 行").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-plan='file-2030']")).ToContainTextAsync("西湖区规划");
        await ShotAsync(visit, "plans");
        await using var other = await chrome.VisitAsync(platform, "pharmacist1", "/indicators");
        await Assertions.Expect(other.Page.Locator(".tile")).ToHaveCountAsync(0);
        visit.Complaints.ShouldBeEmpty();
    }
}
