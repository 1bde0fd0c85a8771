using System.Net;
using Microsoft.Playwright;
using TcmBrain.Contracts.Prescriptions.V1;
using TcmBrain.HisSimulator.His;

namespace TcmBrain.Web.Tests.Prescriptions;

/// <summary>The pharmacist's desk (审方): what waits, whose it is, what is decided.</summary>
public sealed class ReviewPageTests(Platform platform, Chrome chrome)
{
    private const string User = "pharmacist1";

    [Fact]
    public async Task The_queue_has_the_urgent_first_then_the_longest_waiting_and_what_comes_appears_by_itself()
    {
        using var hospital = await Hospital.OpenAsync(platform);
        await hospital.ClearAsync();
        var first = await hospital.PushAsync();
        var second = await hospital.PushAsync(Flaw.NineteenMutualFear);
        var urgent = await hospital.PushAsync(Flaw.OverDose, p => p.Urgent = true);
        await using var visit = await chrome.VisitAsync(platform, User, "/");
        // It is where a pharmacist starts from the sign-in, and it stands in the navigation.
        await visit.GoAsync("/review");
        await Assertions.Expect(Entries(visit)).ToHaveCountAsync(3);
        await Eventually.Hold(async () =>
            (await OrderAsync(visit)).ShouldBe([urgent.PrescriptionId, first.PrescriptionId, second.PrescriptionId])
        );
        await Assertions.Expect(Entry(visit, urgent)).ToContainTextAsync("急煎");
        await Assertions.Expect(Entry(visit, first)).ToContainTextAsync("**");

        var later = await hospital.PushAsync(Flaw.MissingHandling, p => p.Urgent = true);
        await Assertions.Expect(Entry(visit, later)).ToBeVisibleAsync();
        await Eventually.Hold(async () => (await OrderAsync(visit))[..2].ShouldBe([urgent.PrescriptionId, later.PrescriptionId]));
        await Assertions.Expect(visit.Page.Locator(".review__new")).ToHaveTextAsync("新到 1 张处方");
        await Assertions.Expect(visit.Page).ToHaveTitleAsync("（4）审方");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task By_keyboard_alone_one_is_returned_with_a_ready_made_reason_answered_and_approved()
    {
        using var hospital = await Hospital.OpenAsync(platform);
        await hospital.ClearAsync();
        var pushed = await hospital.PushAsync(change: p =>
        {
            p.Urgent = true;
            p.Lines[0].Origin = "四川";
            p.Lines[0].Footnote = "打碎";
        });
        var next = await hospital.PushAsync();
        var written = (await hospital.ViewAsync(pushed)).Prescription;
        await using var visit = await chrome.VisitAsync(platform, User, "/review");
        await Assertions.Expect(Entries(visit)).ToHaveCountAsync(2);

        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Claim(visit, "mine")).ToContainTextAsync("已领审");
        var sheet = visit.Page.Locator(".sheet");
        var lines = sheet.Locator(".piece");
        await Assertions.Expect(lines).ToHaveCountAsync(written.Lines.Count);
        for (var i = 0; i < written.Lines.Count; i++)
        {
            await Assertions.Expect(lines.Nth(i)).ToContainTextAsync(written.Lines[i].Name);
            await Assertions.Expect(lines.Nth(i)).ToContainTextAsync($"{written.Lines[i].MilligramsPerDose / 1000m:0.###}g");
        }

        // The demanded origin stands before the name, the footnote above and to the right of it.
        (await lines.First.Locator(".piece__name").InnerTextAsync()).ShouldBe("四川 " + written.Lines[0].Name);
        await Assertions.Expect(lines.First.Locator("sup")).ToContainTextAsync("打碎");
        var name = (await lines.First.Locator(".piece__name").BoundingBoxAsync())!;
        var note = (await lines.First.Locator("sup").BoundingBoxAsync())!;
        (note.Y + (note.Height / 2)).ShouldBeLessThan(name.Y + (name.Height / 2));
        note.X.ShouldBeGreaterThan(name.X + (name.Width / 2));
        await Assertions.Expect(sheet).ToContainTextAsync("钱江示范中医院");
        await Assertions.Expect(sheet).ToContainTextAsync(written.Patient.Name);
        (await visit.Page.Locator("body").InnerTextAsync()).ShouldNotContain(written.Patient.Phone);

        // The finding with its source, marked by its number at both its lines.
        var finding = visit.Page.Locator("[data-finding='incompatible.18fan']").First;
        await Assertions.Expect(finding).ToContainTextAsync("《中国药典》");
        var grave = (await hospital.ViewAsync(pushed)).Audit.Findings.Where(f => f.Severity == Severity.DoubleSign);
        var involved = grave.SelectMany(f => f.LineNumbers).Distinct().Count();
        await Assertions.Expect(sheet.Locator(".piece--double-sign")).ToHaveCountAsync(involved);

        // Into the lines, along them, and back.
        await visit.Page.Keyboard.PressAsync("l");
        await Assertions.Expect(sheet.Locator(".piece:focus")).ToHaveCountAsync(1);
        await Assertions.Expect(finding).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("finding--shown"));
        await visit.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(lines.First).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(lines.Nth(1)).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Entry(visit, pushed)).ToBeFocusedAsync();

        // Without the second signature it cannot be approved; it is returned.
        await visit.Page.Keyboard.PressAsync("a");
        await Assertions.Expect(visit.Dialog).ToHaveCountAsync(0);
        await Assertions.Expect(visit.Page.Locator(".desk__why")).ToContainTextAsync("双签");
        await visit.Page.Keyboard.PressAsync("r");
        await Assertions.Expect(visit.Dialog).ToContainTextAsync("退回医师");
        await visit.Page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(visit.Dialog).ToContainTextAsync("请填写原因");
        await visit.Page.Keyboard.PressAsync("Shift+Tab");
        await visit.Page.Keyboard.PressAsync("1");
        await visit.Page.Keyboard.PressAsync("Control+Enter");
        await visit.ToldAsync("已退回医师");
        (await hospital.ViewAsync(pushed)).ReviewReturn.Reason.ShouldStartWith("存在配伍禁忌");

        // On with the next; the returned one waits for its prescriber.
        await Assertions.Expect(Entry(visit, next)).ToHaveAttributeAsync("aria-current", "true");
        await Assertions.Expect(Claim(visit, "mine")).ToBeVisibleAsync();
        await Assertions.Expect(Entry(visit, pushed)).ToHaveCountAsync(0);
        await hospital.SignAsync(pushed, "相反相成，已告知患者");
        await Assertions.Expect(Entry(visit, pushed)).ToContainTextAsync("医师已答复");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Page.Locator(".desk")).ToHaveCountAsync(0);
        await visit.Page.Keyboard.PressAsync("k");
        await Assertions.Expect(Entry(visit, pushed)).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Claim(visit, "mine")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("[data-talk='answer']")).ToContainTextAsync("相反相成");
        await Assertions.Expect(sheet.Locator(".piece__seal")).ToHaveCountAsync(involved);
        await visit.Page.Keyboard.PressAsync("a");
        await Assertions.Expect(visit.Dialog).ToContainTextAsync("通过处方");
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.ToldAsync("已通过");
        var view = await hospital.ViewAsync(pushed);
        view.State.ShouldBe(State.Approved);
        view.History.First(step => step.State == State.Approved).Actor.ShouldBe("章子衡");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_another_pharmacist_has_in_hand_is_shown_as_such_and_left_alone_until_it_is_free()
    {
        using var hospital = await Hospital.OpenAsync(platform);
        await hospital.ClearAsync();
        var pushed = await hospital.PushAsync();
        using var other = await hospital.OtherPharmacistAsync();
        (await PostAsync(other, pushed, "claim")).ShouldBe(HttpStatusCode.OK);

        await using var visit = await chrome.VisitAsync(platform, User, "/review");
        await Assertions.Expect(Entry(visit, pushed)).ToContainTextAsync("审核中");
        await Entry(visit, pushed).ClickAsync();
        await Assertions.Expect(Claim(visit, "other")).ToContainTextAsync("领取");
        await Assertions.Expect(visit.Button("通过")).ToBeDisabledAsync();
        await visit.Page.Keyboard.PressAsync("r");
        await Assertions.Expect(visit.Dialog).ToHaveCountAsync(0);

        (await PostAsync(other, pushed, "release")).ShouldBe(HttpStatusCode.NoContent);
        await Assertions.Expect(Claim(visit, "other")).ToContainTextAsync("已可领取");
        await visit.Button("领审").ClickAsync();
        await Assertions.Expect(Claim(visit, "mine")).ToBeVisibleAsync();
        (await PostAsync(other, pushed, "claim")).ShouldBe(HttpStatusCode.Conflict);

        // Who leaves gives it back.
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "完整处方" }).ClickAsync();
        await Assertions.Expect(visit.Heading).ToContainTextAsync(pushed.HisNumber);
        await Eventually.Be(async () => await PostAsync(other, pushed, "claim") == HttpStatusCode.OK, "the claim is given back");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_claim_that_nobody_renews_lapses_and_says_so_and_can_be_taken_again()
    {
        using var hospital = await Hospital.OpenAsync(platform);
        await hospital.ClearAsync();
        var pushed = await hospital.PushAsync();
        await using var visit = await chrome.VisitAsync(platform, User, "/");
        await visit.Page.Clock.InstallAsync();
        await visit.GoAsync("/review?id=" + pushed.PrescriptionId);
        await Assertions.Expect(Claim(visit, "mine")).ToBeVisibleAsync();
        // An answer would say the server's time, which has not gone on.
        var lapsed = new TaskCompletionSource();
        await visit.Page.RouteAsync(
            "**/api/**",
            async route =>
            {
                await lapsed.Task;
                await route.ContinueAsync();
            }
        );
        await visit.Page.Clock.FastForwardAsync("05:30");
        await Assertions.Expect(Claim(visit, "lapsed")).ToContainTextAsync("领审已失效");
        lapsed.SetResult();
        await Assertions.Expect(visit.Button("退回医师")).ToBeDisabledAsync();
        await visit.Page.Keyboard.PressAsync("c");
        await Assertions.Expect(Claim(visit, "mine")).ToBeVisibleAsync();
        await visit.Page.UnrouteAllAsync(new() { Behavior = UnrouteBehavior.IgnoreErrors });
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_is_withdrawn_while_it_is_read_says_so()
    {
        using var hospital = await Hospital.OpenAsync(platform);
        await hospital.ClearAsync();
        var pushed = await hospital.PushAsync();
        await using var visit = await chrome.VisitAsync(platform, User, "/review?id=" + pushed.PrescriptionId);
        await Assertions.Expect(Claim(visit, "mine")).ToBeVisibleAsync();
        await hospital.ClearAsync();
        await Assertions.Expect(Claim(visit, "decided")).ToContainTextAsync("已撤销");
        await Assertions.Expect(visit.Button("退回医师")).ToBeDisabledAsync();
        await Assertions.Expect(visit.Page.Locator(".review__queue")).ToContainTextAsync("没有待审核的处方");
        visit.Complaints.ShouldBeEmpty();
    }

    private static ILocator Entries(Visit visit) => visit.Page.Locator(".entry");

    private static ILocator Entry(Visit visit, PushReply pushed) => visit.Page.Locator($".entry[data-id='{pushed.PrescriptionId}']");

    private static ILocator Claim(Visit visit, string kind) => visit.Page.Locator($"[data-claim='{kind}']");

    private static async Task<string[]> OrderAsync(Visit visit) =>
        await Entries(visit).EvaluateAllAsync<string[]>("all => all.map(one => one.dataset.id)");

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, PushReply pushed, string action)
    {
        using var answer = await client.PostAsync($"/api/prescriptions/{pushed.PrescriptionId}/{action}", content: null);
        return answer.StatusCode;
    }
}
