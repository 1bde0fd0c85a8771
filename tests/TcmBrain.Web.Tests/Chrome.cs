using Microsoft.Playwright;

namespace TcmBrain.Web.Tests;

/// <summary>The machine's own Chromium, one for the assembly; where there is none, or no built web, a test is skipped and says so.</summary>
public sealed class Chrome : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    /// <summary>What takes a second takes a minute on a machine that has thirty other things to do.</summary>
    private const float Patience = 120_000;

    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>A browser that nobody has used, in Chinese, on a workstation in another time zone.</summary>
    public async Task<IBrowserContext> OpenAsync(int width = 1440, int height = 900)
    {
        var chromium = Array.Find(Places, File.Exists);
        Assert.SkipWhen(chromium is null, "No Chromium on this machine: apt-get install chromium fonts-noto-cjk");
        Assert.SkipWhen(
            !File.Exists(RepositoryRoot.Combine("services", "Cockpit", "wwwroot", "index.html")),
            "The web is not built: npm ci && npm run build in services/Cockpit/web"
        );
        playwright ??= await Playwright.CreateAsync();
        browser ??= await playwright.Chromium.LaunchAsync(
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
        var context = await browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = height },
                Locale = "zh-CN",
                TimezoneId = "Europe/Berlin",
            }
        );
        context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        return context;
    }

    /// <summary>A page of somebody of the demo region who has signed in.</summary>
    public async Task<Visit> VisitAsync(Platform platform, string user, string path, int width = 1440, int height = 900)
    {
        var visit = new Visit(await OpenAsync(width, height), platform.Address);
        var answer = await visit.Context.APIRequest.PostAsync(
            new Uri(platform.Address, "/api/institutions/session").ToString(),
            new() { DataObject = new { user, password = "dev-only-" + user } }
        );
        answer.Ok.ShouldBeTrue(await answer.TextAsync());
        await visit.GoAsync(path);
        return visit;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }
}
