using System.Text;
using System.Text.Json;
using Npgsql;
using TcmBrain.Cockpit.Indicators.Transfer;

namespace TcmBrain.Cockpit.Tests.Indicators;

/// <summary>Reporting and approving, plans and files, over HTTP.</summary>
[Collection(PlanRegion.Shared)]
public sealed class ReportingTests(PlanRegion region)
{
    private const string Values = "/api/cockpit/indicator-values";

    private static string City => PlanRegion.Regulator("330100", "hangzhou", "11330100470100005E");
    private static string CityToo => PlanRegion.Regulator("330100", "hangzhou-2", "11330100470100005E");
    private static string County => PlanRegion.Regulator("330106", "xihu", "11330106470100006F");
    private static string Yiwu => PlanRegion.Regulator("330782", "yiwu", "11330782470100007G");
    private static string Jinhua => PlanRegion.Regulator("330700", "jinhua", "11330700470100008H");

    [Fact]
    public async Task A_county_reports_the_city_approves_and_only_then_it_counts()
    {
        var id = Guid.CreateVersion7();
        var report = Report("hangzhou-2025", 5, "330106", 4);
        (await region.SendAsync(County, HttpMethod.Put, $"{Values}/{id}", report))
            .Body.GetProperty("state")
            .GetString()
            .ShouldBe("submitted");
        // The answer was lost: the same again is one report; the id for another is not taken.
        (await region.SendAsync(County, HttpMethod.Put, $"{Values}/{id}", report))
            .Body.GetProperty("version")
            .GetInt32()
            .ShouldBe(1);
        (await region.SendAsync(County, HttpMethod.Put, $"{Values}/{id}", Report("hangzhou-2025", 5, "330106", 9))).Code.ShouldBe(
            "COC-0402"
        );
        (await ValueAsync("hangzhou-2025", 5, "330100")).ShouldBeNull();

        (await DecideAsync(County, id, approve: true)).Code.ShouldBe("COC-0408");
        (await DecideAsync(PlanRegion.Regulator("330106", "xihu-2", "11330106470100009Z"), id, approve: true)).Code.ShouldBe("COC-0409");
        (await DecideAsync(Yiwu, id, approve: true)).Code.ShouldBe("COC-0407");
        (await DecideAsync(City, id, approve: false)).Code.ShouldBe("COC-0411");
        (await DecideAsync(City, id, approve: true)).Body.GetProperty("decidedBy").GetString().ShouldBe("hangzhou");
        (await DecideAsync(City, id, approve: true)).Status.ShouldBe(200);
        (await DecideAsync(CityToo, id, approve: false, "再议")).Code.ShouldBe("COC-0410");

        // The city has no value of its own: it has what its counties have.
        (await ValueAsync("hangzhou-2025", 5, "330100")).ShouldBe(4);
        (await ValueAsync("hangzhou-2025", 5, "330106")).ShouldBe(4);
        var card = await region.GetAsync(City, "/api/cockpit/indicators/hangzhou-2025/5");
        card.GetProperty("item").GetProperty("source").GetString().ShouldBe("summed");
        card.GetProperty("item").GetProperty("parts").GetRawText().ShouldBe("""{"reported":1,"of":1}""");
    }

    [Fact]
    public async Task A_correction_is_the_next_version_and_what_was_sent_back_says_why()
    {
        var (first, second, third) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await region.SendAsync(Yiwu, HttpMethod.Put, $"{Values}/{first}", Report("yiwu-2025", 14, "330782", 120));
        await region.SendAsync(Yiwu, HttpMethod.Put, $"{Values}/{second}", Report("yiwu-2025", 14, "330782", 130));
        (await region.GetAsync(Yiwu, $"{Values}/{first}")).GetProperty("state").GetString().ShouldBe("replaced");
        (await DecideAsync(Jinhua, second, approve: false, "请附统计公报")).Body.GetProperty("reason").GetString().ShouldBe("请附统计公报");
        await region.SendAsync(Yiwu, HttpMethod.Put, $"{Values}/{third}", Report("yiwu-2025", 14, "330782", 135));
        (await DecideAsync(Jinhua, third, approve: true)).Body.GetProperty("version").GetInt32().ShouldBe(3);
        (await ValueAsync("yiwu-2025", 14, "330782")).ShouldBe(135);
        var list = await region.GetAsync(Yiwu, $"{Values}?plan=yiwu-2025&seq=14&limit=2");
        list.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("version").GetInt32()).ShouldBe([3, 2]);
        var rest = await region.GetAsync(Yiwu, $"{Values}?plan=yiwu-2025&seq=14&limit=2&next={list.GetProperty("next").GetString()}");
        rest.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("version").GetInt32()).ShouldBe([1]);

        // Nobody rewrites what was reported, with whatever program.
        await using var rewrite = region.Host.Database.CreateCommand($"update cockpit.reported_value set value = 1 where id = '{third}'");
        (await Should.ThrowAsync<PostgresException>(rewrite.ExecuteNonQueryAsync())).MessageText.ShouldContain("stays as it is");
        await using var erase = region.Host.Database.CreateCommand("delete from cockpit.reported_value");
        (await Should.ThrowAsync<PostgresException>(erase.ExecuteNonQueryAsync())).MessageText.ShouldContain("append-only");
    }

    [Fact]
    public async Task What_cannot_be_reported_is_refused_with_every_fault()
    {
        async Task<string[]> Codes(string who, object asked) =>
            [
                .. (await region.SendAsync(who, HttpMethod.Put, $"{Values}/{Guid.CreateVersion7()}", asked))
                    .Body.GetProperty("faults")
                    .EnumerateArray()
                    .Select(f => f.GetProperty("code").GetString()!),
            ];

        (await Codes(Yiwu, Report("yiwu-2025", 1, "330782", 1))).ShouldBe(["COC-0401"]);
        (await Codes(Yiwu, Report("hangzhou-2025", 5, "330782", 1))).ShouldBe(["COC-0336"]);
        (await Codes(County, Report("hangzhou-2025", 5, "330102", 1))).ShouldBe(["COC-0101"]);
        (await Codes(PlanRegion.Operator, Report("hangzhou-2025", 5, "310101", 1))).ShouldBe(["COC-0405"]);
        (
            await Codes(
                County,
                new
                {
                    plan = "hangzhou-2025",
                    seq = 99,
                    regionCode = "330106",
                    day = "2099-01-01",
                    value = 1e20,
                    evidence = " ",
                }
            )
        ).ShouldBe(["COC-0337", "COC-0406", "COC-0403", "COC-0404"], ignoreOrder: true);
        (await region.Host.StatusAsync(CockpitHost.Staff(0), Values)).ShouldBe(System.Net.HttpStatusCode.Forbidden);
        (await region.Host.StatusAsync(null, "/api/cockpit/indicators")).ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_county_reads_the_citys_plan_but_does_not_write_it_and_another_city_sees_nothing_of_it()
    {
        using var client = region.Host.Service.Client(City);
        var plan = await client.GetAsync("/api/cockpit/plans/hangzhou-2025");
        var tag = plan.Headers.ETag!.Tag;
        var body = JsonElement.Parse(await plan.Content.ReadAsByteArrayAsync());
        (await region.SendAsync(County, HttpMethod.Put, "/api/cockpit/plans/hangzhou-2025", body, ("If-Match", tag))).Code.ShouldBe(
            "COC-0336"
        );
        (await region.SendAsync(Yiwu, HttpMethod.Put, "/api/cockpit/plans/hangzhou-2025", body, ("If-Match", tag))).Code.ShouldBe(
            "COC-0336"
        );
        (await region.Host.StatusAsync(Yiwu, "/api/cockpit/plans/hangzhou-2025")).ShouldBe(System.Net.HttpStatusCode.NotFound);
        (await region.Host.StatusAsync(County, "/api/cockpit/plans/hangzhou-2025")).ShouldBe(System.Net.HttpStatusCode.OK);
        (await region.SendAsync(County, HttpMethod.Put, "/api/cockpit/plans/mine", body, ("If-None-Match", "*"))).Code.ShouldBe("COC-0101");
        (await region.SendAsync(City, HttpMethod.Put, "/api/cockpit/plans/hangzhou-2025", body)).Code.ShouldBe("COC-0339");

        // What was read can be written: nothing differs, the version stays; a change counts it on, and the old tag is stale.
        (await region.SendAsync(City, HttpMethod.Put, "/api/cockpit/plans/hangzhou-2025", body, ("If-Match", tag)))
            .Body.GetProperty("version")
            .GetInt32()
            .ShouldBe(1);
        var changed = body.GetRawText().Replace("\"targetMin\":60", "\"targetMin\":61", StringComparison.Ordinal);
        (await region.SendAsync(City, HttpMethod.Put, "/api/cockpit/plans/hangzhou-2025", JsonElement.Parse(changed), ("If-Match", tag)))
            .Body.GetProperty("version")
            .GetInt32()
            .ShouldBe(2);
        (await region.SendAsync(City, HttpMethod.Put, "/api/cockpit/plans/hangzhou-2025", body, ("If-Match", tag))).Code.ShouldBe(
            "COC-0338"
        );
        var wrong = body.GetRawText().Replace("kind = 'tcm-hospital'", "kind = 'tcm-hospice'", StringComparison.Ordinal);
        var refused = await region.SendAsync(
            City,
            HttpMethod.Put,
            "/api/cockpit/plans/hangzhou-2025",
            JsonElement.Parse(wrong),
            ("If-Match", "\"2\"")
        );
        refused.Code.ShouldBe("COC-0308");
        refused.Body.GetProperty("faults")[0].GetProperty("field").GetString().ShouldBe("indicators[1].numerator");
    }

    [Fact]
    public async Task Plans_go_out_and_come_in_by_both_kinds_of_file_and_the_same_again_changes_nothing()
    {
        foreach (var query in (string[])["format=csv", "format=xlsx&lang=en"])
        {
            var file = await FileAsync(PlanRegion.Operator, $"/api/cockpit/plans/export?plan=shanghai-145&{query}");
            var report = (await region.SendAsync(PlanRegion.Operator, HttpMethod.Post, "/api/cockpit/plans/import", file)).Body;
            (Count(report, "rows"), Count(report, "unchanged"), Count(report, "refused")).ShouldBe((19, 19, 0), report.GetRawText());
        }

        // The published table itself, as it was taken into the project, is a file that can be imported by a region of one's own.
        var own = Encoding.UTF8.GetBytes(
            "plan,level,region_code,seq,group_zh,name_zh,name_en,unit,baseline_year,baseline,target_year,target_min,target_max,kind,owner_zh,computable_from\n"
                + "xihu-2030,county,330106,1,,床位,Beds,张,2020,0.32,2030,0.69,,level,,reported\n"
        );
        (await region.SendAsync(Yiwu, HttpMethod.Post, "/api/cockpit/plans/import", own))
            .Body.GetProperty("faults")[0]
            .GetProperty("code")
            .GetString()
            .ShouldBe("COC-0101");
        Count((await region.SendAsync(County, HttpMethod.Post, "/api/cockpit/plans/import", own)).Body, "applied").ShouldBe(1);
        Count((await region.SendAsync(County, HttpMethod.Post, "/api/cockpit/plans/import", own)).Body, "unchanged").ShouldBe(1);
    }

    [Fact]
    public async Task A_file_is_judged_row_by_row_and_taken_whole_or_where_it_is_right()
    {
        const string file = """
            规划代码,行政区划代码,序号,指标名称,目标年,目标值,指标性质,分子,分年度目标
            file-plan,330106,1,好的,2030,5,数量,count(institutions),2028=3;2029=4
            file-plan,330106,2,算式错,2030,5,数量,count(institution),
            file-plan,330106,3,数错,2030,五,count,,
            file-plan,330106,3,又一行,1900,5,外星,,2028
            other-plan,330102,1,别人的,2030,5,数量,,
            """;
        var bytes = Encoding.GetEncoding("GB18030").GetBytes(file);
        var whole = (await region.SendAsync(County, HttpMethod.Post, "/api/cockpit/plans/import?mode=all", bytes)).Body;
        (Count(whole, "rows"), Count(whole, "refused"), Count(whole, "applied")).ShouldBe((5, 4, 0));
        var faults = whole
            .GetProperty("faults")
            .EnumerateArray()
            .Select(f => (f.GetProperty("row").GetInt32(), f.GetProperty("column").GetString(), f.GetProperty("code").GetString()))
            .ToList();
        faults.ShouldContain((3, "numerator", "COC-0306"));
        faults.ShouldContain((4, "target_min", "COC-0430"));
        faults.ShouldContain((5, "kind", "COC-0325"));
        faults.ShouldContain((5, "interim", "COC-0333"));
        faults.ShouldContain((5, "seq", "COC-0431"));
        faults.ShouldContain((6, "region_code", "COC-0101"));
        (await region.Host.StatusAsync(County, "/api/cockpit/plans/file-plan")).ShouldBe(System.Net.HttpStatusCode.NotFound);
        Count((await region.SendAsync(County, HttpMethod.Post, "/api/cockpit/plans/import?mode=valid&preview=true", bytes)).Body, "applied")
            .ShouldBe(0);
        Count((await region.SendAsync(County, HttpMethod.Post, "/api/cockpit/plans/import?mode=valid", bytes)).Body, "applied").ShouldBe(1);
        (await region.GetAsync(County, "/api/cockpit/plans/file-plan"))
            .GetProperty("indicators")[0]
            .GetProperty("interim")
            .GetRawText()
            .ShouldBe("""{"2028":3,"2029":4}""");
        (await region.SendAsync(County, HttpMethod.Post, "/api/cockpit/plans/import", Encoding.UTF8.GetBytes("a,b\n1,2"))).Code.ShouldBe(
            "COC-0426"
        );
        (await region.SendAsync(County, HttpMethod.Post, "/api/cockpit/plans/import", new byte[9 << 20])).Code.ShouldBe("COC-0422");
    }

    [Fact]
    public async Task Reported_values_come_in_by_file_once_and_go_out_without_formulas()
    {
        var file = Encoding.UTF8.GetBytes(
            "plan,seq,region_code,day,value,evidence\nyiwu-2025,10,330782,2024/12/31,26.5,=1+1\nyiwu-2025,10,330782,2023-12-31,x,公报\n"
        );
        var refused = (await region.SendAsync(Yiwu, HttpMethod.Post, $"{Values}/import", file)).Body;
        (Count(refused, "refused"), Count(refused, "applied")).ShouldBe((1, 0));
        var taken = (await region.SendAsync(Yiwu, HttpMethod.Post, $"{Values}/import?mode=valid", file)).Body;
        (Count(taken, "added"), Count(taken, "applied")).ShouldBe((1, 1));
        Count((await region.SendAsync(Yiwu, HttpMethod.Post, $"{Values}/import?mode=valid", file)).Body, "unchanged").ShouldBe(1);
        var csv = Encoding.UTF8.GetString(await FileAsync(Yiwu, $"{Values}/export?plan=yiwu-2025&seq=10"));
        csv.ShouldContain(",2024-12-31,26.5,'=1+1,submitted,1,yiwu,");
        Table.Read(await FileAsync(Yiwu, $"{Values}/export?plan=yiwu-2025&seq=10&format=xlsx")).Count.ShouldBe(2);

        // A percentage where the unit is none would be taken for a hundred times more or less.
        var share = Encoding.UTF8.GetBytes("plan,seq,region_code,day,value,evidence\nyiwu-2025,11,330782,2022-12-31,85%,公报\n");
        (await region.SendAsync(Yiwu, HttpMethod.Post, $"{Values}/import?preview=true", share))
            .Body.GetProperty("faults")[0]
            .GetProperty("code")
            .GetString()
            .ShouldBe("COC-0434");
    }

    [Fact]
    public async Task The_wall_is_tagged_by_its_content()
    {
        using var client = region.Host.Service.Client(Jinhua);
        using var first = await client.GetAsync("/api/cockpit/indicators?plan=yiwu-2025&date=2024-01-01");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/cockpit/indicators?plan=yiwu-2025&date=2024-01-01");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await client.SendAsync(again);
        second.StatusCode.ShouldBe(System.Net.HttpStatusCode.NotModified);
    }

    private static object Report(string plan, int seq, string regionCode, double value) =>
        new
        {
            plan,
            seq,
            regionCode,
            day = "2024-12-31",
            value,
            evidence = "统计公报",
        };

    private Task<(int Status, string Code, JsonElement Body)> DecideAsync(string who, Guid id, bool approve, string? reason = null) =>
        region.SendAsync(who, HttpMethod.Post, $"{Values}/{id}/decision", new { approve, reason });

    private async Task<double?> ValueAsync(string plan, int seq, string at)
    {
        var card = await region.GetAsync(PlanRegion.Operator, $"/api/cockpit/indicators/{plan}/{seq}?region={at}");
        var value = card.GetProperty("item").GetProperty("value");
        return value.ValueKind == JsonValueKind.Null ? null : value.GetDouble();
    }

    private async Task<byte[]> FileAsync(string who, string path)
    {
        using var client = region.Host.Service.Client(who);
        return await client.GetByteArrayAsync(path);
    }

    private static int Count(JsonElement report, string name) => report.GetProperty(name).GetInt32();
}
