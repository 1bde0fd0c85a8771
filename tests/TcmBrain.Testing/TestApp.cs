using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using TcmBrain.ServiceDefaults;

namespace TcmBrain.Testing;

/// <summary>A service of nothing but the defaults and what the test maps: in production's manner, on a free port, trusting test tokens.</summary>
public sealed class TestApp(WebApplication app) : IAsyncDisposable
{
    public Uri Address { get; } = new(app.Urls.First());

    public WebApplication App => app;

    public static async Task<TestApp> StartAsync(
        Action<WebApplication> map,
        Action<WebApplicationBuilder>? build = null,
        params (string Key, string? Value)[] settings
    )
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { EnvironmentName = settings.FirstOrDefault(s => s.Key == "environment").Value ?? "Production" }
        );
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["urls"] = "http://127.0.0.1:0",
                ["Identity:Jwks"] = TestTokens.Jwks,
                ["Logging:LogLevel:Default"] = "Error",
            }
        );
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => s.Value));
        builder.AddServiceDefaults("test");
        build?.Invoke(builder);
        var app = builder.Build();
        app.MapDefaultEndpoints();
        map(app);
        await app.StartAsync();
        return new TestApp(app);
    }

    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Address };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
