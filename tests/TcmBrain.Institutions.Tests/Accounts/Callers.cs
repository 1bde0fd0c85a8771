using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Institutions.Tests.Accounts;

/// <summary>People signed in by their password.</summary>
internal static class Callers
{
    public static string Hospital(int n) => DemoRegion.Hospitals[n - 1].Code;

    /// <summary>A name that no other test uses.</summary>
    public static string Fresh(string prefix) => $"{prefix}-{Guid.NewGuid():N}"[..20];

    /// <summary>The token out of the cookie, so that it can be carried as a header too.</summary>
    public static async Task<string> SessionTokenAsync(this InstitutionsFixture fixture, string user, string? password = null)
    {
        using var client = fixture.Service.Client();
        var answer = await client.PostAsJsonAsync("/api/institutions/session", new { user, password = password ?? "dev-only-" + user });
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        return TokenOf(answer);
    }

    public static string TokenOf(HttpResponseMessage answer) =>
        answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]["tcm_session=".Length..];

    public static async Task<HttpClient> PersonAsync(this InstitutionsFixture fixture, string user, string? password = null) =>
        fixture.Service.Client(await fixture.SessionTokenAsync(user, password));

    /// <summary>A program made for the test, with its secret.</summary>
    public static async Task<(string Id, Guid SecretId, string Secret)> NewClientAsync(
        this InstitutionsFixture fixture,
        int hospital = 1,
        params string[] roles
    )
    {
        using var admin = await fixture.As("operator-1");
        var id = Fresh("client");
        var created = await admin.PostAsJsonAsync(
            $"/api/institutions/{Hospital(hospital)}/clients",
            new
            {
                id,
                name = "测试程序",
                roles = roles.Length == 0 ? ["his"] : roles,
            }
        );
        ((int)created.StatusCode).ShouldBe(201, await created.Content.ReadAsStringAsync());
        var answer = await created.Json();
        return (id, answer.GetProperty("secretId").GetGuid(), answer.GetProperty("secret").GetString()!);
    }

    /// <summary>A person made for the test, who has chosen a password.</summary>
    public static async Task<(string Name, string Password)> NewUserAsync(
        this InstitutionsFixture fixture,
        int hospital = 1,
        bool display = false,
        params string[] roles
    )
    {
        using var admin = await fixture.As("operator-1");
        var name = Fresh("user");
        var created = await admin.PostAsJsonAsync(
            "/api/institutions/users",
            new
            {
                name,
                displayName = "某人",
                institutionCode = Hospital(hospital),
                roles = roles.Length == 0 ? ["pharmacist"] : roles,
                display,
            }
        );
        ((int)created.StatusCode).ShouldBe(201, await created.Content.ReadAsStringAsync());
        var oneTime = (await created.Json()).GetProperty("password").GetString()!;
        using var first = await fixture.PersonAsync(name, oneTime);
        const string chosen = "秋水共长天一色也";
        var password = chosen + "20";
        var changed = await first.PostAsJsonAsync("/api/institutions/session/password", new { current = oneTime, @new = password });
        changed.IsSuccessStatusCode.ShouldBeTrue(await changed.Content.ReadAsStringAsync());
        return (name, password);
    }

    public static async Task<string> TokenAsync(this InstitutionsFixture fixture, string id, string secret)
    {
        var answer = await fixture.TokenRequest(id, secret);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!;
    }
}
