using System.Net;
using System.Net.Http.Json;
using TcmBrain.Institutions.Tests.Register;

namespace TcmBrain.Institutions.Tests.Consortia;

public sealed class ConsortiumTests(InstitutionsFixture fixture)
{
    private const string Consortia = "/api/institutions/consortia";
    private static int next = 100;

    [Fact]
    public async Task A_consortium_is_formed_seen_by_its_members_changed_and_dissolved()
    {
        using var client = await fixture.As("regulator-1");
        var leader = await client.RegisteredClinicAsync();
        var member = await client.RegisteredClinicAsync();
        var asked = Asked(leader, member);
        var created = await client.PostAsJsonAsync(Consortia, asked).ShouldBe(HttpStatusCode.Created);
        var path = created.Headers.Location!.ToString();
        var memberships = (await (await client.GetAsync($"/api/institutions/{member}")).Json()).GetProperty("consortia");
        memberships[0].GetProperty("leads").GetBoolean().ShouldBeFalse();
        (await (await client.GetAsync($"/api/institutions/{leader}")).Json())
            .GetProperty("consortia")[0]
            .GetProperty("leads")
            .GetBoolean()
            .ShouldBeTrue();

        await client.PostAsJsonAsync(Consortia, asked).ShouldRefuse(409, "INS-0107");
        await client.PutWithTag(path, asked, "\"3\"").ShouldRefuse(412, "INS-0110");
        var third = await client.RegisteredClinicAsync();
        await client.PutWithTag(path, Asked(leader, third, (string)asked["code"]!), "\"1\"").ShouldBe(HttpStatusCode.OK);
        (await (await client.GetAsync($"/api/institutions/{member}")).Json()).GetProperty("consortia").GetArrayLength().ShouldBe(0);

        var dissolved = await client.PostWithTag(path + "/dissolve", null, "\"2\"").ShouldBe(HttpStatusCode.OK);
        var entry = await dissolved.Json();
        entry.GetProperty("members").GetArrayLength().ShouldBe(0);
        await client.PostWithTag(path + "/dissolve", null, "\"3\"").ShouldRefuse(409, "INS-0145");
        (await fixture.OutboxAsync(entry.GetProperty("id").GetGuid())).ShouldBe([
            "ConsortiumChanged 1",
            "ConsortiumChanged 2",
            "ConsortiumChanged 3",
        ]);
        (await (await client.GetAsync(path + "/history")).Json())
            .GetProperty("items")
            .EnumerateArray()
            .Select(c => c.GetProperty("action").GetString())
            .ShouldBe(["dissolved", "changed", "registered"]);
    }

    [Fact]
    public async Task Nobody_leads_who_leads_it()
    {
        using var client = await fixture.As("operator-1");
        var city = await client.RegisteredClinicAsync();
        var county = await client.RegisteredClinicAsync();
        var town = await client.RegisteredClinicAsync();
        await client.PostAsJsonAsync(Consortia, Asked(city, county)).ShouldBe(HttpStatusCode.Created);
        await client.PostAsJsonAsync(Consortia, Asked(county, town)).ShouldBe(HttpStatusCode.Created);
        foreach (var (leader, member) in ((string, string)[])[(city, city), (county, city), (town, city), (town, county)])
        {
            var problem = await client.PostAsJsonAsync(Consortia, Asked(leader, member)).ShouldRefuse(400, "INS-0143");
            Answers.FaultsOf(problem).ShouldBe(["INS-0143 memberCodes[0]"]);
        }

        var one = await client.RegisteredClinicAsync();
        var other = await client.RegisteredClinicAsync();
        var both = await Task.WhenAll(
            client.PostAsJsonAsync(Consortia, Asked(one, other)),
            client.PostAsJsonAsync(Consortia, Asked(other, one))
        );
        both.Select(b => b.StatusCode).ShouldBe([HttpStatusCode.Created, HttpStatusCode.BadRequest], ignoreOrder: true);
    }

    [Fact]
    public async Task Every_fault_is_named_and_foreign_institutions_are_as_if_there_were_none()
    {
        using var yiwu = await fixture.As("regulator-2");
        using var hangzhou = await fixture.As("regulator-1");
        var foreign = await hangzhou.RegisteredClinicAsync();
        var own = await yiwu.RegisteredClinicAsync("330782");
        var problem = await yiwu.PostAsJsonAsync(
                Consortia,
                new
                {
                    code = "x",
                    nameZh = "",
                    nameEn = "X",
                    kind = "club",
                    regionCode = "330106",
                    leaderCode = foreign,
                    memberCodes = new[] { own, own, foreign },
                }
            )
            .ShouldRefuse(400, "INS-0144");
        Answers
            .FaultsOf(problem)
            .ShouldBe([
                "INS-0144 code",
                "INS-0102 nameZh",
                "INS-0142 kind",
                "INS-0105 regionCode",
                "INS-0135 leaderCode",
                "INS-0126 memberCodes[1]",
                "INS-0135 memberCodes[2]",
            ]);
        var asked = Asked(foreign, await hangzhou.RegisteredClinicAsync());
        await hangzhou.PostAsJsonAsync(Consortia, asked).ShouldBe(HttpStatusCode.Created);
        await yiwu.GetAsync($"{Consortia}/{asked["code"]}").ShouldRefuse(404, "INS-0141");
        using var hospital = await fixture.As("his-1");
        await hospital.GetAsync($"{Consortia}/{asked["code"]}").ShouldRefuse(404, "INS-0141");
        await hospital.PostAsJsonAsync(Consortia, asked).ShouldRefuse(403, "GEN-0002");
    }

    private static Dictionary<string, object?> Asked(string leader, string member, string? code = null) =>
        new()
        {
            ["code"] = code ?? $"YLT-{Interlocked.Increment(ref next)}",
            ["nameZh"] = "示范医联体",
            ["nameEn"] = "Demo Alliance",
            ["kind"] = "medical-alliance",
            ["regionCode"] = "330100",
            ["leaderCode"] = leader,
            ["memberCodes"] = new[] { member },
        };
}
