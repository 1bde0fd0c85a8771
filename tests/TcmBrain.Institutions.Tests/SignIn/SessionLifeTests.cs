using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using TcmBrain.Institutions.SignIn;
using TcmBrain.Institutions.Tests.Accounts;
using TcmBrain.ServiceDefaults.Identity;

namespace TcmBrain.Institutions.Tests.SignIn;

public sealed class SessionLifeTests(InstitutionsFixture fixture)
{
    private const string Path = "/api/institutions/session";

    /// <summary>A token as it would have been issued by a session that began then.</summary>
    private async Task<string> TokenOfSessionBegunAsync(string name, TimeSpan ago)
    {
        var accounts = fixture.Service.Services.GetRequiredService<AccountStore>();
        var account = await accounts.FindAsync(SignInKind.User, name, "", default);
        var issuer = fixture.Service.Services.GetRequiredService<TokenIssuer>();
        return (await issuer.IssueAsync(account!, SignInKind.User, Guid.CreateVersion7(), DateTimeOffset.UtcNow - ago, default)).Text;
    }

    [Fact]
    public async Task Renewing_slides_the_expiry_and_not_the_end()
    {
        var (name, _) = await fixture.NewUserAsync();
        using var client = fixture.Service.Client(await TokenOfSessionBegunAsync(name, TimeSpan.FromHours(3)));

        var renewed = await client.PostAsync(Path + "/renew", null);

        renewed.StatusCode.ShouldBe(HttpStatusCode.OK, await renewed.Content.ReadAsStringAsync());
        var session = await renewed.Json();
        session.GetProperty("endsAt").GetDateTimeOffset().ShouldBe(DateTimeOffset.UtcNow.AddHours(9), TimeSpan.FromMinutes(1));
        session.GetProperty("expiresAt").GetDateTimeOffset().ShouldBe(DateTimeOffset.UtcNow.AddMinutes(30), TimeSpan.FromMinutes(1));
        using var again = fixture.Service.Client(Callers.TokenOf(renewed));
        (await again.GetAsync(Path)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_token_outlives_the_session_and_at_its_end_the_password_is_asked_for()
    {
        var (name, _) = await fixture.NewUserAsync();
        var token = await TokenOfSessionBegunAsync(name, TimeSpan.FromHours(12) - TimeSpan.FromMinutes(5));
        new JsonWebToken(token).ValidTo.ShouldBe(DateTime.UtcNow.AddMinutes(5), TimeSpan.FromMinutes(1));
        using var late = fixture.Service.Client(await TokenOfSessionBegunAsync(name, TimeSpan.FromHours(12) + TimeSpan.FromSeconds(5)));
        (await late.PostAsync(Path + "/renew", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_session_that_was_ended_is_not_renewed()
    {
        var (name, password) = await fixture.NewUserAsync();
        using var client = fixture.Service.Client(await fixture.SessionTokenAsync(name, password));
        await client.DeleteAsync(Path);
        // Whether or not the news has come round yet: the list itself is asked.
        (await client.PostAsync(Path + "/renew", null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_screen_on_a_wall_stays_for_weeks_and_changes_nothing()
    {
        var (name, password) = await fixture.NewUserAsync(display: true);
        using var screen = fixture.Service.Client(await fixture.SessionTokenAsync(name, password));
        var session = await (await screen.GetAsync(Path)).Json();
        session.GetProperty("display").GetBoolean().ShouldBeTrue();
        session.GetProperty("endsAt").GetDateTimeOffset().ShouldBe(DateTimeOffset.UtcNow.AddDays(30), TimeSpan.FromMinutes(1));
        (await screen.PostAsync(Path + "/renew", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await screen.PostAsJsonAsync("/api/institutions/users", new { })).ShouldRefuse(403, "GEN-0002");
    }

    [Fact]
    public async Task Before_a_password_of_ones_own_nothing_is_allowed()
    {
        using var @operator = await fixture.As("operator-1");
        var name = Callers.Fresh("admin");
        var created = await @operator.PostAsJsonAsync(
            "/api/institutions/users",
            new
            {
                name,
                displayName = "新人",
                institutionCode = Callers.Hospital(1),
                roles = new[] { "admin" },
            }
        );
        var oneTime = (await created.Json()).GetProperty("password").GetString()!;
        using var client = await fixture.PersonAsync(name, oneTime);
        var session = await (await client.GetAsync(Path)).Json();
        session.GetProperty("mustChangePassword").GetBoolean().ShouldBeTrue();
        session.GetProperty("roles").GetArrayLength().ShouldBe(0);
        await (await client.GetAsync("/api/institutions/users")).ShouldRefuse(403, "GEN-0002");

        await (
            await client.PostAsJsonAsync(Path + "/password", new { current = "not it at all", @new = "终南阴岭秀积雪浮云" })
        ).ShouldRefuse(400, "INS-0331");
        await (
            await client.PostAsJsonAsync(Path + "/password", new { current = "not it at all", @new = "终南阴岭秀积雪浮云端" })
        ).ShouldRefuse(401, "INS-0205");
        await (await client.PostAsJsonAsync(Path + "/password", new { current = oneTime, @new = oneTime })).ShouldRefuse(400, "INS-0334");
        var changed = await client.PostAsJsonAsync(Path + "/password", new { current = oneTime, @new = "终南阴岭秀积雪浮云端" });
        changed.StatusCode.ShouldBe(HttpStatusCode.OK, await changed.Content.ReadAsStringAsync());
        using var free = fixture.Service.Client(Callers.TokenOf(changed));
        (await free.GetAsync("/api/institutions/users")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_programs_token_is_no_session()
    {
        using var program = await fixture.As("his-1");
        await (await program.PostAsync(Path + "/renew", null)).ShouldRefuse(409, "INS-0207");
        await (await program.PostAsJsonAsync(Path + "/password", new { current = "x", @new = "y" })).ShouldRefuse(409, "INS-0207");
    }

    [Fact]
    public async Task Another_sites_page_signs_nobody_in_or_out()
    {
        var (name, password) = await fixture.NewUserAsync();
        var token = await fixture.SessionTokenAsync(name, password);
        using var browser = fixture.Service.Client();
        browser.DefaultRequestHeaders.Add("Cookie", $"{TokenRules.Cookie}={token}");
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        await (await browser.DeleteAsync(Path)).ShouldRefuse(403, "GEN-0013");
        await (await browser.PostAsJsonAsync(Path, new { user = name, password })).ShouldRefuse(403, "GEN-0013");
        (await browser.GetAsync(Path)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
