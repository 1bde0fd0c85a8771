using System.Net;
using System.Net.Http.Json;
using Npgsql;
using TcmBrain.Contracts;
using TcmBrain.Institutions.Accounts;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Tests.Accounts;

public sealed class BootstrapTests(InstitutionsFixture fixture)
{
    private static readonly string Code = Contracts.Demo.DemoRegion.Operator.Code;

    private static BootstrapRequest Asked(string? password = null, string region = "330100") =>
        new(Code, "某运营中心", "Some operations centre", region, "first-operator", "首位运维员", password);

    [Fact]
    public async Task A_production_installation_has_no_account_and_begins_with_one()
    {
        var database = await fixture.Servers.DatabaseAsync("institutions");
        var settings = InstitutionsFixture.Settings(database, await fixture.Servers.BrokerAsync());
        settings["Demo:Enabled"] = "false";
        await using (var source = NpgsqlDataSource.Create(database))
        await using (var service = await InstitutionsFixture.StartAsync(settings))
        {
            await using (var count = source.CreateCommand("select count(*) from institutions.account"))
            {
                (await count.ExecuteScalarAsync()).ShouldBe(0L);
            }

            // Wrong first: nothing is made.
            (await Should.ThrowAsync<FaultException>(() => Bootstrap.RunAsync(database, Asked(password: "short"), default))).Code.ShouldBe(
                "INS-0331"
            );
            (await Should.ThrowAsync<FaultException>(() => Bootstrap.RunAsync(database, Asked(region: "999999"), default))).Code.ShouldBe(
                "INS-0105"
            );

            var oneTime = (await Bootstrap.RunAsync(database, Asked(), default)).ShouldNotBeNull();

            using var client = service.Client();
            var session = await client.PostAsJsonAsync("/api/institutions/session", new { user = "first-operator", password = oneTime });
            session.StatusCode.ShouldBe(HttpStatusCode.OK, await session.Content.ReadAsStringAsync());
            (await session.Json()).GetProperty("mustChangePassword").GetBoolean().ShouldBeTrue();
            using var first = service.Client(Callers.TokenOf(session));
            var chosen = await first.PostAsJsonAsync(
                "/api/institutions/session/password",
                new { current = oneTime, @new = "两岸猿声啼不住轻舟已过" }
            );
            chosen.StatusCode.ShouldBe(HttpStatusCode.OK, await chosen.Content.ReadAsStringAsync());
            using var @operator = service.Client(Callers.TokenOf(chosen));
            (await @operator.GetAsync($"/api/institutions/{Code}")).StatusCode.ShouldBe(HttpStatusCode.OK);

            (await Should.ThrowAsync<FaultException>(() => Bootstrap.RunAsync(database, Asked(), default))).Code.ShouldBe("INS-0316");
        }
    }

    [Fact]
    public async Task Two_at_once_make_one()
    {
        var database = await fixture.Servers.DatabaseAsync("institutions");
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 3)
                .Select(async n =>
                {
                    try
                    {
                        await Bootstrap.RunAsync(database, Asked() with { User = $"operator-no-{n}" }, default);
                        return "made";
                    }
                    catch (FaultException refusal)
                    {
                        return refusal.Code;
                    }
                })
        );
        outcomes.Order().ShouldBe(["INS-0316", "INS-0316", "made"]);
    }
}
