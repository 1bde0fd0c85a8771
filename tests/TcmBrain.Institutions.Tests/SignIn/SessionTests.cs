using System.Net;
using System.Net.Http.Json;

namespace TcmBrain.Institutions.Tests.SignIn;

public sealed class SessionTests(InstitutionsFixture fixture)
{
    private const string Path = "/api/institutions/session";

    [Fact]
    public async Task A_person_signs_in_is_known_and_signs_out()
    {
        using var client = fixture.Service.Client();
        await (await client.GetAsync(Path)).ShouldRefuse(401, "GEN-0001");
        var answer = await client.PostAsJsonAsync(Path, new { user = "quality1", password = "dev-only-quality1" });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        (await answer.Json()).GetProperty("roles")[0].GetString().ShouldBe("quality");
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("eyJ");

        client.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        var me = await client.GetAsync(Path);
        (await me.Json()).GetProperty("user").GetString().ShouldBe("quality1");
        (await client.GetAsync("/api/institutions")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var closed = await client.DeleteAsync(Path);
        closed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        closed.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("tcm_session=;");
    }

    [Fact]
    public async Task Behind_https_the_cookie_is_secure()
    {
        using var client = fixture.Service.Client();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "10.1.1.1");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var answer = await client.PostAsJsonAsync(Path, new { user = "admin1", password = "dev-only-admin1" });
        answer.Headers.GetValues("Set-Cookie").Single().ShouldContain("secure", Case.Insensitive);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_person_look_alike_and_are_locked_out_alike()
    {
        foreach (var user in new[] { "courier1", "nobody" })
        {
            using var client = fixture.Service.Client();
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "10.77.0.1");
            for (var i = 0; i < 5; i++)
            {
                await (await client.PostAsJsonAsync(Path, new { user, password = "guess" })).ShouldRefuse(401, "INS-0205");
            }

            await (await client.PostAsJsonAsync(Path, new { user, password = "dev-only-" + user })).ShouldRefuse(429, "INS-0203");
        }
    }

    [Fact]
    public async Task A_program_is_no_person()
    {
        using var client = fixture.Service.Client();
        await (await client.PostAsJsonAsync(Path, new { user = "his-1", password = "dev-only-his-1" })).ShouldRefuse(401, "INS-0205");
        await (await client.PostAsJsonAsync(Path, new { })).ShouldRefuse(401, "INS-0205");
    }
}
