using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Web.Tests.Register;

/// <summary>The register of institutions as people use it.</summary>
public sealed class InstitutionPageTests(Platform platform, Chrome chrome)
{
    private static readonly DemoInstitution Hospital = DemoRegion.Hospitals[4];

    [Fact]
    public async Task The_list_shows_what_the_interface_says_is_searched_by_keyboard_and_leads_to_the_card()
    {
        await platform.StillAsync();
        var all = await platform.GetAsync("regulator1", "/api/institutions");
        var total = all.GetProperty("total").GetInt32();
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/institutions");
        await Assertions.Expect(visit.Page.Locator(".list__pages")).ToContainTextAsync($"共 {total} 条");
        await Assertions.Expect(visit.Page.Locator("[data-figure=institutions] dd")).ToHaveTextAsync($"{total}");
        await visit.Page.GetByRole(AriaRole.Searchbox).FillAsync("湘湖示范");
        await Assertions.Expect(visit.Page.Locator("[data-row]")).ToHaveCountAsync(1);
        visit.Path.ShouldContain("search=");
        await visit.Page.Locator("[data-row-link]").PressAsync("Enter");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync(Hospital.NameZh);
        await Assertions.Expect(visit.Page.Locator("[data-fact=code] dd")).ToHaveTextAsync(Hospital.Code);
        await Assertions.Expect(visit.Page.Locator("[data-figure=received] dd")).ToHaveTextAsync("0");
        // Back to the list as it was left.
        await visit.Page.GoBackAsync();
        await Assertions.Expect(visit.Page.Locator("[data-row]")).ToHaveCountAsync(1);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_map_shows_them_all_and_the_same_as_a_table()
    {
        var points = await platform.GetAsync("regulator1", "/api/institutions/map");
        var count = points.GetProperty("items").GetArrayLength();
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/institutions");
        await visit.Button("地图").ClickAsync();
        await Assertions
            .Expect(visit.Page.GetByRole(AriaRole.Img, new() { Name = $"{count} 家机构的位置图" }).Locator("canvas"))
            .ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator(".map__note")).ToContainTextAsync("2021 年杭州区划调整之前");
        await visit.Button("以表格显示").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".chart__table tbody tr")).ToHaveCountAsync(count);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_institution_is_registered_after_the_faults_were_shown_at_their_fields()
    {
        var code = NewCode(1);
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/institutions/new");
        await visit.Field("code").FillAsync(code[..17] + (code[17] == '0' ? '1' : '0'));
        await visit.Field("nameZh").FillAsync("网页示范中医院");
        await visit.Field("kind").SelectOptionAsync("tcm-hospital");
        await visit.Field("longitude").FillAsync("120.1");
        await visit.Button("登记").ClickAsync();
        await Assertions.Expect(visit.FaultOf("code")).ToContainTextAsync("校验码");
        await Assertions.Expect(visit.FaultOf("nameEn")).ToContainTextAsync("不能为空");
        await Assertions.Expect(visit.FaultOf("longitude")).ToContainTextAsync("经纬度");
        await Assertions.Expect(visit.FaultOf("regionCode")).ToBeVisibleAsync();
        await visit.Field("code").FillAsync(code);
        await visit.Field("nameEn").FillAsync("Web Demo TCM Hospital");
        await visit.Field("level").SelectOptionAsync("二级甲等");
        await visit.Field("regionCode").SelectOptionAsync("330106");
        await visit.Field("latitude").FillAsync("30.2");
        await visit.Field("beds").FillAsync("120");
        var department = visit.Page.GetByRole(AriaRole.Combobox, new() { Name = "科目" });
        await visit.PickAsync(department, "50.12", "老年病科");
        await visit.Button("登记").ClickAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("网页示范中医院");
        await Assertions.Expect(visit.Page.Locator(".chips")).ToContainTextAsync("50.12");
        var stored = await platform.GetAsync("regulator1", $"/api/institutions/{code}");
        stored.GetProperty("beds").GetInt32().ShouldBe(120);
        stored.GetProperty("level").GetString().ShouldBe("二级甲等");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_was_slower_sees_what_changed_meanwhile_and_decides()
    {
        var at = DemoRegion.Hospitals[5];
        await using var visit = await chrome.VisitAsync(platform, "regulator1", $"/institutions/{at.Code}/edit");
        await visit.Field("addressZh").FillAsync("良渚街道一号");
        await ChangeBedsAsync(at.Code, 310);
        await visit.Button("保存").ClickAsync();
        await Assertions.Expect(visit.Dialog).ToContainTextAsync("数据已被他人修改");
        await Assertions.Expect(visit.Dialog.Locator("tr", new() { HasText = "床位数" })).ToContainTextAsync("310");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "重新载入" }).ClickAsync();
        await Assertions.Expect(visit.Field("beds")).ToHaveValueAsync("310");
        await visit.Field("addressZh").FillAsync("良渚街道一号");
        await visit.Button("保存").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-fact=addressZh] dd")).ToHaveTextAsync("良渚街道一号");
        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "变更记录" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".change").First).ToContainTextAsync("良渚街道一号");
        await Assertions.Expect(visit.Page.Locator(".change").First).ToContainTextAsync("regulator1");
        (await platform.GetAsync("regulator1", $"/api/institutions/{at.Code}")).GetProperty("beds").GetInt32().ShouldBe(310);
    }

    [Fact]
    public async Task A_suspension_asks_for_its_reason_is_shown_and_taken_back()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator1", $"/institutions/{Hospital.Code}");
        await visit.Button("停用").ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "停用机构" }).ClickAsync();
        await Assertions.Expect(visit.Dialog).ToContainTextAsync("请填写原因。");
        await visit.Dialog.GetByRole(AriaRole.Textbox).FillAsync("校验逾期");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "停用机构" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".banner--bad")).ToContainTextAsync("校验逾期");
        (await platform.GetAsync("regulator1", $"/api/institutions/{Hospital.Code}"))
            .GetProperty("status")
            .GetString()
            .ShouldBe("suspended");
        await visit.Button("恢复").ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "恢复机构" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".banner--bad")).ToHaveCountAsync(0);
        (await platform.GetAsync("regulator1", $"/api/institutions/{Hospital.Code}")).GetProperty("status").GetString().ShouldBe("active");
    }

    [Fact]
    public async Task Unsaved_input_is_not_left_behind_without_a_question()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/institutions/new");
        await visit.Field("nameZh").FillAsync("未保存的机构");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "执业人员" }).ClickAsync();
        await Assertions.Expect(visit.Dialog).ToContainTextAsync("尚未保存");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "继续填写" }).ClickAsync();
        await Assertions.Expect(visit.Field("nameZh")).ToHaveValueAsync("未保存的机构");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "执业人员" }).ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "不保存，离开" }).ClickAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("执业人员");
    }

    [Fact]
    public async Task An_administrator_changes_only_what_is_the_institutions_own_and_sees_no_other()
    {
        await using var visit = await chrome.VisitAsync(platform, "admin1", "/institution");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync(DemoRegion.Hospitals[0].NameZh);
        await Assertions.Expect(visit.Button("停用")).ToHaveCountAsync(0);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "编辑" }).ClickAsync();
        await Assertions.Expect(visit.Field("nameZh")).ToBeDisabledAsync();
        await visit.Field("addressZh").FillAsync("庆春路二号");
        await visit.Button("保存").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-fact=addressZh] dd")).ToHaveTextAsync("庆春路二号");
        await visit.GoAsync($"/institutions/{Hospital.Code}");
        await Assertions.Expect(visit.Heading).ToContainTextAsync("没有这条记录");
    }

    /// <summary>A code with both of its check characters, of nobody.</summary>
    internal static string NewCode(int n)
    {
        var first17 = $"12330106WEB{n:000000}";
        return first17 + InstitutionCode.CheckCharacter(first17);
    }

    private async Task ChangeBedsAsync(string code, int beds)
    {
        using var client = await platform.AsAsync("regulator1");
        var now = await client.GetFromJsonAsync<Dictionary<string, object?>>($"/api/institutions/{code}");
        now!["beds"] = beds;
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/institutions/{code}") { Content = JsonContent.Create(now) };
        request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse($"\"{now["version"]}\""));
        using var answer = await client.SendAsync(request);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }
}
