using System.Net;
using System.Net.Http.Json;
using System.Text;
using TcmBrain.Contracts.Demo;
using TcmBrain.Testing;

namespace TcmBrain.Institutions.Tests.Register;

public sealed class RegisterTests(InstitutionsFixture fixture)
{
    private static Dictionary<string, object?> Clinic(string region = "330106") => Sample.Clinic(region);

    [Fact]
    public async Task A_registration_is_stored_told_of_and_found_again()
    {
        using var client = await fixture.As("operator-1");
        var clinic = Clinic();
        var created = await client.PostAsJsonAsync("/api/institutions", clinic);
        created.StatusCode.ShouldBe(HttpStatusCode.Created, await created.Content.ReadAsStringAsync());
        created.Headers.ETag!.Tag.ShouldBe("\"1\"");
        var found = await client.GetAsync(created.Headers.Location);
        var institution = await found.Json();
        institution.GetProperty("nameZh").GetString().ShouldBe("试验中医诊所");
        institution.GetProperty("status").GetString().ShouldBe("active");
        (await fixture.OutboxAsync(institution.GetProperty("id").GetGuid())).ShouldBe(["InstitutionRegistered 1"]);
    }

    [Fact]
    public async Task Every_fault_of_a_registration_is_named_and_nothing_is_stored()
    {
        using var client = await fixture.As("operator-1");
        var code = (string)Clinic()["code"]!;
        var wrong = code[..17] + (code[17] == '0' ? '1' : '0');
        var problem = await (
            await client.PostAsJsonAsync(
                "/api/institutions",
                new
                {
                    code = wrong,
                    nameZh = " ",
                    nameEn = new string('x', 101),
                    kind = "casino",
                    regionCode = "999999",
                    longitude = 200,
                    latitude = 30,
                }
            )
        ).ShouldRefuse(400, "INS-0101");
        Answers
            .FaultsOf(problem)
            .ShouldBe([
                "INS-0101 code",
                "INS-0104 kind",
                "INS-0105 regionCode",
                "INS-0106 longitude",
                "INS-0102 nameZh",
                "INS-0103 nameEn",
            ]);
        await (await client.GetAsync($"/api/institutions/{wrong}")).ShouldRefuse(404, "INS-0108");
    }

    [Fact]
    public async Task A_code_is_registered_once()
    {
        using var client = await fixture.As("operator-1");
        var clinic = Clinic();
        var many = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.PostAsJsonAsync("/api/institutions", clinic)));
        many.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        foreach (var answer in many.Where(answer => answer.StatusCode != HttpStatusCode.Created))
        {
            await answer.ShouldRefuse(409, "INS-0107");
        }
    }

    [Fact]
    public async Task A_suspension_wants_the_version_read_and_only_one_of_many_wins()
    {
        using var client = await fixture.As("operator-1");
        var created = await client.PostAsJsonAsync("/api/institutions", Clinic());
        var id = (await created.Json()).GetProperty("id").GetGuid();
        var path = created.Headers.Location!.ToString();
        await (await client.PostWithTag(path + "/suspend", new { reason = "x" }, null)).ShouldRefuse(428, "INS-0109");
        await (await client.PostWithTag(path + "/suspend", new { reason = "x" }, "\"7\"")).ShouldRefuse(412, "INS-0110");
        await (await client.PostWithTag(path + "/suspend", new { reason = "" }, "\"1\"")).ShouldRefuse(400, "INS-0102");
        await (await client.PostWithTag(path + "/reinstate", null, "\"1\"")).ShouldRefuse(409, "INS-0112");

        var many = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => client.PostWithTag(path + "/suspend", new { reason = "许可证过期" }, "\"1\""))
        );
        many.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        foreach (var answer in many.Where(answer => answer.StatusCode != HttpStatusCode.OK))
        {
            await answer.ShouldRefuse(412, "INS-0110");
        }

        await (await client.PostWithTag(path + "/suspend", new { reason = "x" }, "\"2\"")).ShouldRefuse(409, "INS-0111");
        var back = await client.PostWithTag(path + "/reinstate", null, "\"2\"");
        back.Headers.ETag!.Tag.ShouldBe("\"3\"");
        (await back.Json()).GetProperty("status").GetString().ShouldBe("active");
        (await fixture.OutboxAsync(id)).ShouldBe(["InstitutionRegistered 1", "InstitutionSuspended 2", "InstitutionReinstated 3"]);
    }

    [Fact]
    public async Task Not_yours_looks_like_not_found()
    {
        using var hospital = await fixture.As("his-1");
        var own = DemoRegion.Hospitals[0].Code;
        var other = DemoRegion.Hospitals[1].Code;
        (await hospital.GetAsync($"/api/institutions/{own}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var notYours = await (await hospital.GetAsync($"/api/institutions/{other}")).Content.ReadAsStringAsync();
        var notThere = await (await hospital.GetAsync("/api/institutions/123456789012345678")).Content.ReadAsStringAsync();
        WithoutRequestId(notYours).ShouldBe(WithoutRequestId(notThere));
        await (await hospital.GetAsync($"/api/institutions/{other}/practitioners")).ShouldRefuse(404, "INS-0108");
        var list = await (await hospital.GetAsync("/api/institutions")).Json();
        list.GetProperty("total").GetInt32().ShouldBe(1);
        list.GetProperty("items")[0].GetProperty("code").GetString().ShouldBe(own);
    }

    [Fact]
    public async Task A_regulator_reaches_its_region_and_no_further()
    {
        using var hangzhou = await fixture.As("regulator-1");
        using var yiwu = await fixture.As("regulator-2");
        var list = await (await hangzhou.GetAsync("/api/institutions?kind=tcm-hospital&limit=200&search=示范")).Json();
        list.GetProperty("items").EnumerateArray().ShouldAllBe(i => i.GetProperty("regionCode").GetString()!.StartsWith("3301"));
        list.GetProperty("total")
            .GetInt32()
            .ShouldBe(
                DemoRegion.Hospitals.Count(h => h is { Kind: "tcm-hospital" } && h.RegionCode.StartsWith("3301", StringComparison.Ordinal))
            );
        (await hangzhou.GetAsync($"/api/institutions/{DemoRegion.Hospitals[13].Code}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await yiwu.GetAsync($"/api/institutions/{DemoRegion.Hospitals[13].Code}")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await (await yiwu.PostAsJsonAsync("/api/institutions", Clinic("330106"))).ShouldRefuse(400, "INS-0105");
        await (
            await yiwu.PostWithTag($"/api/institutions/{DemoRegion.Hospitals[0].Code}/suspend", new { reason = "x" }, "\"1\"")
        ).ShouldRefuse(404, "INS-0108");
        (await yiwu.PostAsJsonAsync("/api/institutions", Clinic("330782"))).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_hospital_changes_no_register()
    {
        using var hospital = await fixture.As("his-1");
        await (await hospital.PostAsJsonAsync("/api/institutions", Clinic())).ShouldRefuse(403, "GEN-0002");
        await (
            await hospital.PostWithTag($"/api/institutions/{DemoRegion.Hospitals[0].Code}/suspend", new { reason = "x" }, "\"1\"")
        ).ShouldRefuse(403, "GEN-0002");
    }

    [Fact]
    public async Task Paging_is_bounded_and_wildcards_mean_themselves()
    {
        using var client = await fixture.As("operator-1");
        await (await client.GetAsync("/api/institutions?limit=201")).ShouldRefuse(400, "INS-0113");
        await (await client.GetAsync("/api/institutions?limit=x")).ShouldRefuse(400, "GEN-0003");
        await (await client.GetAsync("/api/institutions?next=x")).ShouldRefuse(400, "INS-0114");
        await (await client.GetAsync("/api/institutions?search=%00")).ShouldRefuse(400, "INS-0115");
        var all = await (await client.GetAsync("/api/institutions?search=%25")).Json();
        all.GetProperty("total").GetInt32().ShouldBe(0);
        var codes = new List<string>();
        string? next = null;
        do
        {
            var page = await (
                await client.GetAsync($"/api/institutions?limit=5&search=示范{(next is null ? "" : "&next=" + next)}")
            ).Json();
            codes.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString()!));
            page.GetProperty("total").GetInt32().ShouldBe(DemoRegion.Institutions.Count);
            next = page.GetProperty("next").GetString();
        } while (next is not null);
        codes.ShouldBeUnique();
        codes.ShouldBe(DemoRegion.Institutions.Select(i => i.Code), ignoreOrder: true);
    }

    [Fact]
    public async Task Bad_input_is_coded()
    {
        using var client = await fixture.As("operator-1");
        var post = (byte[] body) =>
            client.PostAsync("/api/institutions", new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } });
        await (await post("{"u8.ToArray())).ShouldRefuse(400, "GEN-0003");
        await (await post([.. "{\"nameZh\":\""u8, 0xFF, .. "\"}"u8])).ShouldRefuse(400, "GEN-0004");
        var large = Encoding.UTF8.GetBytes($"{{\"nameZh\":\"{new string('a', 1 << 20)}\"}}");
        await (await post(large)).ShouldRefuse(413, "GEN-0005");
        using var nobody = fixture.Service.Client();
        await (await nobody.GetAsync("/api/institutions")).ShouldRefuse(401, "GEN-0001");
    }

    [Fact]
    public async Task Practitioners_are_registered_by_their_own_institution_with_the_rights_of_their_licence()
    {
        using var operatorClient = await fixture.As("operator-1");
        var path = $"/api/institutions/{DemoRegion.Hospitals[2].Code}/practitioners";
        var before = (await (await operatorClient.GetAsync(path)).Json()).GetProperty("total").GetInt32();
        var problem = await (
            await operatorClient.PostAsJsonAsync(
                path,
                new
                {
                    code = "x-1",
                    name = "",
                    category = "pharmacist",
                    mayPrescribeToxic = true,
                }
            )
        ).ShouldRefuse(400, "INS-0122");
        Answers.FaultsOf(problem).ShouldBe(["INS-0122 code", "INS-0123 mayPrescribeToxic", "INS-0102 name"]);

        var created = await operatorClient.PostAsJsonAsync(
            path,
            new
            {
                code = "T33010600009",
                name = "试医师",
                category = "physician",
                mayPrescribeToxic = true,
            }
        );
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await fixture.OutboxAsync((await created.Json()).GetProperty("id").GetGuid())).ShouldBe(["PractitionerRegistered 1"]);
        await (
            await operatorClient.PostAsJsonAsync(
                path,
                new
                {
                    code = "T33010600009",
                    name = "另一人",
                    category = "physician",
                }
            )
        ).ShouldRefuse(409, "INS-0107");
        (await (await operatorClient.GetAsync(path)).Json()).GetProperty("total").GetInt32().ShouldBe(before + 1);

        using var hospital = await fixture.As("his-3");
        await (
            await hospital.PostAsJsonAsync(
                path,
                new
                {
                    code = "T33010600010",
                    name = "某人",
                    category = "physician",
                }
            )
        ).ShouldRefuse(403, "GEN-0002");
    }

    [Fact]
    public async Task Regions_are_those_of_the_shared_list()
    {
        using var client = await fixture.As("his-1");
        var regions = await client.GetFromJsonAsync<List<DemoArea>>("/api/institutions/regions");
        regions!.ShouldBe(DemoRegion.Areas.OrderBy(area => area.Code, StringComparer.Ordinal));
    }

    private static string WithoutRequestId(string problem) => problem[..problem.IndexOf("\"requestId\"", StringComparison.Ordinal)];
}
