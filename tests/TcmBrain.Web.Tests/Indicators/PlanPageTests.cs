using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Web.Tests.Indicators;

/// <summary>A region's own plan and what its indicators count, written in forms.</summary>
public sealed class PlanPageTests(Platform platform, Chrome chrome)
{
    private const string Hospitals = "count(institutions where kind = 'tcm-hospital')";

    [Fact]
    public async Task A_region_writes_its_own_plan_with_every_fault_at_its_field_and_sees_it_on_the_wall()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/indicators/plans");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "新建规划", Exact = true }).ClickAsync();
        await visit.Field("regionCode").SelectOptionAsync("330106");
        await visit.Field("indicators[0].seq").FillAsync("0");
        await visit.Field("indicators[0].by").SelectOptionAsync("computed");
        await visit.Field("indicators[0].numerator").FillAsync("count(institution)");
        // Said in place when the field is left, before anything is saved.
        await visit.Field("indicators[0].denominator").FocusAsync();
        await Assertions.Expect(visit.Page.Locator("[data-unread='indicators[0].numerator']")).ToContainTextAsync("第 7 个字符");
        await visit.Button("建立规划").ClickAsync();
        await Assertions.Expect(visit.FaultOf("code")).ToContainTextAsync("2 到 40 个小写字母");
        await Assertions.Expect(visit.FaultOf("nameZh")).ToBeVisibleAsync();
        await Assertions.Expect(visit.FaultOf("indicators[0].seq")).ToContainTextAsync("1 到 999");
        await Assertions.Expect(visit.FaultOf("indicators[0].nameEn")).ToBeVisibleAsync();
        await Assertions.Expect(visit.FaultOf("indicators[0].targetYear")).ToContainTextAsync("1950");
        await Assertions.Expect(visit.FaultOf("indicators[0].targetMin")).ToContainTextAsync("请填写目标值");
        await Assertions.Expect(visit.FaultOf("indicators[0].numerator")).ToContainTextAsync("第 7 个字符");
        // Nothing is said twice: all of it stands at a field.
        await Assertions.Expect(visit.Page.Locator(".form__faults li")).ToHaveCountAsync(0);

        await visit.Field("code").FillAsync("form-plan");
        await visit.Field("nameZh").FillAsync("西湖区中医药规划");
        await visit.Field("nameEn").FillAsync("Xihu plan");
        await visit.Field("indicators[0].seq").FillAsync("1");
        await visit.Field("indicators[0].nameZh").FillAsync("中医医院数");
        await visit.Field("indicators[0].nameEn").FillAsync("TCM hospitals");
        await visit.Field("indicators[0].unit").FillAsync("家");
        await visit.Field("indicators[0].baselineYear").FillAsync("2020");
        await visit.Field("indicators[0].baseline").FillAsync("0.5");
        await visit.Field("indicators[0].targetYear").FillAsync("2030");
        await visit.Field("indicators[0].targetMin").FillAsync("20");
        await visit.Button("添加年度目标").ClickAsync();
        await visit.Page.GetByLabel("第 1 个年度目标的年份", new() { Exact = true }).FillAsync("2028");
        await visit.Field("indicators[0].numerator").FillAsync(Hospitals);
        await visit.Field("indicators[0].denominator").FocusAsync();
        await Assertions.Expect(visit.Page.Locator("[data-says='indicators[0].numerator']")).ToContainTextAsync("中医医院");
        await visit.Button("建立规划").ClickAsync();
        // Half an interim target.
        await Assertions.Expect(visit.FaultOf("indicators[0].interim")).ToContainTextAsync("年份和数值");
        await visit.Page.GetByLabel("第 1 个年度目标的数值", new() { Exact = true }).FillAsync("15");
        await visit.Button("添加指标").ClickAsync();
        await visit.Field("indicators[1].nameZh").FillAsync("名医工作室");
        await visit.Field("indicators[1].nameEn").FillAsync("Studios");
        await visit.Field("indicators[1].targetMin").FillAsync("3");
        // What may be named is on the page.
        await visit.Page.Locator("[data-words] summary").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-words]")).ToContainTextAsync("'emr-level'");
        await ShotAsync(visit, "plan-new");
        await visit.Button("建立规划").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-item='form-plan-1']")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("[data-item='form-plan-2']")).ToBeVisibleAsync();

        var stored = await platform.GetAsync("regulator1", "/api/cockpit/plans/form-plan");
        var first = stored.GetProperty("indicators")[0];
        first.GetProperty("interim").GetProperty("2028").GetDecimal().ShouldBe(15);
        first.GetProperty("baseline").GetDecimal().ShouldBe(0.5m);
        first.GetProperty("numerator").GetString().ShouldBe(Hospitals);
        stored.GetProperty("indicators")[1].GetProperty("targetYear").GetInt32().ShouldBe(2030);
        stored.GetProperty("indicators")[1].TryGetProperty("numerator", out var none).ShouldBe(none.ValueKind == JsonValueKind.Null);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_was_slower_sees_which_number_of_the_plan_changed_and_a_region_below_may_only_read()
    {
        using var client = await platform.AsAsync("regulator1");
        await PutAsync(client, "slow-plan", "330100", 10, null);
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/indicators/plans");
        await visit.Page.Locator("[data-plan='slow-plan']").GetByRole(AriaRole.Link, new() { Name = "编辑“慢的规划”" }).ClickAsync();
        await visit.Page.Locator("[data-indicator='0'] summary").ClickAsync();
        await visit.Field("indicators[0].targetMin").FillAsync("12");
        await PutAsync(client, "slow-plan", "330100", 11, "\"1\"");
        await visit.Button("保存").ClickAsync();
        var line = visit.Dialog.Locator("tr", new() { HasText = "第 1 项 · 目标值" });
        await Assertions.Expect(line).ToContainTextAsync("12");
        await Assertions.Expect(line).ToContainTextAsync("11");
        await ShotAsync(visit, "plan-conflict");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "以我填写的为准继续" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-item='slow-plan-1']")).ToBeVisibleAsync();
        var stored = await platform.GetAsync("regulator1", "/api/cockpit/plans/slow-plan");
        stored.GetProperty("indicators")[0].GetProperty("targetMin").GetInt32().ShouldBe(12);

        // A province's plan counts the city too: it is read there, and changed above.
        using var above = await platform.AsAsync("operator1");
        await PutAsync(above, "above-plan", "330000", 10, null);
        await visit.GoAsync("/indicators/plans");
        await Assertions.Expect(visit.Page.Locator("[data-plan='above-plan']")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("[data-plan='above-plan'] a[href$='/edit']")).ToHaveCountAsync(0);
        await visit.GoAsync("/indicators/plans/above-plan/edit");
        await Assertions.Expect(visit.Field("nameZh")).ToBeDisabledAsync();
        await Assertions.Expect(visit.Button("保存")).ToHaveCountAsync(0);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_plans_count_of_institutions_and_people_is_entered_in_their_forms()
    {
        var at = DemoRegion.Hospitals[3];
        await using var visit = await chrome.VisitAsync(platform, "regulator1", $"/institutions/{at.Code}/edit");
        await visit.Field("attribute-emr-level").FillAsync("9");
        await visit.Field("attribute-leading-enterprise").CheckAsync();
        await visit.Button("保存").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-field='attributes'] .field__fault")).ToBeVisibleAsync();
        await visit.Field("attribute-emr-level").FillAsync("6");
        await ShotAsync(visit, "attributes");
        await visit.Button("保存").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-attributes] .chips")).ToContainTextAsync("电子病历级别 6");
        await Assertions.Expect(visit.Page.Locator("[data-attributes] .chips")).ToContainTextAsync("龙头企业");
        var stored = await platform.GetAsync("regulator1", $"/api/institutions/{at.Code}");
        stored.GetProperty("attributes").GetProperty("emr-level").GetInt32().ShouldBe(6);

        var person = DemoRegion.Practitioners[0];
        await visit.GoAsync($"/practitioners/{person.Code}/edit");
        await visit.Field("discipline").SelectOptionAsync("tcm");
        await visit.Field("generalPractice").CheckAsync();
        await visit.Button("保存").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-fact=generalPractice] dd")).ToHaveTextAsync("是");
        await Assertions.Expect(visit.Page.Locator("[data-fact=discipline] dd")).ToHaveTextAsync("中医");
        visit.Complaints.ShouldBeEmpty();
    }

    private static async Task PutAsync(HttpClient client, string code, string region, int target, string? version)
    {
        var plan = new
        {
            regionCode = region,
            nameZh = "慢的规划",
            nameEn = "Slow plan",
            indicators = new[]
            {
                new
                {
                    seq = 1,
                    nameZh = "工作室",
                    nameEn = "Studios",
                    kind = "count",
                    targetYear = 2030,
                    targetMin = target,
                },
            },
        };
        using var saving = new HttpRequestMessage(HttpMethod.Put, $"/api/cockpit/plans/{code}") { Content = JsonContent.Create(plan) };
        saving.Headers.TryAddWithoutValidation(version is null ? "If-None-Match" : "If-Match", version ?? "*");
        (await client.SendAsync(saving)).EnsureSuccessStatusCode();
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
}
