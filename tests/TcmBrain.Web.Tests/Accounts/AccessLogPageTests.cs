using System.Net.Http.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Web.Tests.Accounts;

public sealed class AccessLogPageTests(Platform platform, Chrome chrome)
{
    [Fact]
    public async Task Who_looked_for_a_patient_is_seen_by_the_regulator_with_the_purpose()
    {
        using (var admin = await platform.AsAsync("pharmacist1"))
        {
            using var search = await admin.PostAsJsonAsync(
                "/api/prescriptions/identity-search",
                new { identityNumber = "330102199003078515", purpose = "患者来电查询取药进度" }
            );
            search.IsSuccessStatusCode.ShouldBeTrue(await search.Content.ReadAsStringAsync());
        }

        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/access-log");
        var row = visit.Page.Locator("[data-row]").Filter(new() { HasText = "患者来电查询取药进度" });
        await Assertions.Expect(row).ToContainTextAsync("pharmacist1");
        await Assertions.Expect(row).ToContainTextAsync("按身份检索");
        await Assertions.Expect(row).ToContainTextAsync("未找到");
        await Assertions.Expect(row).ToContainTextAsync(DemoRegion.Hospitals[0].NameZh);
        await visit.Page.GetByRole(AriaRole.Searchbox, new() { Name = "查看人" }).FillAsync("nobody-at-all");
        await Assertions.Expect(visit.Page.Locator(".state")).ToContainTextAsync("没有符合条件的记录");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_regions_regulator_sees_nothing_of_it()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator2", "/access-log");
        await Assertions.Expect(visit.Page.Locator(".state")).ToContainTextAsync("还没有查阅记录");
    }
}
