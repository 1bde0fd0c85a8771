using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TcmBrain.Contracts.Demo;

namespace TcmBrain.Institutions.Tests.Register;

public sealed class EditingTests(InstitutionsFixture fixture)
{
    [Fact]
    public async Task A_change_counts_up_is_told_and_stands_in_the_history_with_who_and_what()
    {
        using var client = await fixture.As("operator-1");
        var code = await client.RegisteredClinicAsync();
        var path = $"/api/institutions/{code}";
        var changed = await client
            .EditAsync(
                path,
                ("nameZh", "新名中医诊所"),
                ("departments", new[] { new { code = "50.17", nameZh = "治未病科" }, new { code = "50.01", nameZh = (string?)null! } })
            )
            .ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag!.Tag.ShouldBe("\"2\"");
        var entry = await changed.Json();
        entry
            .GetProperty("departments")
            .GetRawText()
            .ShouldBe("""[{"code":"50.01","nameZh":"内科专业"},{"code":"50.17","nameZh":"治未病科"}]""");
        (await fixture.OutboxAsync(entry.GetProperty("id").GetGuid())).ShouldBe(["InstitutionRegistered 1", "InstitutionChanged 2"]);

        // The same again is no change.
        (await client.EditAsync(path).ShouldBe(HttpStatusCode.OK)).Headers.ETag!.Tag.ShouldBe("\"2\"");

        var history = await (await client.GetAsync(path + "/history?limit=1")).Json();
        history.GetProperty("total").GetInt32().ShouldBe(2);
        var newest = history.GetProperty("items")[0];
        newest.GetProperty("by").GetString().ShouldBe("operator-1");
        newest.GetProperty("action").GetString().ShouldBe("changed");
        var name = newest.GetProperty("changes").EnumerateArray().Single(c => c.GetProperty("field").GetString() == "nameZh");
        (name.GetProperty("from").GetString(), name.GetProperty("to").GetString()).ShouldBe(("试验中医诊所", "新名中医诊所"));
        var older = await (await client.GetAsync($"{path}/history?next={history.GetProperty("next").GetString()}")).Json();
        older.GetProperty("items").GetArrayLength().ShouldBe(1);
        older.GetProperty("items")[0].GetProperty("action").GetString().ShouldBe("registered");
    }

    [Fact]
    public async Task The_history_cannot_be_changed_in_the_database()
    {
        foreach (
            var sql in (string[])
                ["update institutions.change set actor = 'x'", "delete from institutions.change", "truncate institutions.change"]
        )
        {
            await using var command = fixture.Database.CreateCommand(sql);
            (await Should.ThrowAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync())).Message.ShouldContain("append-only");
        }
    }

    [Fact]
    public async Task A_change_wants_the_version_read_and_one_of_many_wins()
    {
        using var client = await fixture.As("operator-1");
        var clinic = Sample.Clinic();
        await client.PostAsJsonAsync("/api/institutions", clinic).ShouldBe(HttpStatusCode.Created);
        var path = $"/api/institutions/{clinic["code"]}";
        await client.PutWithTag(path, clinic, null).ShouldRefuse(428, "INS-0109");
        await client.PutWithTag(path, clinic, "\"7\"").ShouldRefuse(412, "INS-0110");
        await client.PutWithTag(path, Sample.Clinic(), "\"1\"").ShouldRefuse(400, "INS-0128");
        var many = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i => client.PutWithTag(path, new Dictionary<string, object?>(clinic).With(("nameEn", $"Clinic {i}")), "\"1\""))
        );
        many.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        many.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed).ShouldBe(7);
    }

    [Theory]
    [InlineData("kind", "clinic", "level", "三级甲等", "INS-0117 level")]
    [InlineData("kind", "hospital", "level", "四级", "INS-0117 level")]
    [InlineData("kind", "clinic", "beds", 5, "INS-0120 beds")]
    [InlineData("kind", "hospital", "beds", 20_001, "INS-0120 beds")]
    [InlineData("kind", "hospital", "tcmHall", true, "INS-0124 tcmHall")]
    [InlineData("kind", "clinic", "ownership", "mine", "INS-0116 ownership")]
    [InlineData("kind", "clinic", "addressZh", "一\n二", "INS-0115 addressZh")]
    [InlineData("licenceNumber", "PDY1", "licenceExpiresOn", "2020-01-01", "INS-0118 licenceExpiresOn")]
    [InlineData("licenceNumber", "", "licenceExpiresOn", "2099-01-01", "INS-0119 licenceNumber")]
    public async Task What_does_not_belong_to_a_kind_or_has_expired_is_refused(
        string one,
        object value,
        string other,
        object wrong,
        string fault
    )
    {
        using var client = await fixture.As("operator-1");
        var problem = await client
            .PostAsJsonAsync("/api/institutions", Sample.Clinic().With((one, value), (other, wrong)))
            .ShouldRefuse(400, fault[..8]);
        Answers.FaultsOf(problem).ShouldBe([fault]);
    }

    [Fact]
    public async Task Departments_are_those_of_the_national_list_each_once_and_only_where_patients_are_seen()
    {
        using var client = await fixture.As("operator-1");
        object[] departments = [new { code = "50.99" }, new { code = "21" }, new { code = "21" }];
        var problem = await client
            .PostAsJsonAsync("/api/institutions", Sample.Clinic().With(("departments", departments)))
            .ShouldRefuse(400, "INS-0125");
        Answers.FaultsOf(problem).ShouldBe(["INS-0125 departments[0].code", "INS-0126 departments[2].code"]);
        object[] one = [new { code = "21" }];
        await client
            .PostAsJsonAsync("/api/institutions", Sample.Clinic().With(("kind", "pharmacy"), ("departments", one)))
            .ShouldRefuse(400, "INS-0127");
    }

    [Fact]
    public async Task A_licence_that_expires_later_is_shown_and_does_not_stop_other_changes()
    {
        using var client = await fixture.As("operator-1");
        var code = await client.RegisteredClinicAsync("330106", ("licenceNumber", "PDY9"), ("licenceExpiresOn", "2099-01-01"));
        await using (
            var command = fixture.Database.CreateCommand(
                $"update institutions.institution set licence_expires_on = '2024-05-31' where code = '{code}'"
            )
        )
        {
            await command.ExecuteNonQueryAsync();
        }

        var path = $"/api/institutions/{code}";
        (await (await client.GetAsync(path)).Json()).GetProperty("licenceExpired").GetBoolean().ShouldBeTrue();
        await client.EditAsync(path, ("addressZh", "新址")).ShouldBe(HttpStatusCode.OK);
        await client.EditAsync(path, ("licenceExpiresOn", "2024-06-30")).ShouldRefuse(400, "INS-0118");
        var renewed = await client.EditAsync(path, ("licenceExpiresOn", "2098-01-01")).ShouldBe(HttpStatusCode.OK);
        (await renewed.Json()).GetProperty("licenceExpired").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_regulator_moves_nothing_out_of_its_region_or_into_it()
    {
        using var yiwu = await fixture.As("regulator-2");
        using var hangzhou = await fixture.As("regulator-1");
        var code = await yiwu.RegisteredClinicAsync("330782");
        await yiwu.EditAsync($"/api/institutions/{code}", ("regionCode", "330106")).ShouldRefuse(400, "INS-0105");
        await hangzhou
            .PutWithTag($"/api/institutions/{code}", Sample.Clinic("330106").With(("code", code)), "\"1\"")
            .ShouldRefuse(404, "INS-0108");
        await hangzhou
            .EditAsync($"/api/institutions/{await hangzhou.RegisteredClinicAsync("330106")}", ("regionCode", "330105"))
            .ShouldBe(HttpStatusCode.OK);
        await yiwu.PostAsJsonAsync("/api/institutions", Sample.Clinic("330782").With(("kind", "regulator"))).ShouldRefuse(403, "INS-0130");
    }

    [Fact]
    public async Task An_institution_s_administrator_changes_its_departments_but_raises_itself_to_nothing()
    {
        using var admin = await fixture.AsPerson("admin1");
        var path = $"/api/institutions/{DemoRegion.Hospitals[0].Code}";
        object[] departments = [new { code = "50.17", nameZh = "治未病科" }, new { code = "50.15", nameZh = "康复科" }];
        await admin.EditAsync(path, ("departments", departments), ("addressZh", "示范路 1 号")).ShouldBe(HttpStatusCode.OK);
        foreach (
            var (field, value) in new (string, object)[]
            {
                ("nameZh", "别名"),
                ("kind", "hospital"),
                ("level", "三级特等"),
                ("licenceNumber", "X1"),
                ("beds", 900),
                ("ownership", "private"),
                ("regionCode", "330105"),
            }
        )
        {
            var refusal = await admin.EditAsync(path, (field, value));
            var problem = await refusal.Json();
            ((int)refusal.StatusCode).ShouldBeOneOf(400, 403);
            Answers.FaultsOf(problem).ShouldAllBe(f => f.EndsWith(field, StringComparison.Ordinal));
        }

        var other = DemoRegion.Hospitals[1].Code;
        await admin.PutWithTag($"/api/institutions/{other}", Sample.Clinic().With(("code", other)), "\"1\"").ShouldRefuse(404, "INS-0108");
        await admin.PostWithTag(path + "/suspend", new { reason = "x" }, "\"1\"").ShouldRefuse(403, "GEN-0002");
        await (await admin.PostAsJsonAsync("/api/institutions", Sample.Clinic())).ShouldRefuse(403, "GEN-0002");
    }

    [Fact]
    public async Task What_is_found_by_name_or_by_the_beginning_of_a_code()
    {
        using var client = await fixture.As("operator-1");
        var code = await client.RegisteredClinicAsync("330127", ("nameZh", "岐黄巷𠮷祥百草堂"), ("nameEn", "Qihuang Lane Herbs"));
        foreach (
            var search in (string[])
                ["岐", "岐黄", "黄巷𠮷", "𠮷祥", "百草堂", "巷𠮷祥百草", "qihuang", "LANE herb", code[..14], code.ToLowerInvariant()]
        )
        {
            var found = await (await client.GetAsync($"/api/institutions?search={Uri.EscapeDataString(search)}")).Json();
            CodesOf(found).ShouldContain(code, search);
        }

        // The pieces are all there, but not one after the other.
        foreach (var search in (string[])["百草堂岐黄巷", "草药", "Lane Qihuang"])
        {
            var found = await (await client.GetAsync($"/api/institutions?search={Uri.EscapeDataString(search)}")).Json();
            CodesOf(found).ShouldNotContain(code, search);
        }
    }

    [Fact]
    public async Task The_map_and_the_counts_reach_as_far_as_the_caller()
    {
        using var yiwu = await fixture.As("regulator-2");
        var map = (await (await yiwu.GetAsync("/api/institutions/map")).Json()).GetProperty("items").EnumerateArray().ToList();
        map.ShouldNotBeEmpty();
        map.ShouldAllBe(p => p.GetProperty("regionCode").GetString() == "330782");
        var counts = await (await yiwu.GetAsync("/api/institutions/summary")).Json();
        counts.GetProperty("byRegion").EnumerateObject().Select(r => r.Name).ShouldBe(["330782"]);
        counts.GetProperty("byKind").EnumerateObject().Sum(k => k.Value.GetInt64()).ShouldBe(counts.GetProperty("institutions").GetInt64());
        using var hospital = await fixture.As("his-5");
        (await (await hospital.GetAsync("/api/institutions/summary")).Json()).GetProperty("institutions").GetInt64().ShouldBe(1);
    }

    private static List<string?> CodesOf(JsonElement list) =>
        [.. list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("code").GetString())];
}
