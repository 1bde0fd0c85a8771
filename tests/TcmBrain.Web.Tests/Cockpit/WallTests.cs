using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using TcmBrain.Contracts.Demo;
using TcmBrain.HisSimulator.His;
using TcmBrain.Web.Tests.Prescriptions;

namespace TcmBrain.Web.Tests.Cockpit;

/// <summary>The cockpit's wall through the gateway: what each role sees, that it is what the interface says, and that every number leads on.</summary>
public sealed class WallTests(Platform platform, Chrome chrome)
{
    private static readonly DemoInstitution First = DemoRegion.Hospitals[0];

    [Fact]
    public async Task A_regulator_goes_from_the_region_to_a_record_and_back_by_keyboard_and_every_number_is_the_interfaces()
    {
        await PushAsync(3);
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/", 1920, 1080);
        var page = visit.Page;
        await HeadlinesAgreeAsync(visit, "regulator1", "");
        await Eventually.Hold(async () =>
        {
            var values = await platform.GetAsync("regulator1", "/api/cockpit/regions?region=330100&metric=received");
            foreach (var child in values.GetProperty("children").EnumerateArray())
            {
                var row = page.Locator($".rows [data-key='{child.GetProperty("code").GetString()}'] .rows__value");
                (await NumberAsync(row)).ShouldBe(child.GetProperty("value").GetInt64());
            }
        });

        // The districts of today that the old shapes do not have: folded, named, and said.
        await Assertions.Expect(page.Locator("[data-shape='330110+330113'], [data-shape='330109+330114']")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator(".atlas__svg [role=option]")).ToHaveCountAsync(13);
        await Assertions.Expect(page.Locator(".atlas__note").First).ToContainTextAsync("临平、钱塘");
        await Eventually.Hold(async () =>
            (await page.EvaluateAsync<int>("document.documentElement.scrollHeight - innerHeight")).ShouldBeLessThanOrEqualTo(0)
        );
        await ShotAsync(page, "wall-1920");

        // On the map: from region to region, and in.
        await page.Locator(".atlas__regions").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        var there = await page.Locator(".atlas__svg [aria-selected=true]").GetAttributeAsync("aria-label");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".bar__region select option:checked")).ToHaveTextAsync(there!.Split(' ')[0]);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page).ToHaveURLAsync(platform.Address.ToString());

        // The same by the list: county, institution, record.
        await page.Locator($".rows [data-key='{First.RegionCode}']").PressAsync("Enter");
        await Assertions.Expect(page.Locator($".rows [data-key='{First.Code}']")).ToBeFocusedAsync();
        await HeadlinesAgreeAsync(visit, "regulator1", $"?region={First.RegionCode}");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".bar__place")).ToHaveTextAsync(First.NameZh);
        await HeadlinesAgreeAsync(visit, "regulator1", $"?institution={First.Code}");
        await ShotAsync(page, "wall-institution");
        var received = page.Locator("[data-metric=received]");
        var number = await NumberAsync(received.Locator(".headline__value"));
        await received.GetByRole(AriaRole.Button).PressAsync("Enter");
        await Assertions.Expect(visit.Dialog.Locator(".records__total")).ToContainTextAsync("条");
        var total = long.Parse(
            string.Concat((await visit.Dialog.Locator(".records__total").InnerTextAsync()).Where(char.IsAsciiDigit)),
            CultureInfo.InvariantCulture
        );
        // As many as the number said, or as it says by now.
        total.ShouldBeGreaterThanOrEqualTo(number);
        await Eventually.Hold(async () => (await NumberAsync(received.Locator(".headline__value"))).ShouldBeGreaterThanOrEqualTo(total));
        await ShotAsync(page, "wall-records");
        // The hour by keyboard: what it opens stays open, and whoever closes it goes on where they were.
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(received.GetByRole(AriaRole.Button)).ToBeFocusedAsync();
        var curve = page.Locator(".curve__chart");
        await curve.FocusAsync();
        for (var hour = 0; hour < 24 && (await curve.GetAttributeAsync("aria-valuetext"))!.Contains("今日  0"); hour++)
        {
            await page.Keyboard.PressAsync("ArrowLeft");
        }

        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Dialog.Locator("[data-record]").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(curve).ToBeFocusedAsync();
        await received.GetByRole(AriaRole.Button).PressAsync("Enter");
        await visit.Dialog.Locator("[data-record] a").First.PressAsync("Enter");
        await Assertions.Expect(visit.Heading).ToContainTextAsync("处方 ");

        // Up again, one step a key.
        await page.GoBackAsync();
        await Assertions.Expect(visit.Dialog).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Dialog).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Backspace");
        await Assertions.Expect(page.Locator(".bar__place")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Backspace");
        await Assertions.Expect(page).ToHaveURLAsync(platform.Address.ToString());
        visit.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lost_stream_says_so_and_goes_on_through_the_gateway_without_gap_or_double()
    {
        await PushAsync(1);
        await using var wire = new CutWire(platform.Address);
        await using var visit = await chrome.VisitAsync(platform, "admin1", new Uri(wire.Address, "/").ToString());
        var page = visit.Page;
        // An institution's own wall: its numbers, its prescription numbers, no region and no map.
        await HeadlinesAgreeAsync(visit, "admin1", "");
        await Assertions.Expect(page.Locator(".bar__place")).ToHaveTextAsync(First.NameZh);
        await Assertions.Expect(page.Locator(".atlas")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".connection--live")).ToBeVisibleAsync();

        await Assertions.Expect(page.Locator(".ticker__list li").First).ToBeVisibleAsync();
        await wire.CutAsync();
        await Assertions.Expect(page.Locator(".connection")).ToContainTextAsync("数据截至");
        await Assertions.Expect(page.Locator(".cockpit--old")).ToBeVisibleAsync();
        var before = (await TickerAsync(page)).Max();
        await PushAsync(4);
        var events = default(JsonElement);
        await Eventually.Hold(async () =>
        {
            events = await platform.GetAsync("admin1", $"/api/cockpit/events?after={before}&limit=500");
            events.GetProperty("items").GetArrayLength().ShouldBeGreaterThanOrEqualTo(4);
        });
        (await TickerAsync(page)).ShouldNotContain(events.GetProperty("items").EnumerateArray().Max(e => e.GetProperty("id").GetInt64()));
        wire.Mend();

        await Assertions.Expect(page.Locator(".connection--live")).ToBeVisibleAsync();
        await HeadlinesAgreeAsync(visit, "admin1", "");
        await Eventually.Hold(async () =>
        {
            var all = (await platform.GetAsync("admin1", $"/api/cockpit/events?after={before}&limit=500"))
                .GetProperty("items")
                .EnumerateArray()
                .Select(e => e.GetProperty("id").GetInt64())
                .Reverse()
                .ToList();
            var shown = await TickerAsync(page);
            shown.Where(id => id > before).ShouldBe(all.Take(80));
            shown.ShouldBeUnique();
        });
    }

    [Fact]
    public async Task An_operator_sees_all_regions_and_resources_and_an_empty_one_shows_empty()
    {
        await PushAsync(1);
        await using var visit = await chrome.VisitAsync(platform, "operator1", "/", 1920, 1080);
        var page = visit.Page;
        await HeadlinesAgreeAsync(visit, "operator1", "");
        await Assertions.Expect(page.Locator(".atlas__note").First).ToContainTextAsync("没有边界图形");
        await page.Locator("[data-shape='330000']").ClickAsync();
        await Assertions.Expect(page.Locator("[data-shape='330700']")).ToBeVisibleAsync();
        await ShotAsync(page, "wall-province");
        await page.Locator(".bar__region select").SelectOptionAsync("370600");
        await Assertions.Expect(page.Locator("[data-shape='370614']")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-metric=received] .headline__value")).ToHaveTextAsync("0");
        await Assertions.Expect(page.Locator(".curve")).ToContainTextAsync("今天还没有处方");
        await Assertions.Expect(page.Locator(".paths")).ToContainTextAsync("今天还没有分派");
        await Assertions.Expect(page.Locator(".alarms")).ToContainTextAsync("没有质量警报");
        await ShotAsync(page, "wall-empty");

        await page.Locator(".bar__region select").SelectOptionAsync("330100");
        await visit.Button("资源一张图").ClickAsync();
        var resources = await platform.GetAsync("operator1", "/api/cockpit/resources?region=330100");
        var pharmacies = resources
            .GetProperty("kinds")
            .EnumerateArray()
            .Where(k => k.GetProperty("kind").GetString() is "pharmacy" or "decoction")
            .Sum(k => k.GetProperty("count").GetInt64());
        await Assertions.Expect(page.Locator("[data-group=centres] b")).ToHaveTextAsync($"{pharmacies}");
        // Nobody is counted twice, and physicians of TCM are physicians.
        await Assertions
            .Expect(page.Locator("[data-group=practitioners] b"))
            .ToHaveTextAsync($"{resources.GetProperty("people").EnumerateArray().Sum(People)}");
        await ShotAsync(page, "wall-resources");

        // A district's numbers are its own, though its neighbours stay on the map; its indicators open with them.
        await page.Locator(".bar__region select").SelectOptionAsync("330106");
        var own = await platform.GetAsync("operator1", "/api/cockpit/resources?region=330106");
        var institutions = own.GetProperty("kinds")
            .EnumerateArray()
            .Where(k => k.GetProperty("kind").GetString() is "hospital" or "tcm-hospital" or "community" or "station" or "clinic")
            .Sum(k => k.GetProperty("count").GetInt64());
        await Assertions.Expect(page.Locator("[data-group=institutions] b")).ToHaveTextAsync($"{institutions}");
        var indicator = page.Locator(".indicators__list a").First;
        await Assertions.Expect(indicator).ToHaveAttributeAsync("href", new System.Text.RegularExpressions.Regex("region=330106$"));
        await page.Locator(".rows [data-kind=institution]").First.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/institutions/[0-9A-Z]{18}$"));
        await page.GoBackAsync();
        await page.Locator(".light[data-light=grey] a").ClickAsync();
        await Assertions.Expect(page.Locator("[data-light=grey]")).ToHaveAttributeAsync("aria-pressed", "true");
        visit.Complaints.ShouldBeEmpty();
    }

    /// <summary>The first view of somebody who has never been here: what is fetched, and how long it takes until numbers and map are there.</summary>
    [Fact]
    public async Task The_first_view_is_there_in_time_and_within_its_budget_of_script()
    {
        await PushAsync(1);
        const double quick = 1500;
        await using var visit = await chrome.VisitAsync(platform, "regulator1", "/forbidden", 1920, 1080);
        var views = new List<(double Wall, double Plain)>();
        var script = 0.0;
        // What else the machine does makes views slower, never quicker; a page of one sentence tells by how much.
        for (var i = 0; i < 3 || (i < 10 && !views.Exists(IsInTime)); i++)
        {
            var (plain, _) = await FirstViewAsync(visit, "/forbidden", "document.querySelector('h1')");
            (var wall, script) = await FirstViewAsync(
                visit,
                "/",
                "!['', '–', undefined].includes(document.querySelector('[data-metric=received] .headline__value')?.textContent)"
                    + " && document.querySelector('.atlas__svg [data-shape]')"
            );
            views.Add((wall, plain));
        }

        var told = string.Join(", ", views.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Wall:0} beside {v.Plain:0}")));
        TestContext.Current.TestOutputHelper?.WriteLine($"first view: {told} ms, scripts {script / 1024:0} kB compressed");
        views.Exists(IsInTime).ShouldBeTrue(told);
        script.ShouldBeInRange(50 * 1024, 600 * 1024);

        static bool IsInTime((double Wall, double Plain) view) => view.Wall < quick || view.Wall < 3 * view.Plain;
    }

    /// <returns>milliseconds until what is asked for is there, and the bytes of script</returns>
    private async Task<(double Milliseconds, double Script)> FirstViewAsync(Visit signedIn, string path, string there)
    {
        await using var fresh = new Visit(await chrome.OpenAsync(1920, 1080), platform.Address);
        await fresh.Context.AddCookiesAsync(
            (await signedIn.Context.CookiesAsync()).Select(c => new Cookie
            {
                Name = c.Name,
                Value = c.Value,
                Url = platform.Address.ToString(),
            })
        );
        await fresh.Context.AddInitScriptAsync(
            $$"""
            const look = () => {
              if ({{there}}) window.firstView = performance.now()
              else requestAnimationFrame(look)
            }
            requestAnimationFrame(look)
            """
        );
        await fresh.GoAsync(path);
        var time = 0.0;
        await Eventually.Hold(async () => time = (await fresh.Page.EvaluateAsync<double?>("window.firstView")).ShouldNotBeNull());
        if (path == "/")
        {
            await Assertions.Expect(fresh.Page.Locator(".curve canvas")).ToBeVisibleAsync();
        }

        var script = await fresh.Page.EvaluateAsync<double>(
            "performance.getEntriesByType('resource').filter(e => new URL(e.name).pathname.endsWith('.js')).reduce((sum, e) => sum + e.encodedBodySize, 0)"
        );
        return (time, script);
    }

    /// <summary>Today's, for as long as a test takes; all of what came of them is known.</summary>
    private async Task PushAsync(int count)
    {
        await RegionDay.NotEndingAsync();
        using var hospital = await Hospital.OpenAsync(platform);
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => hospital.PushAsync(Flaw.None)));
        await platform.StillAsync();
    }

    /// <summary>Every headline number is what the interface answers at that moment.</summary>
    private Task HeadlinesAgreeAsync(Visit visit, string user, string query) =>
        Eventually.Hold(async () =>
        {
            var totals = (await platform.GetAsync(user, "/api/cockpit/summary" + query)).GetProperty("totals");
            Number(totals, "received").ShouldBeGreaterThan(0);
            foreach (var metric in (string[])["received", "intercepted", "dispensed", "delivered", "alarms"])
            {
                var shown = await NumberAsync(visit.Page.Locator($"[data-metric={metric}] .headline__value"));
                shown.ShouldBe(Number(totals, metric), metric);
            }
        });

    private static long People(JsonElement county) =>
        Number(county, "physicians") + Number(county, "pharmacists") + Number(county, "others");

    private static long Number(JsonElement numbers, string name) => numbers.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static async Task<long> NumberAsync(ILocator at) =>
        long.Parse(await at.InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static async Task<List<long>> TickerAsync(IPage page) =>
        [.. await page.Locator(".ticker__list li").EvaluateAllAsync<long[]>("items => items.map(i => Number(i.dataset.id))")];

    private static async Task ShotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("TCM_SCREENSHOTS") == "1")
        {
            var file = RepositoryRoot.Combine("tests", "TcmBrain.Web.Tests", "screenshots", name + ".png");
            await page.ScreenshotAsync(new() { Path = file });
        }
    }
}
