using Microsoft.Playwright;

namespace TcmBrain.Web.Tests.Shell;

/// <summary>What a role may not use it neither sees nor reaches.</summary>
public sealed class NavigationTests(Platform platform, Chrome chrome)
{
    private static readonly Dictionary<string, string> Pages = new()
    {
        ["机构名册"] = "/institutions",
        ["本机构"] = "/institution",
        ["执业人员"] = "/practitioners",
        ["批量导入"] = "/import",
        ["用户与角色"] = "/users",
        ["患者身份查阅记录"] = "/access-log",
        ["令牌签名密钥"] = "/signing-keys",
    };

    public static TheoryData<string, string> Roles =>
        new()
        {
            { "operator1", "机构名册 执业人员 批量导入 用户与角色 患者身份查阅记录 令牌签名密钥" },
            { "regulator1", "机构名册 执业人员 批量导入 用户与角色 患者身份查阅记录" },
            { "admin1", "本机构 执业人员 批量导入 用户与角色 患者身份查阅记录" },
            { "quality1", "机构名册 执业人员" },
            { "prescriber1", "" },
            { "courier1", "" },
        };

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_role_finds_its_pages_and_no_others(string user, string allowed)
    {
        string[] mine = allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await using var visit = await chrome.VisitAsync(platform, user, "/password");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("我的账号");
        await Eventually.Hold(async () =>
        {
            var links = await visit.Page.Locator(".shell__side .nav__link").AllInnerTextsAsync();
            links.Select(link => link.Trim()).Where(Pages.ContainsKey).ShouldBe(mine);
        });
        foreach (var (name, path) in Pages.Where(page => !mine.Contains(page.Key)))
        {
            await visit.GoAsync(path);
            await Assertions.Expect(visit.Heading).ToHaveTextAsync("没有权限");
            visit.Path.ShouldStartWith("/forbidden");
        }

        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_that_leads_nowhere_says_so_and_leads_back()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/no/such/page");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("没有这个页面");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "回到首页" }).ClickAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("中医药数字驾驶舱");
    }

    [Fact]
    public async Task From_the_wall_the_menu_leads_to_the_pages_by_keyboard()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/");
        await visit.Button("功能菜单").PressAsync("Enter");
        await Assertions.Expect(visit.Dialog).ToBeVisibleAsync();
        await visit.Dialog.GetByRole(AriaRole.Link, new() { Name = "执业人员" }).PressAsync("Enter");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("执业人员");
        await Assertions.Expect(visit.Dialog).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_language_changes_everything_and_is_remembered()
    {
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/practitioners");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("执业人员");
        await visit.Button("English").ClickAsync();
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("Practitioners");
        await Assertions.Expect(visit.Page.Locator(".shell__side")).ToContainTextAsync("Institutions and people");
        await visit.GoAsync("/users");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("Users and roles");
        await Assertions.Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await Assertions.Expect(visit.Page).ToHaveTitleAsync("Users and roles · TCM Brain");
    }
}
