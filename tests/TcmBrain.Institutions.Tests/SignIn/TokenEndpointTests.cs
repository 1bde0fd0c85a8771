using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using TcmBrain.Contracts.Demo;
using TcmBrain.ServiceDefaults.Identity;
using TcmBrain.Testing;

namespace TcmBrain.Institutions.Tests.SignIn;

public sealed class TokenEndpointTests(InstitutionsFixture fixture)
{
    private static string Address() => $"10.{Random.Shared.Next(256)}.{Random.Shared.Next(256)}.{Random.Shared.Next(1, 255)}";

    [Fact]
    public async Task A_token_says_who_for_whom_and_for_how_long()
    {
        var token = new JsonWebToken(await fixture.TokenOf("checker-2"));
        token.Alg.ShouldBe("ES256");
        token.Typ.ShouldBe(TokenRules.Type);
        token.Issuer.ShouldBe(TokenRules.Issuer);
        token.Audiences.ShouldBe([TokenRules.Audience]);
        token.Subject.ShouldBe("checker-2");
        token.GetClaim("inst").Value.ShouldBe(DemoRegion.Pharmacies[1].Code);
        token.GetClaim("region").Value.ShouldBe("330109");
        token.Claims.Where(claim => claim.Type == "role").Select(claim => claim.Value).ShouldBe(["pharmacist", "dispenser"]);
        (token.ValidTo - token.ValidFrom).ShouldBe(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Basic_authentication_serves_as_well()
    {
        using var client = fixture.Service.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes("his-2:dev-only-his-2"))
        );
        var answer = await client.PostAsync("/oauth/token", new FormUrlEncodedContent([new("grant_type", "client_credentials")]));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await answer.Json()).GetProperty("token_type").GetString().ShouldBe("Bearer");
    }

    [Fact]
    public async Task An_unknown_client_and_a_wrong_secret_look_alike()
    {
        var unknown = await fixture.TokenRequest("nobody", "x", from: Address());
        var wrong = await fixture.TokenRequest("his-4", "x", from: Address());
        await unknown.ShouldRefuse(401, "INS-0201");
        (await wrong.Content.ReadAsStringAsync()).ShouldBe(await unknown.Content.ReadAsStringAsync());
        (await wrong.Json()).GetProperty("error").GetString().ShouldBe("invalid_client");
        wrong.Headers.WwwAuthenticate.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_the_RFC_does_not_allow_is_refused_in_its_words()
    {
        (await (await fixture.TokenRequest("his-1", "dev-only-his-1", "password")).ShouldRefuse(400, "INS-0202"))
            .GetProperty("error")
            .GetString()
            .ShouldBe("unsupported_grant_type");
        using var client = fixture.Service.Client();
        await (await client.PostAsync("/oauth/token", new StringContent("{}", Encoding.UTF8, "application/json"))).ShouldRefuse(
            400,
            "INS-0206"
        );
        var twice = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", "a"), new("client_id", "b")]);
        (await (await client.PostAsync("/oauth/token", twice)).ShouldRefuse(400, "INS-0206"))
            .GetProperty("error")
            .GetString()
            .ShouldBe("invalid_request");
        await (await fixture.TokenRequest("his-1\0", "x")).ShouldRefuse(400, "INS-0206");
        await (await fixture.TokenRequest(new string('a', 101), "x")).ShouldRefuse(401, "INS-0201");
    }

    [Fact]
    public async Task A_brute_force_run_is_locked_out_even_with_the_right_secret_and_others_are_not()
    {
        var attacker = Address();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => fixture.TokenRequest("his-5", "guess-" + i, from: attacker)));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized).ShouldBe(5);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ShouldBe(7);

        var right = await fixture.TokenRequest("his-5", "dev-only-his-5", from: attacker);
        await right.ShouldRefuse(429, "INS-0203");
        right.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        (await fixture.TokenRequest("his-5", "dev-only-his-5", from: Address())).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_locked_out_alike()
    {
        var attacker = Address();
        HttpResponseMessage last = null!;
        for (var i = 0; i < 6; i++)
        {
            last = await fixture.TokenRequest("no-such-client", "x", from: attacker);
        }

        await last.ShouldRefuse(429, "INS-0203");
    }

    [Fact]
    public async Task Many_sign_ins_at_once_with_the_right_secret_all_succeed()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => fixture.TokenRequest("his-6", "dev-only-his-6", from: "10.9.9.9"))
        );
        answers.ShouldAllBe(answer => answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_suspended_institution_gets_no_token_until_it_is_reinstated()
    {
        var path = $"/api/institutions/{DemoRegion.Hospitals[11].Code}";
        using var client = await fixture.As("operator-1");
        (
            await client.PostWithTag(path + "/suspend", new { reason = "检查" }, (await client.GetAsync(path)).Headers.ETag!.Tag)
        ).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await (await fixture.TokenRequest("his-12", "dev-only-his-12")).ShouldRefuse(403, "INS-0204"))
            .GetProperty("error")
            .GetString()
            .ShouldBe("unauthorized_client");
        await (await fixture.TokenRequest("his-12", "wrong", from: Address())).ShouldRefuse(401, "INS-0201");
        (await client.PostWithTag(path + "/reinstate", null, (await client.GetAsync(path)).Headers.ETag!.Tag)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        (await fixture.TokenRequest("his-12", "dev-only-his-12")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_of_somebody_elses_key_opens_nothing()
    {
        using var client = fixture.Service.Client(TestTokens.Of("operator-1", DemoRegion.Operator.Code, "330100", Roles.Operator));
        await (await client.GetAsync("/api/institutions")).ShouldRefuse(401, "GEN-0001");
    }

    [Fact]
    public async Task An_addresss_burst_is_bounded()
    {
        var settings = InstitutionsFixture.Settings(fixture.ConnectionString, fixture.Broker);
        settings["SignIn:Burst"] = "3";
        settings["SignIn:PerSecond"] = "1";
        await using var service = await InstitutionsFixture.StartAsync(settings);
        using var client = service.Client();
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 8 && refused is null; i++)
        {
            var answer = await client.PostAsync("/oauth/token", new FormUrlEncodedContent([new("grant_type", "none")]));
            refused = answer.StatusCode == HttpStatusCode.TooManyRequests ? answer : null;
        }

        await refused!.ShouldRefuse(429, "GEN-0009");
        refused!.Headers.RetryAfter.ShouldNotBeNull();
    }
}
