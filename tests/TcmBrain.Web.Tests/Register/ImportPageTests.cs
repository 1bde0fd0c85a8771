using System.Text;
using Microsoft.Playwright;

namespace TcmBrain.Web.Tests.Register;

public sealed class ImportPageTests(Platform platform, Chrome chrome)
{
    [Fact]
    public async Task A_file_is_looked_at_row_by_row_before_what_is_right_in_it_is_taken_in()
    {
        var (good, other) = (InstitutionPageTests.NewCode(11), InstitutionPageTests.NewCode(12));
        var file = $"""
            统一社会信用代码,机构名称,英文名称,机构类别,行政区划代码
            {good},导入示范诊所,Imported Demo Clinic,clinic,330106
            {other[..17]}?,错码诊所,Wrong Code Clinic,clinic,330106
            {other},,Nameless Clinic,clinic,999999
            """;
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/import");
        await Assertions.Expect(visit.Button("预览")).ToBeDisabledAsync();
        await visit
            .Page.Locator("input[type=file]")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "clinics.csv",
                    MimeType = "text/csv",
                    Buffer = Encoding.UTF8.GetBytes(file),
                }
            );
        await visit.Button("预览").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[data-figure=refused] dd")).ToHaveTextAsync("2");
        await Assertions.Expect(visit.Page.Locator("[data-fault='3']")).ToContainTextAsync("校验码");
        await Assertions.Expect(visit.Page.Locator("[data-fault='4']")).ToHaveCountAsync(2);
        // Nothing is taken in when all rows are wanted, and nothing was by looking.
        await Assertions.Expect(visit.Page.GetByText("没有可以导入的行")).ToBeVisibleAsync();
        var found = await platform.GetAsync("regulator1", "/api/institutions?search=导入示范诊所");
        found.GetProperty("items").GetArrayLength().ShouldBe(0);

        await visit.Field("mode").SelectOptionAsync("valid");
        await visit.Button("导入 1 行").ClickAsync();
        await visit.ToldAsync("已导入 1 行");
        await Assertions.Expect(visit.Page.Locator("[data-figure=applied] dd")).ToHaveTextAsync("1");
        found = await platform.GetAsync("regulator1", "/api/institutions?search=导入示范诊所");
        found.GetProperty("items")[0].GetProperty("code").GetString().ShouldBe(good);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_none_is_refused_in_words()
    {
        await using var visit = await chrome.VisitAsync(platform, "admin1", "/import");
        await visit
            .Page.Locator("input[type=file]")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "none.csv",
                    MimeType = "text/csv",
                    Buffer = "a,b\n1,2\n"u8.ToArray(),
                }
            );
        await visit.Button("预览").ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("列");
    }
}
