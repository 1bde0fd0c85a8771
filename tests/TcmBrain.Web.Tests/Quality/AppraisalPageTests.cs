using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using TcmBrain.HisSimulator.His;
using TcmBrain.Web.Tests.Prescriptions;

namespace TcmBrain.Web.Tests.Quality;

/// <summary>处方点评: a plan, a draw, verdicts by keyboard, the hospital's answers, a second review, the arbiter, the results and their publication.</summary>
public sealed class AppraisalPageTests(Platform platform, Chrome chrome)
{
    private const string Path = "/api/quality/reviews";

    [Fact]
    public async Task From_the_plan_to_the_publication()
    {
        // What is pushed is of the month that is drawn from.
        await RegionDay.NotEndingAsync(TimeSpan.FromMinutes(8));
        using var hospital = await Hospital.OpenAsync(platform);
        await hospital.ClearAsync();
        var sound = await hospital.PushAsync(Flaw.None);
        var pair = await hospital.PushAsync();
        await hospital.SignAsync(pair, "辨证需要");
        using var pharmacistElsewhere = await hospital.OtherPharmacistAsync();
        (
            await pharmacistElsewhere.PostAsJsonAsync(
                $"/api/prescriptions/{pair.PrescriptionId}/decision",
                new { decision = "approve", reason = "双签已核" }
            )
        ).EnsureSuccessStatusCode();

        // A plan is written on its page; less than the regulation asks for is refused at its field.
        await using var quality = await chrome.VisitAsync(platform, "quality1", "/sampling");
        await quality.Button("新方案").ClickAsync();
        await quality.Field("nameZh").FillAsync("门急诊饮片处方常规点评");
        await quality.Field("nameEn").FillAsync("Routine review of outpatients");
        await quality.Field("sharePermyriad").FillAsync("40");
        await quality.Field("reason").FillAsync("年度点评计划");
        await quality.Button("保存").ClickAsync();
        await Assertions.Expect(quality.FaultOf("sharePermyriad")).ToContainTextAsync("低于规定");
        await ShotAsync(quality, "plan");
        // All of them: whatever else was pushed here, these two are drawn.
        await quality.Field("sharePermyriad").FillAsync("10000");
        await quality.Button("保存").ClickAsync();
        var plan = quality.Page.Locator("tr[data-plan]").Filter(new() { HasText = "门急诊饮片处方常规点评" });
        await Assertions.Expect(plan).ToContainTextAsync("100 %");

        // Both are in the register once quality has heard of them: of all that was found in them, too.
        await platform.StillAsync();
        using var reviewer = await platform.AsAsync("quality1");
        await Eventually.Hold(async () =>
            await DrawAsync(reviewer, await plan.GetAttributeAsync("data-plan") ?? "", sound.PrescriptionId, pair.PrescriptionId)
        );
        await quality.GoAsync("/sampling");
        await Assertions.Expect(quality.Page.Locator("tbody a").First).ToBeVisibleAsync();
        await ShotAsync(quality, "sampling");
        await quality.Page.Locator("tbody a").First.ClickAsync();
        await Assertions.Expect(quality.Page.Locator("main")).ToContainTextAsync("重做结果一致，符合规定");
        await ShotAsync(quality, "run");

        // By keyboard: what is sound is rational.
        await quality.GoAsync($"/appraisals/{sound.PrescriptionId}");
        await quality.Button("领取").ClickAsync();
        await Assertions.Expect(quality.Page.Locator("[data-code='1-1']").First).ToBeVisibleAsync();
        var undecided = await quality.Page.Locator("[data-decide]").CountAsync();
        for (var i = 0; i < undecided; i++)
        {
            var decide = quality.Page.Locator("[data-decide]").Nth(i);
            await decide.GetByRole(AriaRole.Button, new() { Name = "排除" }).ClickAsync();
            await decide.Locator("input").FillAsync("剂量有据");
        }

        await quality.Heading.ClickAsync();
        await quality.Page.Keyboard.PressAsync("y");
        await ShotAsync(quality, "verdict-rational");
        await quality.Page.Keyboard.PressAsync("Enter");
        await quality.ToldAsync("已办结");

        // The pair is confirmed; the hospital disputes it.
        await quality.GoAsync($"/appraisals/{pair.PrescriptionId}");
        await quality.Button("领取").ClickAsync();
        await Assertions.Expect(quality.Page.Locator("[data-decide='2-8']")).ToBeVisibleAsync();
        foreach (var decide in await quality.Page.Locator("[data-decide]").AllAsync())
        {
            await decide.GetByRole(AriaRole.Button, new() { Name = "成立" }).ClickAsync();
        }

        await ShotAsync(quality, "verdict");
        await quality.Page.EvaluateAsync("localStorage.setItem('tcm.locale', 'en')");
        await quality.Heading.ClickAsync();
        await quality.Page.Keyboard.PressAsync("Enter");
        await quality.ToldAsync("待机构反馈");

        await using var pharmacist = await chrome.VisitAsync(platform, "pharmacist1", "/appraisal-feedback");
        await Assertions.Expect(pharmacist.Row(pair.PrescriptionId)).ToContainTextAsync("2-8");
        await ShotAsync(pharmacist, "feedback");
        await pharmacist.GoAsync($"/appraisals/{pair.PrescriptionId}");
        await Assertions.Expect(pharmacist.Page.Locator("main")).Not.ToContainTextAsync("质控员");
        await pharmacist.Button("提出异议").ClickAsync();
        await pharmacist.Dialog.Locator("textarea").FillAsync("相反相成,有经典依据");
        await pharmacist.Dialog.GetByRole(AriaRole.Button, new() { Name = "提出异议" }).ClickAsync();
        await Assertions.Expect(pharmacist.Page.Locator("h1 ~ .tag").First).ToHaveTextAsync("待复评");
        await ShotAsync(pharmacist, "disputed");

        // Another reviewer differs, the arbiter decides.
        using var second = await platform.AsAsync("quality2");
        await JudgeAsync(second, pair.PrescriptionId, 2, rational: true);
        await using var arbiter = await chrome.VisitAsync(platform, "regulator1", "/appraisals?state=waiting");
        await Assertions.Expect(await arbiter.FindRowAsync(pair.PrescriptionId)).ToContainTextAsync("待仲裁");
        await ShotAsync(arbiter, "queue");
        using var authority = await platform.AsAsync("regulator1");
        await JudgeAsync(authority, pair.PrescriptionId, 3, rational: false);
        await arbiter.GoAsync($"/appraisals/{pair.PrescriptionId}");
        await Assertions.Expect(arbiter.Page.Locator("[data-round]")).ToHaveCountAsync(3);
        await ShotAsync(arbiter, "concluded");

        // Results: the number of irrational ones leads to them.
        await quality.GoAsync("/appraisal-results");
        var row = quality.Page.Locator($"tr[data-key='{TcmBrain.Contracts.Demo.DemoRegion.Hospitals[0].Code}']");
        await Assertions.Expect(row).ToBeVisibleAsync();
        await ShotAsync(quality, "results-en");
        await row.Locator("td").Nth(3).Locator("a").ClickAsync();
        await Assertions.Expect(quality.Row(pair.PrescriptionId)).ToBeVisibleAsync();
        await Assertions.Expect(quality.Row(sound.PrescriptionId)).ToHaveCountAsync(0);
        await quality.Page.EvaluateAsync("localStorage.setItem('tcm.locale', 'zh-CN')");
        await quality.GoAsync("/appraisal-results?by=code");
        await Assertions.Expect(quality.Page.Locator("tr[data-key='2-8']")).ToBeVisibleAsync();
        await ShotAsync(quality, "results");

        await ConcludeRestAsync(reviewer);
        await quality.GoAsync("/appraisal-publications");
        await quality.Button("公示月度结果").ClickAsync();
        await quality.Field("planId").SelectOptionAsync(await PlanAsync(reviewer));
        await quality.Button("公示").ClickAsync();
        await Assertions.Expect(quality.Page.Locator("main")).ToContainTextAsync("摘要相符");
        await ShotAsync(quality, "publication");
        await quality.GoAsync("/appraisals?state=concluded");
        await Assertions.Expect(await quality.FindRowAsync(pair.PrescriptionId)).ToBeVisibleAsync();
        await ShotAsync(quality, "queue-concluded");
        foreach (var visit in new[] { quality, pharmacist, arbiter })
        {
            visit.Complaints.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("dispenser1")]
    [InlineData("courier1")]
    public async Task Who_has_nothing_to_do_with_reviews_does_not_reach_them(string user)
    {
        await using var visit = await chrome.VisitAsync(platform, user, "/appraisals");
        await Assertions.Expect(visit.Heading).ToContainTextAsync("没有权限");
    }

    private static async Task DrawAsync(HttpClient reviewer, string plan, params string[] prescriptions)
    {
        var month = DateTimeOffset
            .UtcNow.ToOffset(TimeSpan.FromHours(8))
            .ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        var run = await reviewer.PutAsJsonAsync($"{Path}/runs/{Guid.CreateVersion7()}", new { planId = plan, month });
        foreach (var prescription in prescriptions)
        {
            var review = await reviewer.GetAsync($"{Path}/{prescription}");
            review.IsSuccessStatusCode.ShouldBeTrue(
                $"{prescription} is not drawn: {await review.Content.ReadAsStringAsync()} {await run.Content.ReadAsStringAsync()}"
            );
        }
    }

    private static async Task JudgeAsync(HttpClient judge, string prescription, int round, bool rational)
    {
        var detail = await judge.GetFromJsonAsync<JsonElement>($"{Path}/{prescription}");
        var decided = detail
            .GetProperty("suggested")
            .EnumerateArray()
            .Where(s => s.GetProperty("mustBeDecided").GetBoolean())
            .Select(s => s.GetProperty("code").GetString())
            .Distinct()
            .Select(code => new { code, comment = "复核" })
            .ToArray();
        object body = rational
            ? new
            {
                round,
                rational,
                dismissed = decided,
            }
            : new
            {
                round,
                rational,
                codes = decided,
            };
        using var answer = await judge.PostAsJsonAsync($"{Path}/{prescription}/verdict", body);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>What other tests have pushed and this draw has taken.</summary>
    private static async Task ConcludeRestAsync(HttpClient reviewer)
    {
        while (true)
        {
            var open = (await reviewer.GetFromJsonAsync<JsonElement>($"{Path}?state=open&limit=500")).GetProperty("items");
            if (open.GetArrayLength() == 0)
            {
                return;
            }

            foreach (var item in open.EnumerateArray())
            {
                await JudgeAsync(reviewer, item.GetProperty("prescriptionId").GetString()!, 1, rational: true);
            }
        }
    }

    private static async Task<string> PlanAsync(HttpClient reviewer) =>
        (await reviewer.GetFromJsonAsync<JsonElement>($"{Path}/plans"))
            .GetProperty("items")
            .EnumerateArray()
            .First(p => p.GetProperty("nameZh").GetString() == "门急诊饮片处方常规点评")
            .GetProperty("planId")
            .GetString()!;

    /// <summary>For whoever wants to look at them: TCM_SCREENSHOTS=1.</summary>
    private static async Task ShotAsync(Visit visit, string name)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"appraisal-{name}.png");
            await visit.Page.ScreenshotAsync(new() { Path = file, FullPage = true });
        }
    }
}
