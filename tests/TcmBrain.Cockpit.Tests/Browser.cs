using Microsoft.Playwright;
using TcmBrain.Cockpit.Site;
using TcmBrain.Testing;

namespace TcmBrain.Cockpit.Tests;

/// <summary>The machine's own Chromium, one for the assembly; a test that has none, or no built web, is skipped and says so.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task<IBrowserContext> ContextAsync(int width, int height, string? cookie = null, Uri? origin = null)
    {
        var chromium = Array.Find(Places, File.Exists);
        Assert.SkipWhen(chromium is null, "No Chromium on this machine: apt-get install chromium fonts-noto-cjk");
        Assert.SkipWhen(WebSite.Find(RepositoryRoot.Path) is null, "The web is not built: npm ci && npm run build in services/Cockpit/web");
        await _starting.WaitAsync();
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            _browser ??= await _playwright.Chromium.LaunchAsync(
                new()
                {
                    ExecutablePath = chromium,
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
        }
        finally
        {
            _starting.Release();
        }

        var context = await _browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = width, Height = height },
                Locale = "zh-CN",
                TimezoneId = "Europe/Berlin",
            }
        );
        context.SetDefaultTimeout(30_000);
        Microsoft.Playwright.Assertions.SetDefaultExpectTimeout(30_000);
        if (cookie is not null)
        {
            await context.AddCookiesAsync([
                new()
                {
                    Name = "tcm_session",
                    Value = cookie,
                    Url = origin!.ToString(),
                    HttpOnly = true,
                },
            ]);
        }

        return context;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
