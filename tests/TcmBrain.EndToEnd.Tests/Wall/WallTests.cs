using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts;
using TcmBrain.Contracts.Prescriptions.V1;

namespace TcmBrain.EndToEnd.Tests.Wall;

/// <summary>The cockpit's page (数字驾驶舱) in a real browser, through the gateway, signed in as a person.</summary>
public sealed class WallTests(Region region)
{
    private static readonly string[] Browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private const float Patience = 120_000;

    [Fact]
    public async Task A_regulator_signs_in_and_sees_the_regions_numbers_move()
    {
        var chromium = Array.Find(Browsers, File.Exists);
        Assert.SkipWhen(chromium is null, "No Chromium on this machine: apt-get install chromium fonts-noto-cjk");
        (await region.DemoAsync()).ExitCode.ShouldBe(0);
        await RegionDay.NotEndingAsync();

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = chromium,
                Timeout = Patience,
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-extensions",
                    "--disable-background-networking",
                ],
            }
        );
        await using var context = await browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = 1920, Height = 1080 },
                Locale = "zh-CN",
            }
        );
        context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        var page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            // The first question, who is signed in, is answered 401 before anybody is.
            if (message.Type == "error" && !message.Text.Contains("401", StringComparison.Ordinal))
            {
                complaints.Add(message.Text);
            }
        };

        await page.GotoAsync(region.Platform.Http.ToString());
        await page.GetByLabel("用户名").FillAsync("regulator1");
        await page.GetByLabel("密码").FillAsync("dev-only-regulator1");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".connection")).ToHaveTextAsync("实时");
        var cookie = (await context.CookiesAsync()).Single(c => c.Name == "tcm_session");
        cookie.HttpOnly.ShouldBeTrue();
        cookie.SameSite.ShouldBe(SameSiteAttribute.Strict);

        // Nothing that was pushed before is counted late.
        await Stillness.ComeAsync(region.Platform.Database);
        using var api = await region.HttpAsync("regulator-1");
        await AgreesAsync(api, page);
        var before = await NumberAsync(page, "received");
        // A day that has begun since has none of the demo's.
        before.ShouldBeGreaterThan(RegionTime.DayOf(DateTimeOffset.UtcNow) == region.Day ? 20 : -1);
        await Assertions.Expect(page.Locator(".ticker__list li").First).ToBeVisibleAsync();
        var newest = await NewestAsync(page);

        const int more = 12;
        using var channel = region.Channel();
        var service = new PrescriptionService.PrescriptionServiceClient(channel);
        var headers = await region.HeadersAsync("his-1");
        for (var i = 0; i < more; i++)
        {
            await service.PushAsync(
                new PushRequest { Prescription = region.NewPrescription($"WALL-{Guid.NewGuid():N}") },
                headers,
                DateTime.UtcNow.AddMinutes(2)
            );
        }

        var moved = (before + more).ToString("#,0", CultureInfo.InvariantCulture);
        await Assertions.Expect(Value(page, "received")).ToHaveTextAsync(moved);
        await AgreesAsync(api, page);
        await Eventually.Hold(async () => (await NewestAsync(page)).ShouldBeGreaterThan(newest, "the last events came by themselves"));

        var shots = Directory.CreateDirectory(RepositoryRoot.Combine("artifacts", "screenshots")).FullName;
        // The chart's lines have been drawn to their end.
        await page.EvaluateAsync("new Promise(done => setTimeout(() => requestAnimationFrame(done), 600))");
        var picture = await page.ScreenshotAsync(new() { Path = Path.Combine(shots, "cockpit-1920x1080.png") });
        picture.Length.ShouldBeGreaterThan(50_000);
        complaints.ShouldBeEmpty();
    }

    /// <summary>Every headline number is what the API answers at that moment.</summary>
    private static Task AgreesAsync(HttpClient api, IPage page) =>
        Eventually.Hold(async () =>
        {
            using var summary = JsonDocument.Parse(await api.GetStringAsync("/api/cockpit/summary"));
            var totals = summary.RootElement.GetProperty("totals");
            foreach (var metric in (string[])["received", "intercepted", "dispensed", "delivered"])
            {
                (await NumberAsync(page, metric)).ShouldBe(totals.TryGetProperty(metric, out var n) ? n.GetInt64() : 0, metric);
            }
        });

    private static ILocator Value(IPage page, string metric) => page.Locator($"[data-metric={metric}] .headline__value");

    private static async Task<long> NumberAsync(IPage page, string metric) =>
        long.Parse(await Value(page, metric).InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static async Task<long> NewestAsync(IPage page) =>
        await page.Locator(".ticker__list li").EvaluateAllAsync<long>("items => Math.max(...items.map(i => Number(i.dataset.id)))");
}
