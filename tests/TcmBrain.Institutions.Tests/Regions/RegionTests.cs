using System.Net;
using System.Net.Http.Json;
using TcmBrain.Institutions.Tests.Register;

namespace TcmBrain.Institutions.Tests.Regions;

public sealed class RegionTests(InstitutionsFixture fixture)
{
    private const string Regions = "/api/institutions/regions";

    [Fact]
    public async Task A_region_is_added_renamed_counted_and_retired()
    {
        using var client = await fixture.As("operator-1");
        await client.PostAsJsonAsync(Regions, Region("330800", "衢州市")).ShouldBe(HttpStatusCode.Created);
        await client.PostAsJsonAsync(Regions, Region("330802", "柯城区")).ShouldBe(HttpStatusCode.Created);
        await client.PostAsJsonAsync(Regions, Region("330802", "柯城区")).ShouldRefuse(409, "INS-0107");
        var county = await (await client.GetAsync($"{Regions}/330802")).Json();
        county.GetProperty("parent").GetString().ShouldBe("330800");

        var changed = await client
            .EditAsync($"{Regions}/330802", ("nameZh", "新柯城区"), ("population", 500_000))
            .ShouldBe(HttpStatusCode.OK);
        (await changed.Json()).GetProperty("population").GetInt32().ShouldBe(500_000);
        await client.PutWithTag($"{Regions}/330802", Region("330802", "x"), "\"1\"").ShouldRefuse(412, "INS-0110");

        await client.PostWithTag($"{Regions}/330800/retire", null, "\"1\"").ShouldRefuse(409, "INS-0155");
        var clinic = await client.RegisteredClinicAsync("330802");
        await client.PostWithTag($"{Regions}/330802/retire", null, "\"2\"").ShouldRefuse(409, "INS-0155");
        await client.EditAsync($"/api/institutions/{clinic}", ("regionCode", "330106")).ShouldBe(HttpStatusCode.OK);
        await client.PostWithTag($"{Regions}/330802/retire", null, "\"2\"").ShouldBe(HttpStatusCode.OK);
        await client.PostWithTag($"{Regions}/330802/retire", null, "\"3\"").ShouldRefuse(409, "INS-0157");
        await client.PostAsJsonAsync("/api/institutions", Sample.Clinic("330802")).ShouldRefuse(400, "INS-0105");
        await client.PostAsJsonAsync(Regions, Region("330802", "又一个")).ShouldRefuse(409, "INS-0107");
        await client.PostWithTag($"{Regions}/330800/retire", null, "\"1\"").ShouldBe(HttpStatusCode.OK);

        (await client.GetStringAsync(Regions)).ShouldNotContain("330802");
        (await client.GetStringAsync($"{Regions}?retired=true")).ShouldContain("330802");
        (await (await client.GetAsync($"{Regions}/330802/history")).Json())
            .GetProperty("items")
            .EnumerateArray()
            .Select(c => c.GetProperty("action").GetString())
            .ShouldBe(["retired", "changed", "registered"]);
    }

    [Theory]
    [InlineData("330999", null, "INS-0153 parent")]
    [InlineData("330190", "330700", "INS-0153 parent")]
    [InlineData("330190", "330190", "INS-0154 parent")]
    [InlineData("330100", "330106", "INS-0154 parent")]
    [InlineData("340000", "330000", "INS-0153 parent")]
    [InlineData("33019", null, "INS-0152 code")]
    [InlineData("001234", null, "INS-0152 code")]
    public async Task A_wrong_place_in_the_tree_is_refused(string code, string? parent, string fault)
    {
        using var client = await fixture.As("operator-1");
        var asked = Region(code, "某区").With(("parent", parent));
        var problem = await client.PostAsJsonAsync(Regions, asked).ShouldRefuse(400, fault[..8]);
        Answers.FaultsOf(problem).ShouldBe([fault]);
    }

    [Fact]
    public async Task Only_the_operator_maintains_the_tree()
    {
        using var regulator = await fixture.As("regulator-1");
        await regulator.PostAsJsonAsync(Regions, Region("330191", "某区")).ShouldRefuse(403, "GEN-0002");
        await regulator.PostWithTag($"{Regions}/330102/retire", null, "\"1\"").ShouldRefuse(403, "GEN-0002");
    }

    private static Dictionary<string, object?> Region(string code, string name) =>
        new()
        {
            ["code"] = code,
            ["nameZh"] = name,
            ["nameEn"] = "Region",
            ["longitude"] = 118.9,
            ["latitude"] = 28.9,
        };
}
