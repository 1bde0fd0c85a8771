using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Web.Tests.Register;

public sealed class PractitionerPageTests(Platform platform, Chrome chrome)
{
    private static readonly DemoInstitution Hospital = DemoRegion.Hospitals[7];

    [Fact]
    public async Task A_practitioner_is_registered_changed_suspended_and_every_change_is_told()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator1", $"/institutions/{Hospital.Code}?tab=people");
        await Assertions.Expect(visit.Page.Locator("[data-row]")).ToHaveCountAsync(3);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "登记人员" }).ClickAsync();
        await visit.Field("code").FillAsync("W1");
        await visit.Field("name").FillAsync("苏合");
        await visit.Field("category").SelectOptionAsync("physician");
        await visit.Button("登记").ClickAsync();
        await Assertions.Expect(visit.FaultOf("code")).ToContainTextAsync("6 至 32 位");
        await visit.Field("code").FillAsync("WEB000001");
        await visit.Field("mayPrescribeToxic").CheckAsync();
        await visit.Field("grade").SelectOptionAsync("city");
        await visit.Button("登记").ClickAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("苏合");
        await Assertions.Expect(visit.Page.Locator("[data-fact=mayPrescribeToxic] dd")).ToHaveTextAsync("是");
        var stored = await platform.GetAsync("regulator1", "/api/institutions/practitioners/WEB000001");
        stored.GetProperty("institutionCode").GetString().ShouldBe(Hospital.Code);
        stored.GetProperty("grade").GetString().ShouldBe("city");

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "编辑" }).ClickAsync();
        await visit.Field("title").FillAsync("主任中医师");
        await visit.Button("保存").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-fact=title] dd")).ToHaveTextAsync("主任中医师");
        await visit.Button("停用").ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Textbox).FillAsync("暂停执业");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "停用人员" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".banner--bad")).ToContainTextAsync("暂停执业");
        await Assertions.Expect(visit.Page.Locator(".change")).ToHaveCountAsync(3);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_list_is_filtered_by_category_and_by_an_institution_that_is_picked_by_typing()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/practitioners");
        await visit.Page.GetByLabel("类别").SelectOptionAsync("dispenser");
        await visit.PickAsync(visit.Page.GetByRole(AriaRole.Combobox, new() { Name = "机构", Exact = true }), "城北", "城北示范");
        await Assertions.Expect(visit.Page.Locator("[data-row]")).ToHaveCountAsync(2);
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex(DemoRegion.Pharmacies[0].Code));
        await visit.Page.ReloadAsync();
        await Assertions.Expect(visit.Page.Locator("[data-row]")).ToHaveCountAsync(2);
    }
}
