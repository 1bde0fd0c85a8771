using Microsoft.Playwright;

namespace TcmBrain.Web.Tests;

/// <summary>One window of one person. What the browser complains of (errors, breaches of the content policy) is collected.</summary>
public sealed class Visit(IBrowserContext context, Uri address) : IAsyncDisposable
{
    private IPage? page;

    public IBrowserContext Context => context;

    public IPage Page => page ?? throw new InvalidOperationException("No page has been opened.");

    public List<string> Complaints { get; } = [];

    public async Task GoAsync(string path)
    {
        if (page is null)
        {
            page = await context.NewPageAsync();
            await page.AddInitScriptAsync(Listen);
            page.PageError += (_, error) => Complaints.Add(error);
            page.Console += (_, message) =>
            {
                // A refusal is an answer; the pages show it.
                if (message.Type == "error" && !message.Text.Contains("the server responded with a status of 4", StringComparison.Ordinal))
                {
                    Complaints.Add(message.Text);
                }
            };
        }

        await page.GotoAsync(new Uri(address, path).ToString());
    }

    public string Path => new Uri(Page.Url).PathAndQuery;

    public ILocator Heading => Page.Locator("h1");

    public ILocator Field(string name) => Page.Locator($"[name='{name}']");

    /// <summary>What is said at a field.</summary>
    public ILocator FaultOf(string name) => Page.Locator($"[data-field='{name}'] .field__fault");

    public ILocator Row(string key) => Page.Locator($"[data-row='{key}']");

    /// <summary>A row of a list of many pages: on which one it stands depends on what else was done here.</summary>
    public async Task<ILocator> FindRowAsync(string key)
    {
        var (first, next) = (Page.Locator("tbody [data-row]").First, Button("下一页"));
        await first.WaitForAsync();
        while (await Row(key).CountAsync() == 0 && await next.IsVisibleAsync() && await next.IsEnabledAsync())
        {
            var before = await first.GetAttributeAsync("data-row") ?? "";
            await next.ClickAsync();
            await Assertions.Expect(first).Not.ToHaveAttributeAsync("data-row", before);
        }

        return Row(key);
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Dialog => Page.Locator("dialog[open]");

    /// <summary>Something is said in passing. It goes away by itself after seconds, which a busy machine may take to look.</summary>
    public Task ToldAsync(string text) =>
        Eventually.Be(
            async () => await Page.EvaluateAsync<bool>("text => window.told.some(toast => toast.includes(text))", text),
            $"the page says {text}"
        );

    /// <summary>Remembers in every page what was said in passing there.</summary>
    private const string Listen = """
        window.told = [];
        new MutationObserver(() => {
            for (const toast of document.querySelectorAll('.toast')) {
                if (!window.told.includes(toast.innerText)) window.told.push(toast.innerText);
            }
        }).observe(document, { childList: true, subtree: true });
        """;

    /// <summary>Pixels by which the page is wider than the window, once charts have followed a change of its size; none or fewer: it fits.</summary>
    public Task<int> SidewaysAsync() =>
        Page.EvaluateAsync<int>(
            """
            async () => {
                const beyond = () => document.documentElement.scrollWidth - innerWidth;
                for (const until = performance.now() + 60000; beyond() > 0 && performance.now() < until; ) {
                    await new Promise(resolve => setTimeout(resolve, 20));
                }
                return beyond();
            }
            """
        );

    /// <summary>Chooses from a field that asks the service while one types.</summary>
    public async Task PickAsync(ILocator field, string typed, string option)
    {
        await field.FillAsync(typed);
        await Page.GetByRole(AriaRole.Option).Filter(new() { HasText = option }).First.ClickAsync();
    }

    public async ValueTask DisposeAsync() => await context.DisposeAsync();
}
