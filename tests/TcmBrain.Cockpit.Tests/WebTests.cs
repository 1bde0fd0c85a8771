using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using TcmBrain.Exchange.Inbox;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>The page in a real browser against the real service.</summary>
public sealed class WebTests(Servers servers, Browser browser)
{
    [Fact]
    public async Task The_page_shows_the_numbers_of_the_API_and_they_move_when_events_come()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(41);
        await Fold.TakeInAsync(host.Database, [.. region.Institutions(), .. region.Day(420)]);
        await using var context = await OpenAsync(host, 1920, 1080, CockpitHost.Regulator("330000"));
        var page = await ShowAsync(host, context, out var complaints);
        await AgreesAsync(host, page, CockpitHost.Regulator("330000"));
        await Assertions.Expect(page.Locator(".connection")).ToHaveTextAsync("实时");
        await Assertions.Expect(page.Locator(".ticker__list li").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".herbs li")).ToHaveCountAsync(8);
        await Assertions.Expect(page.Locator(".places")).ToContainTextAsync("义乌市中医医院");

        var before = await NumberAsync(page, "received");
        List<TakenEvent> more = [.. Enumerable.Range(0, 25).SelectMany(i => region.Prescription(hospital: i % 3))];
        await host.Publisher.TellAsync(more);
        await Assertions.Expect(Value(page, "received")).ToHaveTextAsync(Text(before + 25));
        await AgreesAsync(host, page, CockpitHost.Regulator("330000"));
        // Nobody but the institution itself is shown a hospital's prescription number.
        (await page.Locator(".ticker").InnerTextAsync()).ShouldNotContain("CF0");
        await ShotAsync(page, "1920x1080-dark");

        await page.GetByTitle("切换为浅色").ClickAsync();
        await ShotAsync(page, "1920x1080-light");

        // What moves (the flows of the map) stands still for whoever asks for less motion.
        await page.EvaluateAsync("document.body.insertAdjacentHTML('beforeend', '<svg id=moving><path class=bow d=\"M0 0L9 9\" /></svg>')");
        const string Moving = "document.getAnimations().filter(a => a.playState === 'running').length";
        await Eventually.Hold(async () => (await page.EvaluateAsync<int>(Moving)).ShouldBeGreaterThan(0));
        await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await Eventually.Hold(async () => (await page.EvaluateAsync<int>(Moving)).ShouldBe(0));
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_fits_every_screen_without_scrolling_sideways()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(42);
        // More alarms than a panel has room for. They tell a centre only, and count in its region.
        const int alarms = 20;
        await Fold.TakeInAsync(
            host.Database,
            [.. region.Institutions(), .. region.Day(300), .. Enumerable.Range(0, alarms).Select(_ => Region.Taken(Region.Nonconformity()))]
        );
        foreach (var (width, height) in Screens)
        {
            await using var context = await OpenAsync(host, width, height, CockpitHost.Regulator("330100"));
            var page = await ShowAsync(host, context, out var complaints);
            await AgreesAsync(host, page, CockpitHost.Regulator("330100"));
            await Assertions.Expect(page.Locator(".herbs li").First).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator(".ticker__list li").First).ToBeVisibleAsync();
            await Assertions.Expect(Value(page, "alarms")).ToHaveTextAsync(Text(alarms));
            await Assertions.Expect(page.Locator(".alarm")).ToHaveCountAsync(alarms);
            // Charts follow the window a moment later.
            await Eventually.Hold(async () =>
            {
                var sideways = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
                sideways.ShouldBeLessThanOrEqualTo(0, $"{width}x{height}");
                // Nothing of a list that scrolls by itself makes the page longer than it is.
                var below = await page.EvaluateAsync<int>(
                    "document.documentElement.scrollHeight - Math.max(innerHeight, Math.ceil(document.querySelector('.cockpit').getBoundingClientRect().bottom + scrollY))"
                );
                below.ShouldBeLessThanOrEqualTo(1, $"{width}x{height}");
                if (width >= 1600)
                {
                    // A wall has nobody who scrolls; a laptop does.
                    var down = await page.EvaluateAsync<int>("document.documentElement.scrollHeight - innerHeight");
                    down.ShouldBeLessThanOrEqualTo(0, $"{width}x{height}");
                }
            });

            await ShotAsync(page, $"{width}x{height}-dark", full: width < 1000);
            complaints.ShouldBeEmpty();
        }
    }

    private static readonly (int Width, int Height)[] Screens = [(1920, 1080), (1440, 900), (1280, 720), (820, 1180), (390, 844)];

    [Fact]
    public async Task An_institution_sees_its_own_numbers_in_English_by_keyboard_alone()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(43);
        List<TakenEvent> events = [.. region.Institutions()];
        for (var i = 0; i < 12; i++)
        {
            events.AddRange(region.Prescription(hospital: i % 2));
        }

        await host.TellAsync(events);
        await using var context = await OpenAsync(host, 1440, 900, CockpitHost.Staff(0));
        var page = await ShowAsync(host, context, out var complaints);
        await AgreesAsync(host, page, CockpitHost.Staff(0));
        await Assertions.Expect(Value(page, "received")).ToHaveTextAsync("6");
        await Assertions.Expect(Value(page, "traced")).ToHaveTextAsync("–");
        await Assertions.Expect(page.Locator(".bar__place")).ToHaveTextAsync("西湖区中医院");
        await Assertions.Expect(page.Locator(".ticker")).ToContainTextAsync("CF0");

        // Skip link, the menu, then the language.
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator(".skip")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "功能菜单" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("TCM Digital Cockpit");
        await Assertions.Expect(page.Locator(".bar__place")).ToHaveTextAsync("Xihu District TCM Hospital");
        (await page.EvaluateAsync<string>("document.documentElement.lang")).ShouldBe("en");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).PressAsync("Enter");
        await host.Publisher.TellAsync(region.Prescription(hospital: 0));
        await Assertions.Expect(page.Locator(".ticker .panel__note")).ToHaveTextAsync("Paused, 15 new");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).PressAsync("Enter");
        await ShotAsync(page, "1440x900-institution-en");
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_broken_connection_is_shown_as_such_and_comes_back_without_gap_or_double()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(44);
        await host.TellAsync(region.Prescription());
        await using var context = await OpenAsync(host, 1440, 900, CockpitHost.Operator());
        await context.AddInitScriptAsync(
            "window.streams = []; window.EventSource = class extends EventSource { constructor(...of) { super(...of); streams.push(this) } }"
        );
        var page = await ShowAsync(host, context, out _);
        await Assertions.Expect(page.Locator(".connection--live")).ToBeVisibleAsync();
        await Assertions.Expect(Value(page, "delivered")).ToHaveTextAsync("1");
        await Assertions.Expect(page.Locator(".ticker__list li")).ToHaveCountAsync(15);

        await context.SetOfflineAsync(true);
        await Assertions.Expect(page.Locator(".connection--offline")).ToContainTextAsync("离线 · 数据截至");
        await ShotAsync(page, "1440x900-offline");
        // Chromium's offline mode leaves an open stream alone: the page closes it, and shows nothing of what happens meanwhile.
        await Eventually.Hold(async () =>
            (await page.EvaluateAsync<bool>("streams.every(s => s.readyState === EventSource.CLOSED)")).ShouldBeTrue()
        );
        var streams = await page.EvaluateAsync<int>("streams.length");
        await host.TellAsync(region.Prescription());
        (await host.TotalAsync(CockpitHost.Operator(), "delivered")).ShouldBe(2);
        (await NumberAsync(page, "delivered")).ShouldBe(1);
        (await page.Locator(".ticker__list li").CountAsync()).ShouldBe(15);

        await context.SetOfflineAsync(false);
        await Assertions.Expect(page.Locator(".connection--live")).ToBeVisibleAsync();
        await Assertions.Expect(Value(page, "delivered")).ToHaveTextAsync("2");
        // It went on after the last that it had. On a slow machine it may have begun once more since.
        (await page.EvaluateAsync<string>($"streams[{streams}].url")).ShouldContain("after=15");
        await Assertions.Expect(page.Locator(".ticker__list li")).ToHaveCountAsync(30);
        var ids = await page.Locator(".ticker__list li").EvaluateAllAsync<long[]>("items => items.map(i => Number(i.dataset.id))");
        ids.ShouldBe(Enumerable.Range(1, 30).Reverse().Select(i => (long)i));
    }

    [Fact]
    public async Task An_empty_region_shows_empty_and_another_region_can_be_chosen()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        var region = new Region(45);
        await host.TellAsync([.. region.Institutions(), .. region.Prescription(hospital: 0)]);
        await using var context = await OpenAsync(host, 1440, 900, CockpitHost.Operator());
        var page = await ShowAsync(host, context, out var complaints, "?region=330200");
        await Assertions.Expect(Value(page, "received")).ToHaveTextAsync("0");
        await Assertions.Expect(page.Locator(".curve")).ToContainTextAsync("今天还没有处方");
        await Assertions.Expect(page.Locator(".flow")).ToContainTextAsync("今天还没有处方");
        await Assertions.Expect(page.Locator(".ticker")).ToContainTextAsync("还没有动态");
        await Assertions.Expect(page.Locator(".herbs")).ToContainTextAsync("暂无数据");
        await ShotAsync(page, "1440x900-empty");

        await page.Locator(".bar__region select").SelectOptionAsync("330106");
        await Assertions.Expect(Value(page, "received")).ToHaveTextAsync("1");
        await Assertions.Expect(page.Locator(".ticker__list li").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".curve canvas")).ToBeVisibleAsync();
        new Uri(page.Url).Query.ShouldBe("?region=330106");
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Signing_in_leads_to_the_cockpit_a_refusal_is_told_and_signing_out_leads_back()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        await host.TellAsync(new Region(46).Prescription());
        await using var context = await browser.ContextAsync(1440, 900);
        var page = await context.NewPageAsync();
        // The institutions service's part, by its contract.
        await context.RouteAsync(
            "**/api/institutions/session",
            async route =>
            {
                if (route.Request.Method == "DELETE")
                {
                    await route.FulfillAsync(new() { Status = 204, Headers = [new("set-cookie", "tcm_session=; Path=/; Max-Age=0")] });
                }
                else if (route.Request.PostData!.Contains("\"right\"", StringComparison.Ordinal))
                {
                    await context.AddCookiesAsync([
                        new()
                        {
                            Name = "tcm_session",
                            Value = CockpitHost.Operator(),
                            Url = host.Service.Http.ToString(),
                            HttpOnly = true,
                        },
                    ]);
                    await route.FulfillAsync(new() { Status = 200, Json = new { user = "operator" } });
                }
                else
                {
                    var faults = new[]
                    {
                        new
                        {
                            code = "INS-0001",
                            field = "",
                            zh = "用户名或密码不正确",
                            en = "wrong user or password",
                        },
                    };
                    await route.FulfillAsync(new() { Status = 401, Json = new { code = "INS-0001", faults } });
                }
            }
        );
        await page.GotoAsync(host.Service.Http.ToString());
        await page.GetByLabel("用户名").FillAsync("operator");
        await page.GetByLabel("密码").FillAsync("wrong");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("用户名或密码不正确");
        await ShotAsync(page, "1440x900-sign-in");
        await page.GetByLabel("密码").FillAsync("right");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Value(page, "received")).ToHaveTextAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "退出" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("密码")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_session_that_ends_leads_back_to_the_sign_in_and_says_why()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        // Past its end, and still taken for the 25 s that are left of the allowed skew.
        var token = TestTokens.Sign(
            new TestToken("operator", null, null, ["operator"])
            {
                IssuedAt = DateTimeOffset.UtcNow.AddSeconds(-25),
                Lifetime = TimeSpan.FromSeconds(20),
            }
        );
        await using var context = await OpenAsync(host, 1440, 900, token);
        var page = await context.NewPageAsync();
        await page.GotoAsync(host.Service.Http.ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("登录已过期，请重新登录。");
    }

    [Fact]
    public async Task The_application_is_served_under_a_strict_policy_and_an_interface_never_answers_with_it()
    {
        await using var host = await CockpitHost.StartAsync(servers);
        using var client = host.Service.Client();
        Assert.SkipWhen(Site.WebSite.Find(RepositoryRoot.Path) is null, "The web is not built.");
        foreach (var path in (string[])["/", "/index.html", "/any/page/of/the/application"])
        {
            using var response = await client.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            response.Content.Headers.ContentType!.ToString().ShouldBe("text/html; charset=utf-8");
            response.Headers.CacheControl!.NoCache.ShouldBeTrue();
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            policy.ShouldContain("default-src 'self'");
            policy.ShouldNotContain("unsafe");
            response.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        }

        var index = await client.GetStringAsync("/");
        var script = System.Text.RegularExpressions.Regex.Match(index, "src=\"(/assets/[^\"]+\\.js)\"").Groups[1].Value;
        var plain = await client.GetByteArrayAsync(script);
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip;q=0.5, br");
        using var asset = await client.GetAsync(script);
        asset.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromDays(365));
        asset.Headers.Vary.ShouldBe(["Accept-Encoding"]);
        asset.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        asset.Content.Headers.ContentType!.ToString().ShouldBe("text/javascript; charset=utf-8");
        var packed = await asset.Content.ReadAsByteArrayAsync();
        packed.Length.ShouldBeLessThan(600 * 1024);
        await using var unpacked = new System.IO.Compression.BrotliStream(
            new MemoryStream(packed),
            System.IO.Compression.CompressionMode.Decompress
        );
        using var whole = new MemoryStream();
        await unpacked.CopyToAsync(whole);
        whole.ToArray().ShouldBe(plain);
        foreach (
            var path in (string[])
                ["/api/nothing", "/assets/none.js", "/favicon.ico", "/../appsettings.json", "/%2e%2e/TcmBrain.Cockpit.csproj"]
        )
        {
            (await client.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        (await client.PostAsync("/", null)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public void Where_no_web_is_built_none_is_found()
    {
        var folder = Directory.CreateTempSubdirectory("tcm-web-");
        try
        {
            Site.WebSite.Find(folder.FullName).ShouldBeNull();
            File.WriteAllText(Path.Combine(folder.CreateSubdirectory("wwwroot").FullName, "index.html"), "");
            Site.WebSite.Find(folder.CreateSubdirectory("bin/Debug").FullName).ShouldBe(Path.Combine(folder.FullName, "wwwroot"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private Task<IBrowserContext> OpenAsync(CockpitHost host, int width, int height, string token) =>
        browser.ContextAsync(width, height, token, host.Service.Http);

    /// <summary>Opens the page; what the browser complains of (errors, breaches of the policy) is collected.</summary>
    private static Task<IPage> ShowAsync(CockpitHost host, IBrowserContext context, out List<string> complaints, string query = "")
    {
        List<string> heard = [];
        complaints = heard;
        return OpenAsync();

        async Task<IPage> OpenAsync()
        {
            var page = await context.NewPageAsync();
            page.Console += (_, message) =>
            {
                // A refusal is an answer; the page shows it.
                if (
                    message.Type is "error" or "warning"
                    && !message.Text.Contains("the server responded with a status of 4", StringComparison.Ordinal)
                )
                {
                    heard.Add(message.Text);
                }
            };
            page.PageError += (_, error) => heard.Add(error);
            await page.GotoAsync(new Uri(host.Service.Http, query).ToString());
            return page;
        }
    }

    /// <summary>Every headline number is what the API answers.</summary>
    private static async Task AgreesAsync(CockpitHost host, IPage page, string token) =>
        await Eventually.Hold(async () =>
        {
            var summary = await host.GetAsync(token, "/api/cockpit/summary");
            foreach (var metric in (string[])["received", "intercepted", "dispensed", "delivered"])
            {
                (await NumberAsync(page, metric)).ShouldBe(Number(summary.GetProperty("totals"), metric), metric);
            }

            var standing = summary.GetProperty("standing");
            (await NumberAsync(page, "decocting")).ShouldBe(Number(standing, "soaking") + Number(standing, "decocting"));
            Number(summary.GetProperty("totals"), "received").ShouldBeGreaterThan(0);
        });

    private static long Number(JsonElement numbers, string name) => numbers.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static ILocator Value(IPage page, string metric) => page.Locator($"[data-metric={metric}] .headline__value");

    private static async Task<long> NumberAsync(IPage page, string metric) =>
        long.Parse(await Value(page, metric).InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static string Text(long n) => n.ToString("#,0", CultureInfo.InvariantCulture);

    private static async Task ShotAsync(IPage page, string name, bool full = false)
    {
        var folder = RepositoryRoot.Combine("tests", "TcmBrain.Cockpit.Tests", "screenshots");
        Directory.CreateDirectory(folder);
        // The chart's lines have been drawn to their end.
        await page.EvaluateAsync("new Promise(done => setTimeout(() => requestAnimationFrame(done), 400))");
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = full });
    }
}
