using System.Net.Http.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts.Events;
using TcmBrain.HisSimulator.His;
using TcmBrain.Web.Tests.Decoction;
using TcmBrain.Web.Tests.Prescriptions;

namespace TcmBrain.Web.Tests.Delivery;

/// <summary>From the bags to the patient's hand, with the real services: each trade at its own page, the patient at a phone.</summary>
public sealed class DeliveryPageTests(Platform platform, Chrome chrome)
{
    private static readonly (int Width, int Height)[] Screens = [(390, 844), (820, 1180), (1280, 720)];

    [Fact]
    public async Task The_courier_sees_the_door_while_carrying_and_no_longer_and_each_look_is_on_record()
    {
        var (rx, patient) = await CheckedAsync(decoct: false);
        await using var visit = await chrome.VisitAsync(platform, "courier1", "/parcels?state=ready", 390, 844);
        await visit.GoAsync($"/parcels/{rx}");
        await Assertions.Expect(visit.Page.Locator("body")).Not.ToContainTextAsync(patient.Address);
        await visit.Button("交接出库").ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "交接出库" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".head")).ToContainTextAsync("配送中");

        await visit.GoAsync("/deliveries");
        var own = visit.Page.Locator($"[data-parcel='{rx}']");
        await Assertions.Expect(own).ToBeVisibleAsync();
        // Prescriptions has heard who carries it.
        await platform.StillAsync();
        await own.GetByRole(AriaRole.Button, new() { Name = "查看地址和电话" }).ClickAsync();
        await Assertions.Expect(own.Locator("address")).ToBeVisibleAsync();
        await Assertions.Expect(own).ToContainTextAsync(patient.Address);
        await Assertions.Expect(own).ToContainTextAsync("13900007777");
        await ShotAsync(visit, "deliveries", "390");
        var log = await platform.GetAsync("admin1", "/api/prescriptions/identity-access?prescription=" + rx);
        log.GetProperty("items")[0].GetProperty("action").GetString().ShouldBe("deliver");

        await own.GetByRole(AriaRole.Button, new() { Name = "确认送达" }).ClickAsync();
        await visit.Dialog.Locator("select").SelectOptionAsync("family");
        await visit.Dialog.GetByLabel("代收人姓名").FillAsync("李小明");
        await ShotAsync(visit, "deliver-dialog", "390");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "确认送达" }).ClickAsync();
        await Assertions.Expect(own).ToHaveCountAsync(0);
        await visit.GoAsync($"/parcels/{rx}");
        await Assertions.Expect(visit.Page.Locator(".delivery__history")).ToContainTextAsync("送达");
        await Assertions.Expect(visit.Page.Locator("body")).Not.ToContainTextAsync("李小明");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cooled_parcel_shows_its_readings_against_the_limits_and_what_was_outside()
    {
        var (rx, _) = await CheckedAsync(decoct: false);
        using var courier = await platform.AsAsync("courier1");
        var shipped = DateTimeOffset.UtcNow.AddHours(-3);
        using var handed = await courier.PostAsJsonAsync(
            $"/api/decoction/parcels/{rx}/ship",
            new { shippedAt = shipped, coldChain = true }
        );
        handed.IsSuccessStatusCode.ShouldBeTrue(await handed.Content.ReadAsStringAsync());
        using var told = await courier.PostAsJsonAsync(
            $"/api/decoction/parcels/{rx}/readings",
            new
            {
                logger = "T-88",
                readings = Enumerable
                    .Range(0, 30)
                    .Select(i => new
                    {
                        takenAt = shipped.AddMinutes(i * 5),
                        centicelsius = i is >= 12 and < 16 ? 930 + (i * 10) : 450 + (int)(100 * Math.Sin(i / 3.0)),
                    }),
            }
        );
        told.IsSuccessStatusCode.ShouldBeTrue(await told.Content.ReadAsStringAsync());
        await using var visit = await chrome.VisitAsync(platform, "decoction1", $"/parcels/{rx}", 1280, 720);
        await Assertions.Expect(visit.Page.Locator(".chart canvas")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("[data-excursion]")).ToHaveCountAsync(1);
        await Assertions.Expect(visit.Page.Locator("[data-excursion]")).ToContainTextAsync("10.8 ℃");
        await ShotAsync(visit, "cold", "1280", whole: true);
        await visit.Page.EvaluateAsync("localStorage.setItem('tcm.locale', 'en')");
        await visit.Page.SetViewportSizeAsync(390, 844);
        await visit.GoAsync($"/parcels/{rx}");
        await Assertions.Expect(visit.Page.Locator("[data-excursion]")).ToContainTextAsync("4 readings in a row");
        (await visit.SidewaysAsync()).ShouldBeLessThanOrEqualTo(0);
        await ShotAsync(visit, "cold-en", "390", whole: true);
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_patient_needs_no_sign_in_and_sees_where_it_is_and_nobody_who_it_is_for()
    {
        var (rx, patient) = await CheckedAsync(decoct: false);
        var code = await platform.PublicCodeAsync(rx);
        await using var visit = new Visit(await chrome.OpenAsync(390, 844), platform.Address);
        // Where it was grown is the trace's to tell, and looked at there.
        await visit.Context.RouteAsync("**/api/traceability/**", route => route.FulfillAsync(new() { Status = 404, Body = "{}" }));
        await visit.GoAsync("/p/" + code);
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("已包装,等待交付");
        await Assertions.Expect(visit.Page.Locator("main")).ToContainTextAsync("每日1剂,水煎400ml,分早晚两次空腹温服");
        var text = await visit.Page.Locator("body").InnerTextAsync();
        foreach (var secret in new[] { patient.Name, patient.Address, "13900007777", rx.ToString() })
        {
            text.ShouldNotContain(secret);
        }

        (await visit.SidewaysAsync()).ShouldBeLessThanOrEqualTo(0);
        await ShotAsync(visit, "patient", "390", whole: true);
        await visit.GoAsync($"/01/06901234000022/21/0000000000017?c={code}");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("已包装,等待交付");
        await visit.GoAsync("/p/00000000000000000000000000");
        await Assertions.Expect(visit.Heading).ToHaveTextAsync("没有找到这份药");
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_bench_counts_keeps_a_sample_and_prints_and_prints_again_for_a_reason()
    {
        var (rx, _) = await CheckedAsync(decoct: true);
        await DecoctAsync(rx);
        await using var visit = await chrome.VisitAsync(platform, "decoction1", "/packing?check=open");
        await Assertions.Expect(await visit.FindRowAsync(rx.ToString())).ToContainTextAsync("待核对");
        await visit.GoAsync($"/packing/{rx}");
        await visit.Field("measured0").FillAsync("200");
        await visit.Field("measured1").FillAsync("199");
        await ShotAsync(visit, "packing", "1440");
        await visit.Button("确认核对").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".head")).ToContainTextAsync("已核对");
        var first = visit.Page.Locator("[data-label]").First;
        await first.GetByRole(AriaRole.Button, new() { Name = "打印图片" }).ClickAsync();
        await Assertions.Expect(visit.Dialog.GetByRole(AriaRole.Img)).ToBeVisibleAsync();
        await ShotAsync(visit, "label", "1440");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "关闭" }).First.ClickAsync();
        await Assertions.Expect(first).ToContainTextAsync("1 次");
        await first.GetByRole(AriaRole.Button, new() { Name = "补打" }).ClickAsync();
        await visit.Dialog.GetByRole(AriaRole.Textbox).FillAsync("标签破损");
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "补打" }).ClickAsync();
        await Assertions.Expect(visit.Dialog.GetByRole(AriaRole.Img)).ToBeVisibleAsync();
        await visit.Dialog.GetByRole(AriaRole.Button, new() { Name = "关闭" }).First.ClickAsync();
        await Assertions.Expect(first).ToContainTextAsync("2 次");
        await visit.GoAsync("/packing?tab=samples");
        await Assertions.Expect(visit.Page.Locator("[data-row]").First).ToContainTextAsync("留样柜 1-1");
        visit.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("zh-CN", "light")]
    [InlineData("en", "dark")]
    public async Task Every_page_is_free_of_serious_faults_of_accessibility_and_fits_every_screen(string language, string theme)
    {
        var axe = Path.Combine(AppContext.BaseDirectory, "axe.min.js");
        Assert.SkipUnless(File.Exists(axe), "axe-core is not there: npm ci in services/Cockpit/web, then build this project");
        var rules = await File.ReadAllTextAsync(axe, TestContext.Current.CancellationToken);
        var (rx, _) = await CheckedAsync(decoct: false);
        var code = await platform.PublicCodeAsync(rx);
        var found = new List<string>();
        foreach (
            var (user, paths) in new (string, string[])[]
            {
                ("decoction1", ["/packing", "/packing?tab=samples", "/parcels", $"/parcels/{rx}", $"/p/{code}"]),
                ("courier1", ["/deliveries"]),
                ("admin1", ["/notifications"]),
            }
        )
        {
            await using var visit = await chrome.VisitAsync(platform, user, "/password");
            await visit.Context.RouteAsync("**/api/traceability/**", route => route.FulfillAsync(new() { Status = 404, Body = "{}" }));
            await visit.Page.EvaluateAsync(
                "([language, theme]) => { localStorage.setItem('tcm.locale', language); localStorage.setItem('tcm.theme', theme) }",
                new[] { language, theme }
            );
            foreach (var path in paths)
            {
                foreach (var (width, height) in Screens)
                {
                    await visit.Page.SetViewportSizeAsync(width, height);
                    await visit.GoAsync(path);
                    await visit.Page.Locator("h1").First.WaitForAsync();
                    await Assertions.Expect(visit.Page.Locator(".state--loading")).ToHaveCountAsync(0);
                    await ShotAsync(
                        visit,
                        path.Split('?')[0].Trim('/').Replace('/', '-')[..Math.Min(12, path.Split('?')[0].Length - 1)],
                        $"{language}-{width}"
                    );
                    if (await visit.SidewaysAsync() > 0)
                    {
                        found.Add($"{path} is wider than {width}");
                    }
                }

                await visit.Page.EvaluateAsync(rules);
                found.AddRange(
                    await visit.Page.EvaluateAsync<string[]>(
                        "axe.run({ resultTypes: ['violations'] }).then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ' ' + v.nodes[0].html + ' ' + v.nodes[0].failureSummary))"
                    )
                );
            }

            visit.Complaints.ShouldBeEmpty();
        }

        found.ShouldBeEmpty();
    }

    /// <summary>A real patient's prescription, as the pharmacy tells that it is checked.</summary>
    private async Task<(Guid Prescription, (string Name, string Address) Patient)> CheckedAsync(bool decoct)
    {
        using var hospital = await Hospital.OpenAsync(platform);
        (string, string) patient = default;
        var pushed = await hospital.PushAsync(
            Flaw.None,
            p =>
            {
                p.Patient.Phone = "13900007777";
                patient = (p.Patient.Name, p.Delivery.Address);
            }
        );
        var rx = Guid.Parse(pushed.PrescriptionId);
        await platform.TellAsync([
            Kitchen.Checked(900, DateTimeOffset.UtcNow.AddHours(-30)) with
            {
                AggregateId = rx,
                Decoct = decoct,
                HisNumber = pushed.HisNumber,
                Taking = new Taking("每日1剂,水煎400ml,分早晚两次空腹温服", 2, 200),
            },
        ]);
        await Eventually.Be(async () => (await platform.PublicCodeAsync(rx)).Length > 0, "the room has it");
        return (rx, patient);
    }

    private async Task DecoctAsync(Guid rx)
    {
        using var kitchen = new Kitchen(platform);
        await kitchen.SignInAsync();
        var job = await platform.GetAsync("decoction1", $"/api/decoction/prescriptions/{rx}");
        var recipe = job.GetProperty("recipe");
        var at = DateTimeOffset.UtcNow.AddHours(-29);
        foreach (
            var (step, name) in new[] { ("soaking", "soak"), ("first-boil", "firstBoil"), ("second-boil", "secondBoil"), ("packing", "") }
        )
        {
            var minutes = name.Length == 0 ? 5 : recipe.GetProperty(name).GetProperty("target").GetInt32() + (name == "soak" ? 2 : 0);
            await kitchen.StepAsync(
                rx,
                step,
                new
                {
                    // None of those that the kitchen is at work with.
                    vessel = "V58",
                    startedAt = at,
                    finishedAt = at.AddMinutes(minutes),
                    additions = Array.Empty<object>(),
                }
            );
            at = at.AddMinutes(minutes);
        }
    }

    /// <summary>For whoever wants to look at them: TCM_SCREENSHOTS=1.</summary>
    private static async Task ShotAsync(Visit visit, string name, string how, bool whole = false)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", $"delivery-{name}-{how}.png");
            await visit.Page.ScreenshotAsync(new() { Path = file, FullPage = whole });
        }
    }
}
