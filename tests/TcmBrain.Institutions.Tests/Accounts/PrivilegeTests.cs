using System.Net;
using System.Net.Http.Json;
using TcmBrain.Contracts.Demo;
using static TcmBrain.Institutions.Tests.Accounts.Callers;

namespace TcmBrain.Institutions.Tests.Accounts;

/// <summary>Nobody gives what is not theirs to give, whatever the request says.</summary>
public sealed class PrivilegeTests(InstitutionsFixture fixture)
{
    private static object User(string institution, params string[] roles) =>
        new
        {
            name = Fresh("made"),
            displayName = "某人",
            institutionCode = institution,
            roles,
        };

    [Theory]
    [InlineData("operator")]
    [InlineData("regulator")]
    [InlineData("service")]
    [InlineData("quality")]
    public async Task A_hospitals_administrator_makes_no_such_role(string role)
    {
        using var admin = await fixture.PersonAsync("admin1");
        await (await admin.PostAsJsonAsync("/api/institutions/users", User(Hospital(1), "pharmacist", role))).ShouldRefuse(400, "INS-0305");
        await (
            await admin.PostAsJsonAsync(
                $"/api/institutions/{Hospital(1)}/clients",
                new
                {
                    id = Fresh("c"),
                    name = "x",
                    roles = new[] { role },
                }
            )
        ).ShouldRefuse(400, "INS-0305");
    }

    [Fact]
    public async Task An_administrator_of_the_operator_makes_no_operator_and_touches_none()
    {
        using var @operator = await fixture.As("operator-1");
        var name = Fresh("admin");
        var made = await @operator.PostAsJsonAsync(
            "/api/institutions/users",
            new
            {
                name,
                displayName = "管理员",
                institutionCode = DemoRegion.Operator.Code,
                roles = new[] { "admin" },
                password = "临时但是足够长的口令",
            }
        );
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        using (var first = await fixture.PersonAsync(name, "临时但是足够长的口令"))
        {
            await first.PostAsJsonAsync(
                "/api/institutions/session/password",
                new { current = "临时但是足够长的口令", @new = "自己所选的更长的口令" }
            );
        }

        using var admin = await fixture.PersonAsync(name, "自己所选的更长的口令");
        await (await admin.PostAsJsonAsync("/api/institutions/users", User(DemoRegion.Operator.Code, "operator"))).ShouldRefuse(
            403,
            "INS-0306"
        );
        // A new password for an operator would be an operator's role.
        await (await admin.PostAsJsonAsync("/api/institutions/users/operator1/password", new { })).ShouldRefuse(403, "INS-0306");
        await (await admin.PostAsJsonAsync("/api/institutions/users/operator1/disable", new { reason = "x" })).ShouldRefuse(
            403,
            "INS-0306"
        );
        await (await admin.PostAsJsonAsync("/api/institutions/clients/operator-1/secrets", new { })).ShouldRefuse(403, "INS-0306");
        await (await admin.PostAsync("/api/institutions/users/operator1/unlock", null)).ShouldRefuse(403, "INS-0306");
    }

    [Fact]
    public async Task A_regulator_manages_its_region_and_makes_no_operator()
    {
        using var regulator = await fixture.PersonAsync("regulator1");
        (await regulator.PostAsJsonAsync("/api/institutions/users", User(Hospital(3), "pharmacist"))).StatusCode.ShouldBe(
            HttpStatusCode.Created
        );
        // Yiwu is not Hangzhou's.
        await (await regulator.PostAsJsonAsync("/api/institutions/users", User(Hospital(14), "pharmacist"))).ShouldRefuse(404, "INS-0108");
        await (await regulator.PostAsJsonAsync("/api/institutions/users", User(DemoRegion.Operator.Code, "operator"))).ShouldRefuse(
            403,
            "INS-0306"
        );
        await (await regulator.GetAsync("/api/institutions/users/regulator2")).ShouldRefuse(404, "INS-0301");
    }

    [Fact]
    public async Task Ones_own_roles_and_standing_are_others_to_change()
    {
        using var admin = await fixture.PersonAsync("admin1");
        await (await admin.PostAsJsonAsync("/api/institutions/users/admin1/disable", new { reason = "x" })).ShouldRefuse(409, "INS-0309");
        var tag = (await admin.GetAsync("/api/institutions/users/admin1")).Headers.ETag!.Tag;
        var raise = new HttpRequestMessage(HttpMethod.Put, "/api/institutions/users/admin1")
        {
            Content = JsonContent.Create(new { displayName = "x", roles = new[] { "admin", "prescriber" } }),
            Headers = { { "If-Match", tag } },
        };
        await (await admin.SendAsync(raise)).ShouldRefuse(409, "INS-0309");
    }

    [Theory]
    [InlineData("his-1")]
    [InlineData("pharmacist-1")]
    [InlineData("quality-1")]
    public async Task Who_administers_nothing_is_not_let_in(string client)
    {
        using var caller = await fixture.As(client);
        await (await caller.GetAsync("/api/institutions/users")).ShouldRefuse(403, "GEN-0002");
        await (await caller.GetAsync($"/api/institutions/{Hospital(1)}/clients")).ShouldRefuse(403, "GEN-0002");
        await (await caller.PostAsync("/api/institutions/keys/rotate", null)).ShouldRefuse(403, "GEN-0002");
    }

    [Fact]
    public async Task Only_the_operator_sees_and_rotates_the_signing_keys()
    {
        using var regulator = await fixture.PersonAsync("regulator1");
        await (await regulator.GetAsync("/api/institutions/keys")).ShouldRefuse(403, "GEN-0002");
        using var @operator = await fixture.PersonAsync("operator1");
        var keys = await (await @operator.GetAsync("/api/institutions/keys")).Json();
        keys.GetProperty("items").EnumerateArray().Select(k => k.GetProperty("status").GetString()).ShouldContain("current");
        keys.GetRawText().ShouldNotContain("private", Case.Insensitive);
    }

    [Theory]
    [InlineData("his")]
    [InlineData("service")]
    public async Task A_person_is_no_program(string role)
    {
        using var @operator = await fixture.As("operator-1");
        var institution = role == "his" ? Hospital(1) : DemoRegion.Operator.Code;
        await (await @operator.PostAsJsonAsync("/api/institutions/users", User(institution, role))).ShouldRefuse(400, "INS-0307");
    }

    [Fact]
    public async Task Every_fault_of_an_account_is_told_at_once()
    {
        using var admin = await fixture.PersonAsync("admin1");
        var refused = await (
            await admin.PostAsJsonAsync(
                "/api/institutions/users",
                new
                {
                    name = "A b",
                    displayName = " ",
                    roles = new[] { "king" },
                    password = "short",
                }
            )
        ).ShouldRefuse(400, "INS-0302");
        Answers
            .FaultsOf(refused)
            .ShouldBe(["INS-0302 name", "INS-0102 displayName", "INS-0304 roles[0]", "INS-0331 password"], ignoreOrder: true);
    }
}
