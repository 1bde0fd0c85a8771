using System.Net;
using System.Text;
using System.Text.Json;
using TcmBrain.Contracts.Demo;
using TcmBrain.Institutions.Tests.Register;
using TcmBrain.Testing;

namespace TcmBrain.Institutions.Tests.Import;

public sealed class ImportTests(InstitutionsFixture fixture)
{
    private const string Institutions = "/api/institutions/import/institutions";
    private const string Practitioners = "/api/institutions/import/practitioners";
    private const string Titles = "code,nameZh,nameEn,kind,regionCode,licenceNumber,licenceExpiresOn,departments\n";

    [Fact]
    public async Task A_file_is_previewed_brought_in_and_changes_nothing_the_second_time()
    {
        using var client = await fixture.As("operator-1");
        var code = Sample.Code();
        var file = Titles + $"{code},\"导入,诊所\",Imported,clinic,330106,PDY1,2099/1/31,50.01;50.17=治未病科\n";
        (await SendAsync(client, $"{Institutions}?preview=true", file)).ShouldBe((1, 1, 0, 0, 1, 0, 0));
        await client.GetAsync($"/api/institutions/{code}").ShouldRefuse(404, "INS-0108");
        (await SendAsync(client, Institutions, file)).ShouldBe((1, 1, 0, 1, 1, 0, 0));
        var entry = await (await client.GetAsync($"/api/institutions/{code}")).Json();
        entry.GetProperty("nameZh").GetString().ShouldBe("导入,诊所");
        entry.GetProperty("departments")[1].GetProperty("nameZh").GetString().ShouldBe("治未病科");
        (await SendAsync(client, Institutions, file)).ShouldBe((1, 1, 0, 0, 0, 0, 1));
        (await SendAsync(client, $"{Institutions}?existing=refuse", file)).ShouldBe((1, 0, 1, 0, 0, 0, 0));
        (await SendAsync(client, Institutions, file.Replace("Imported", "Imported again", StringComparison.Ordinal))).ShouldBe(
            (1, 1, 0, 1, 0, 1, 0)
        );
        (await fixture.OutboxAsync(entry.GetProperty("id").GetGuid())).ShouldBe(["InstitutionRegistered 1", "InstitutionChanged 2"]);
    }

    [Fact]
    public async Task Each_row_s_faults_are_told_and_all_or_the_valid_rows_are_stored_as_asked()
    {
        using var client = await fixture.As("operator-1");
        var good = Sample.Code();
        var wrong = good[..17] + (good[17] == '0' ? '1' : '0');
        var file =
            Titles
            + $"{good},甲诊所,A,clinic,330106,,,\n"
            + $"{wrong},乙诊所,B,clinic,330106,,,\n"
            + $"{good},丙诊所,C,clinic,330106,,,\n"
            + $"{Sample.Code()},丁诊所,D,casino,999999,P1,2020-01-01,\n"
            + $"{Sample.Code()},戊诊所,E,clinic\n"
            + $"{Sample.Code()},己诊所,F,clinic,330106,P1,soon,50.01;99.99\n";
        foreach (var (mode, applied) in ((string, int)[])[("all", 0), ("valid", 1)])
        {
            var report = await ReportAsync(client, $"{Institutions}?mode={mode}", Encoding.UTF8.GetBytes(file));
            report.GetProperty("refused").GetInt32().ShouldBe(5);
            report.GetProperty("applied").GetInt32().ShouldBe(applied);
            report
                .GetProperty("faults")
                .EnumerateArray()
                .Select(f => $"{f.GetProperty("row").GetInt32()} {f.GetProperty("column").GetString()} {f.GetProperty("code").GetString()}")
                .ShouldBe([
                    "3 code INS-0101",
                    "4 code INS-0165",
                    "5 kind INS-0104",
                    "5 regionCode INS-0105",
                    "5 licenceExpiresOn INS-0118",
                    "6  INS-0170",
                    "7 licenceExpiresOn INS-0167",
                ]);
        }

        await client.GetAsync($"/api/institutions/{good}").ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_spreadsheet_in_Chinese_is_read_in_its_own_encoding()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using var client = await fixture.As("operator-1");
        foreach (var encoding in (Encoding[])[Encoding.GetEncoding("GB18030"), new UTF8Encoding(true)])
        {
            var code = Sample.Code();
            var file =
                $"统一社会信用代码,机构名称,英文名称,机构类别,行政区划代码,所有制,中医馆\r\n{code},㐂寿堂社区卫生服务中心,Xi,社区卫生服务中心(乡镇卫生院),330106,公立,是\r\n";
            var report = await ReportAsync(client, Institutions, [.. encoding.GetPreamble(), .. encoding.GetBytes(file)]);
            report.GetProperty("applied").GetInt32().ShouldBe(1, report.GetRawText());
            var entry = await (await client.GetAsync($"/api/institutions/{code}")).Json();
            entry.GetProperty("nameZh").GetString().ShouldBe("㐂寿堂社区卫生服务中心");
            entry.GetProperty("tcmHall").GetBoolean().ShouldBeTrue();
        }

        await SendBytesAsync(client, Institutions, Encoding.Unicode.GetBytes(Titles)).ShouldRefuse(400, "INS-0163");
        await SendBytesAsync(client, Institutions, [0xFF, 0xFF, 0xFF, 0x0A]).ShouldRefuse(400, "INS-0163");
    }

    [Fact]
    public async Task A_file_that_is_no_table_is_refused_whole()
    {
        using var client = await fixture.As("operator-1");
        await SendBytesAsync(client, Institutions, []).ShouldRefuse(400, "INS-0171");
        var problem = await SendBytesAsync(client, Institutions, "code,colour,code\n"u8.ToArray()).ShouldRefuse(400, "INS-0161");
        Answers.FaultsOf(problem).Count(f => f.StartsWith("INS-0162", StringComparison.Ordinal)).ShouldBe(4);
        await SendBytesAsync(client, Institutions, Encoding.UTF8.GetBytes(Titles + "\"never closed" + new string('x', 20_000)))
            .ShouldRefuse(400, "INS-0170");
        await SendBytesAsync(client, $"{Institutions}?mode=some", []).ShouldRefuse(400, "INS-0169");
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        await client.PostAsync(Institutions, body).ShouldRefuse(415, "GEN-0008");
    }

    [Fact]
    public async Task People_come_with_mentors_of_the_same_file_but_not_with_a_cycle()
    {
        using var client = await fixture.As("operator-1");
        var at = await client.RegisteredClinicAsync();
        var (one, two, three) = (Sample.PersonCode(), Sample.PersonCode(), Sample.PersonCode());
        const string titles = "人员编号,机构统一社会信用代码,姓名,执业类别,名医级别,师承导师编号,毒性药品处方权\n";
        var first = titles + $"{one},{at},甲,医师,省名中医,,是\n{two},{at},乙,医师,,{one},否\n{three},{at},丙,医师,,{two},\n";
        (await SendAsync(client, Practitioners, first)).ShouldBe((3, 3, 0, 3, 3, 0, 0));
        var cycle = titles + $"{one},{at},甲,医师,省名中医,{three},是\n";
        (await SendAsync(client, Practitioners, cycle)).ShouldBe((1, 0, 1, 0, 0, 0, 0));
        // Turned round within one file: the second becomes the first's mentor after it has lost its own.
        var turned = titles + $"{two},{at},乙,医师,,,否\n{one},{at},甲,医师,省名中医,{three},是\n";
        (await SendAsync(client, Practitioners, turned)).ShouldBe((2, 2, 0, 2, 0, 2, 0));
    }

    [Fact]
    public async Task An_import_reaches_as_far_as_its_caller()
    {
        using var yiwu = await fixture.As("regulator-2");
        var foreign = DemoRegion.Hospitals[0];
        var report = await ReportAsync(
            yiwu,
            $"{Institutions}?mode=valid",
            Encoding.UTF8.GetBytes(Titles + $"{foreign.Code},夺取,Taken,hospital,330782,,,\n{Sample.Code()},外地,Far,clinic,330106,,,\n")
        );
        report.GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("code").GetString()).ShouldBe(["INS-0107", "INS-0105"]);
        using var admin = await fixture.AsPerson("admin1");
        await SendBytesAsync(admin, Institutions, []).ShouldRefuse(403, "GEN-0002");
        var people =
            $"code,institutionCode,name,category\n{Sample.PersonCode()},{DemoRegion.Hospitals[1].Code},某,physician\n{Sample.PersonCode()},{foreign.Code},某,physician\n";
        (await SendAsync(admin, $"{Practitioners}?mode=valid", people)).ShouldBe((2, 1, 1, 1, 1, 0, 0));
    }

    [Fact]
    public async Task A_hundred_thousand_rows_with_faults_in_some_come_in_and_again_change_nothing()
    {
        // On a database of its own: the others' lists stay small.
        var settings = InstitutionsFixture.Settings(
            await fixture.Servers.DatabaseAsync("institutions"),
            await fixture.Servers.BrokerAsync()
        );
        settings["Identity:Jwks"] = TestTokens.Jwks;
        settings["Demo:Enabled"] = "false";
        await using var service = await InstitutionsFixture.StartAsync(settings);
        using var client = service.Client(TestTokens.Of("importer", DemoRegion.Operator.Code, DemoRegion.Hangzhou, "operator"));
        client.Timeout = TimeSpan.FromMinutes(5);
        const int rows = 100_000;
        var file = new StringBuilder(Titles);
        for (var i = 0; i < rows; i++)
        {
            var code = Sample.CodeOf("330106", i);
            file.Append(i % 1000 == 7 ? code[..17] + '_' : code).Append(",大批").Append(i).Append("号诊所,Clinic ").Append(i);
            file.Append(i % 1000 == 8 ? ",clinic,330199" : ",clinic,330106").Append(",PDY").Append(i).Append(",2099-12-31,50.01\n");
        }

        var bytes = Encoding.UTF8.GetBytes(file.ToString());
        var valid = await ReportAsync(client, $"{Institutions}?mode=valid", bytes);
        (valid.GetProperty("refused").GetInt32(), valid.GetProperty("applied").GetInt32()).ShouldBe((200, rows - 200));
        valid.GetProperty("faults").GetArrayLength().ShouldBe(200);
        var again = await ReportAsync(client, $"{Institutions}?mode=all", bytes);
        (
            again.GetProperty("refused").GetInt32(),
            again.GetProperty("unchanged").GetInt32(),
            again.GetProperty("applied").GetInt32()
        ).ShouldBe((200, rows - 200, 0));
        var found = await (await client.GetAsync("/api/institutions?search=大批4711号")).Json();
        found.GetProperty("total").GetInt32().ShouldBe(1);
    }

    private static async Task<(int Rows, int Accepted, int Refused, int Applied, int Added, int Changed, int Unchanged)> SendAsync(
        HttpClient client,
        string path,
        string file
    )
    {
        var report = await ReportAsync(client, path, Encoding.UTF8.GetBytes(file));
        int Of(string name) => report.GetProperty(name).GetInt32();
        return (Of("rows"), Of("accepted"), Of("refused"), Of("applied"), Of("added"), Of("changed"), Of("unchanged"));
    }

    private static async Task<JsonElement> ReportAsync(HttpClient client, string path, byte[] file)
    {
        var answer = await SendBytesAsync(client, path, file);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Json();
    }

    /// <summary>One file is read at a time; a test that comes while another's is read tries again.</summary>
    private static async Task<HttpResponseMessage> SendBytesAsync(HttpClient client, string path, byte[] file)
    {
        HttpResponseMessage? answer = null;
        await Eventually.Be(
            async () =>
            {
                answer = await client.PostAsync(path, new ByteArrayContent(file) { Headers = { { "Content-Type", "text/csv" } } });
                return answer.StatusCode != HttpStatusCode.Conflict;
            },
            "no other import is running",
            TimeSpan.FromMinutes(3)
        );
        return answer!;
    }
}
