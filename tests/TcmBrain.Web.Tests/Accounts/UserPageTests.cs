using Microsoft.Playwright;

namespace TcmBrain.Web.Tests.Accounts;

public sealed class UserPageTests(Platform platform, Chrome chrome)
{
    [Fact]
    public async Task A_new_user_gets_a_password_once_changes_it_at_the_first_sign_in_and_can_be_disabled()
    {
        const string name = "web-pharmacist";
        await using var admin = await chrome.VisitAsync(platform, "admin1", "/users/new");
        await admin.Field("name").FillAsync("X");
        await admin.Field("displayName").FillAsync("苏木");
        await admin.Button("新建用户").ClickAsync();
        await Assertions.Expect(admin.FaultOf("name")).ToBeVisibleAsync();
        await Assertions.Expect(admin.FaultOf("roles")).ToBeVisibleAsync();
        await admin.Field("name").FillAsync(name);
        await admin.Field("role-pharmacist").CheckAsync();
        await admin.Button("新建用户").ClickAsync();
        var password = await admin.Dialog.Locator("input").InputValueAsync();
        password.Length.ShouldBeGreaterThan(9);
        await admin.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(admin.Dialog).ToBeVisibleAsync();
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "我已保存好" }).ClickAsync();
        await Assertions.Expect(admin.Heading).ToHaveTextAsync("苏木");
        await Assertions.Expect(admin.Page.Locator(".head")).ToContainTextAsync("待改密码");

        await using var user = new Visit(await chrome.OpenAsync(), platform.Address);
        await user.GoAsync("/");
        await user.Page.GetByLabel("用户名").FillAsync(name);
        await user.Page.GetByLabel("密码").FillAsync(password);
        await user.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(user.Page.Locator(".banner")).ToContainTextAsync("请先修改密码");
        await user.Field("current").FillAsync(password);
        await user.Field("new").FillAsync("shan-yao-fu-ling-7");
        await user.Field("again").FillAsync("shan-yao-fu-ling-8");
        await user.Button("修改密码").ClickAsync();
        await Assertions.Expect(user.FaultOf("again")).ToHaveTextAsync("两次输入不一致");
        await user.Field("again").FillAsync("shan-yao-fu-ling-7");
        await user.Button("修改密码").ClickAsync();
        await Assertions.Expect(user.Page.Locator(".banner")).ToHaveCountAsync(0);
        await user.GoAsync("/password");
        await Assertions.Expect(user.Page.Locator("[data-fact=roles] dd")).ToHaveTextAsync("审方药师");

        await admin.Button("停用").ClickAsync();
        await admin.Dialog.GetByRole(AriaRole.Textbox).FillAsync("离职");
        await admin.Dialog.GetByRole(AriaRole.Button, new() { Name = "停用", Exact = true }).ClickAsync();
        await Assertions.Expect(admin.Page.Locator(".head")).ToContainTextAsync("已停用");
        await Assertions.Expect(admin.Page.Locator(".changes")).ToContainTextAsync("停用");
        admin.Complaints.ShouldBeEmpty();
        user.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Roles_are_changed_and_only_those_that_may_be_given_are_offered()
    {
        await using var visit = await chrome.VisitAsync(platform, "admin1", "/users/prescriber1");
        await Assertions.Expect(visit.Field("role-prescriber")).ToBeCheckedAsync();
        await Assertions.Expect(visit.Field("role-operator")).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Field("role-regulator")).ToHaveCountAsync(0);
        await visit.Field("role-courier").CheckAsync();
        await visit.Button("保存").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-fact=roles] dd")).ToHaveTextAsync("处方医师、配送员");
        var stored = await platform.GetAsync("admin1", "/api/institutions/users/prescriber1");
        stored
            .GetProperty("roles")
            .EnumerateArray()
            .Select(role => role.GetString())
            .ShouldBe(["prescriber", "courier"], ignoreOrder: true);
    }
}
