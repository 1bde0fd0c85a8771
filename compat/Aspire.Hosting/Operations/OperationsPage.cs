using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Operations;

/// <summary>
/// The page of every resource with its state, logs and buttons, and the same for programs under <c>/api</c>. It listens on the
/// loopback address only, answers to no other host name (a foreign site can't be resolved to it), and acts only for who shows the
/// token that the page carries.
/// </summary>
internal sealed class OperationsPage : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly WebApplication application;
    private readonly ApplicationRun run;
    private readonly CancellationTokenSource closing = new();

    private OperationsPage(ApplicationRun run, WebApplication application)
    {
        this.run = run;
        this.application = application;
        Url = $"http://localhost:{run.Options.OperationsPort}";
    }

    public string Url { get; }

    public string Token { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    public static async Task<OperationsPage> StartAsync(ApplicationRun run, TaskCompletionSource stopAsked)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        builder.Logging.ClearProviders();
        builder.Configuration.Sources.Clear();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, run.Options.OperationsPort));
        // Signals are LocalHost's to answer.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var page = new OperationsPage(run, builder.Build());
        page.Map(stopAsked);
        await page.application.StartAsync().ConfigureAwait(false);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync().ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
        closing.Dispose();
    }

    private void Map(TaskCompletionSource stopAsked)
    {
        application.Use(
            async (context, next) =>
            {
                if (context.Request.Host.Host is not ("localhost" or "127.0.0.1"))
                {
                    context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
                    return;
                }
                context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'";
                context.Response.Headers.XContentTypeOptions = "nosniff";
                context.Response.Headers["Referrer-Policy"] = "no-referrer";
                context.Response.Headers.CacheControl = "no-store";
                await next(context).ConfigureAwait(false);
            }
        );
        application.MapGet(
            "/",
            (HttpContext context) => Results.Content(PageText.Render(run, Token, Language(context)), "text/html; charset=utf-8")
        );
        application.MapGet("/operations.js", () => Results.Content(PageText.Asset("operations.js"), "text/javascript; charset=utf-8"));
        application.MapGet("/operations.css", () => Results.Content(PageText.Asset("operations.css"), "text/css; charset=utf-8"));
        application.MapGet("/favicon.ico", () => Results.NoContent());
        application.MapGet("/api/resources", () => Results.Json(Status(), Json));
        application.MapGet("/api/status.txt", () => Results.Text(StatusTable()));
        application.MapGet("/api/events", EventsAsync);
        application.MapGet("/api/resources/{name}/logs", LogsAsync);
        application.MapPost("/api/resources/{name}/{action}", Act);
        application.MapPost(
            "/api/stop",
            (HttpContext context) =>
            {
                if (!IsAllowed(context))
                    return Results.StatusCode(StatusCodes.Status403Forbidden);
                stopAsked.TrySetResult();
                return Results.Accepted();
            }
        );
    }

    private object Status() => new { resources = run.Runners.Select(ResourceStatus.Of) };

    private string StatusTable()
    {
        var rows = run.Runners.Select(ResourceStatus.Of).ToList();
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{"NAME", -22}{"KIND", -12}{"STATE", -15}{"HEALTH", -11}{"PID", -9}{"RESTARTS", -10}URLS"
        );
        foreach (var row in rows)
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{row.Name, -22}{row.Kind, -12}{row.State, -15}{row.Health, -11}{row.Pid, -9}{row.Restarts, -10}{string.Join(' ', row.Urls)}"
            );
        return text.ToString();
    }

    private IResult Act(HttpContext context, string name, string action)
    {
        if (!IsAllowed(context))
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        if (Find(name) is not { CanBeControlled: true } runner)
            return Results.NotFound();
        switch (action)
        {
            case "start":
                runner.Start();
                break;
            case "stop":
                runner.Stop();
                break;
            case "restart":
                runner.Restart();
                break;
            default:
                return Results.NotFound();
        }
        return Results.Accepted();
    }

    /// <summary>A foreign page can make a browser post, but can neither read the token nor set the header.</summary>
    private bool IsAllowed(HttpContext context) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(context.Request.Headers["X-Operations-Token"].ToString()),
            Encoding.UTF8.GetBytes(Token)
        );

    private ResourceRunner? Find(string name) => run.Runners.FirstOrDefault(runner => runner.Name == name);

    private async Task EventsAsync(HttpContext context)
    {
        using var end = BeginStream(context);
        try
        {
            while (true)
            {
                var change = run.Changes.Next;
                await SendAsync(context, null, JsonSerializer.Serialize(Status(), Json), end.Token).ConfigureAwait(false);
                await Task.WhenAny(change, Task.Delay(TimeSpan.FromSeconds(15), end.Token)).ConfigureAwait(false);
                await Task.Delay(100, end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader left, or we do.
        }
    }

    private async Task LogsAsync(HttpContext context, string name)
    {
        if (Find(name) is not { } runner)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        using var end = BeginStream(context);
        _ = long.TryParse(context.Request.Headers["Last-Event-ID"], CultureInfo.InvariantCulture, out var last);
        try
        {
            while (true)
            {
                var change = runner.Log.Changes.Next;
                var lines = runner.Log.After(last);
                if (lines.Count > 0)
                {
                    last = lines[^1].Number;
                    await SendAsync(context, last, JsonSerializer.Serialize(lines.Select(line => line.Text), Json), end.Token)
                        .ConfigureAwait(false);
                }
                await change.WaitAsync(end.Token).ConfigureAwait(false);
                await Task.Delay(100, end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader left, or we do.
        }
    }

    private CancellationTokenSource BeginStream(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        return CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, closing.Token);
    }

    private static async Task SendAsync(HttpContext context, long? id, string text, CancellationToken cancellation)
    {
        var head = id is null ? "" : $"id: {id}\n";
        await context.Response.WriteAsync($"{head}data: {text}\n\n", cancellation).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private static string Language(HttpContext context) => context.Request.Query["lang"] == "en" ? "en" : "zh";

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
