using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TcmBrain.Web.Tests.Shell;

public sealed class SignInTests(Platform platform, Chrome chrome)
{
    [Fact]
    public async Task Who_has_not_signed_in_is_asked_to_and_then_comes_where_they_wanted_to_go()
    {
        await using var visit = new Visit(await chrome.OpenAsync(), platform.Address);
        await visit.GoAsync("/institutions?kind=pharmacy");
        await Assertions.Expect(visit.Page.GetByLabel("用户名")).ToBeFocusedAsync();
        await visit.Page.GetByLabel("用户名").FillAsync("regulator1");
        await visit.Page.GetByLabel("密码").FillAsync("not-the-password");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("密码");
        await visit.Page.GetByLabel("密码").FillAsync("dev-only-regulator1");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("机构名册");
        visit.Path.ShouldBe("/institutions?kind=pharmacy");
        await Assertions.Expect(visit.Page.Locator("[data-row]").First).ToContainTextAsync("共享中药房");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_that_ended_leads_to_the_sign_in_says_why_and_back()
    {
        await using var visit = await chrome.VisitAsync(platform, "operator1", "/users");
        await Assertions.Expect(visit.Row("courier1")).ToBeVisibleAsync();
        await visit.Context.ClearCookiesAsync();
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "机构名册" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("登录已过期，请重新登录。");
        await visit.Page.GetByLabel("用户名").FillAsync("operator1");
        await visit.Page.GetByLabel("密码").FillAsync("dev-only-operator1");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("机构名册");
    }

    [Fact]
    public async Task Nobody_is_sent_to_another_site_after_the_sign_in()
    {
        await using var visit = new Visit(await chrome.OpenAsync(), platform.Address);
        await visit.GoAsync("/sign-in?next=//example.org/");
        await visit.Page.GetByLabel("用户名").FillAsync("regulator1");
        await visit.Page.GetByLabel("密码").FillAsync("dev-only-regulator1");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("中医药数字驾驶舱");
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex("^" + Regex.Escape(platform.Address.ToString()) + "$"));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_the_next_one_at_this_desk()
    {
        await using var visit = await chrome.VisitAsync(platform, "operator1", "/users");
        await visit.Button("退出").ClickAsync();
        await Assertions.Expect(visit.Page.GetByLabel("密码")).ToBeVisibleAsync();
        await visit.GoAsync("/users");
        await Assertions.Expect(visit.Page.GetByLabel("密码")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_lost_network_is_told_and_the_page_stays()
    {
        await using var visit = await chrome.VisitAsync(platform, "operator1", "/users");
        await Assertions.Expect(visit.Row("courier1")).ToBeVisibleAsync();
        await visit.Context.SetOfflineAsync(true);
        await Assertions.Expect(visit.Page.Locator(".notices__bar--offline")).ToContainTextAsync("网络已断开");
        await Assertions.Expect(visit.Row("courier1")).ToBeVisibleAsync();
        await visit.Context.SetOfflineAsync(false);
        await Assertions.Expect(visit.Page.Locator(".notices__bar--offline")).ToHaveCountAsync(0);
    }
}
