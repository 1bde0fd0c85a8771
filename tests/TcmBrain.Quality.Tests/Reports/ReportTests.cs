using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TcmBrain.Contracts.Events;
using TcmBrain.Quality.Reports;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Reports;

public sealed class ReportTests(QualityRoom room)
{
    private const string Region = "330127";
    private static readonly DateOnly Day = new(2025, 4, 10);

    [Fact]
    public async Task A_frozen_report_says_what_the_interfaces_say_and_is_the_same_each_time()
    {
        var institution = await MonthAsync(12, intercepted: 3);
        using var regulator = Regulator(Region);
        var frozen = (await regulator.SendAsync("/api/quality/reports", new { month = "2025-04" })).Json;
        frozen.GetProperty("recorded").GetBoolean().ShouldBeTrue();
        var id = frozen.GetProperty("report").GetProperty("reportId").GetGuid();
        var view = (await regulator.ReadAsync($"/api/quality/reports/{id}")).Json;
        view.GetProperty("sound").GetBoolean().ShouldBeTrue();
        var content = view.GetProperty("content");

        // Each number is the interface's own.
        var figures = (await regulator.ReadAsync("/api/quality/figures?month=2025-04")).Json;
        content.GetProperty("figures").GetRawText().ShouldBe(figures.GetProperty("figures").GetRawText());
        content.GetProperty("days").GetRawText().ShouldBe(figures.GetProperty("days").GetRawText());
        Value(content, "received").ShouldBe((12, null));
        Value(content, "intercepted-share").ShouldBe((3, 12));
        Value(content, "overridden").ShouldBe((3, 3));
        content.GetProperty("days").GetArrayLength().ShouldBe(30);
        var records = (await regulator.ReadAsync("/api/quality/figures/intercepted/records?month=2025-04")).Json;
        records.GetProperty("total").GetInt64().ShouldBe(3);
        var ranked = (await regulator.ReadAsync("/api/quality/evaluations?period=2025-04")).Json.GetProperty("items")[0];
        var told = content.GetProperty("hospitals")[0];
        told.GetProperty("place").GetProperty("code").GetString().ShouldBe(institution);
        told.GetProperty("total").GetRawText().ShouldBe(ranked.GetProperty("total").GetRawText());

        // Frozen again it is the same; after a change it is a further version, and the first stays as it was.
        var again = (await regulator.SendAsync("/api/quality/reports", new { month = "2025-04" })).Json;
        again.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        await MonthAsync(3, 0, institution);
        var next = (await regulator.SendAsync("/api/quality/reports", new { month = "2025-04" })).Json.GetProperty("report");
        next.GetProperty("version").GetInt32().ShouldBe(2);
        Value((await regulator.ReadAsync($"/api/quality/reports/{id}")).Json.GetProperty("content"), "received").ShouldBe((12, null));

        await PaperAsync(regulator, id, content);
        using var stranger = Regulator("330782");
        (await stranger.ReadAsync($"/api/quality/reports/{id}")).ShouldBeRefused("QUA-0721", HttpStatusCode.NotFound);
        (await stranger.ReadAsync($"/api/quality/reports/{id}/pdf")).ShouldBeRefused("QUA-0721", HttpStatusCode.NotFound);
        (await stranger.ReadAsync($"/api/quality/figures?month=2025-04&region={Region}")).ShouldBeRefused(
            "QUA-0705",
            HttpStatusCode.NotFound
        );
        (await regulator.SendAsync("/api/quality/reports", new { month = "2025-13" })).ShouldBeRefused(
            "QUA-0606",
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task A_number_of_lots_or_nonconformities_opens_exactly_the_records_that_it_counts()
    {
        const string county = "330122";
        var centre = room.Organisation(county);
        using var controller = room.Controller(region: county);
        var lots = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            // Now, as the refusal: an hour ago was another month in the first hour of one.
            lots.Add((await room.ArriveAsync(room.Lot("白术", centre) with { OccurredAt = DateTimeOffset.UtcNow })).AggregateId);
        }

        // One refused, which opens a nonconformity; the others wait. Another county's counts for nothing here.
        var refused = await controller.SendAsync($"/api/quality/lots/{lots[0]}/reject", new { reason = "霉变" });
        refused.Status.ShouldBe(HttpStatusCode.OK, refused.Text);
        var elsewhere = await room.ArriveAsync(room.Lot("白术", room.Organisation("330127")));

        using var regulator = Regulator(county);
        var figures = (await regulator.ReadAsync("/api/quality/figures")).Json.GetProperty("figures").EnumerateArray().ToList();
        foreach (
            var (code, kind, count, of) in new[]
            {
                ("lots-accepted", "lot", 3, 3),
                ("lots-passed", "lot", 0, 1),
                ("nonconformities", "nonconformity", 1, 1),
            }
        )
        {
            var figure = figures.Single(f => f.GetProperty("code").GetString() == code);
            figure.GetProperty("value").GetInt64().ShouldBe(count, code);
            figure.GetProperty("page").GetString().ShouldStartWith($"/reports/figures/{code}?");
            var records = (await regulator.ReadAsync($"/api/quality/figures/{code}/records")).Json;
            records.GetProperty("kind").GetString().ShouldBe(kind);
            records.GetProperty("total").GetInt64().ShouldBe(of, code);
            var items = records.GetProperty("items").EnumerateArray().ToList();
            items.Count(i => i.GetProperty("counts").GetBoolean()).ShouldBe(count, code);
            items.ShouldAllBe(i => i.GetProperty("place").GetProperty("code").GetString() == centre);
            if (code == "lots-accepted")
            {
                items.Select(i => i.GetProperty("id").GetGuid()).ShouldBe(lots, ignoreOrder: true);
                items.ShouldNotContain(i => i.GetProperty("id").GetGuid() == elsewhere.AggregateId);
            }
        }

        (await regulator.ReadAsync("/api/quality/figures/rational/records")).ShouldBeRefused("QUA-0704", HttpStatusCode.BadRequest);
    }

    [Fact]
    public void An_altered_report_is_found_out()
    {
        var report = new MonthlyReport(
            MonthlyReport.CurrentForm,
            "330100",
            "杭州市",
            "Hangzhou",
            "2025-04",
            false,
            "2026-11",
            [],
            [],
            [],
            new SatisfactionFigures(null, null),
            [],
            []
        );
        var text = report.ToText();
        var hash = Convert.ToHexStringLower(TcmBrain.Quality.Evaluation.PublishedEvaluation.HashOf(text));
        MonthlyReport.IsSound(text, hash).ShouldBeTrue();
        MonthlyReport.IsSound(text.Replace("杭州", "宁波", StringComparison.Ordinal), hash).ShouldBeFalse();
    }

    /// <summary>HTML and PDF, in both languages: the same numbers, the same bytes each time, nothing from elsewhere.</summary>
    private static async Task PaperAsync(HttpClient regulator, Guid id, JsonElement content)
    {
        foreach (var language in new[] { "zh-CN", "en" })
        {
            using var page = await regulator.GetAsync($"/api/quality/reports/{id}/html?lang={language}");
            page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'");
            var html = await page.Content.ReadAsStringAsync();
            html.ShouldNotContain("<script");
            html.ShouldContain(language == "en" ? "Prescriptions received" : "接收处方");
            foreach (var figure in content.GetProperty("figures").EnumerateArray())
            {
                var shown = Regex.Match(html, $"data-code=\"{figure.GetProperty("code").GetString()}\" value=\"(\\d+)\"");
                shown.Groups[1].Value.ShouldBe(figure.GetProperty("value").GetRawText());
                html.ShouldContain($"href=\"{figure.GetProperty("page").GetString()!.Replace("&", "&amp;", StringComparison.Ordinal)}\"");
            }

            if (!File.Exists("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"))
            {
                continue;
            }

            var pdf = await regulator.GetByteArrayAsync($"/api/quality/reports/{id}/pdf?lang={language}");
            Encoding.ASCII.GetString(pdf, 0, 8).ShouldBe("%PDF-1.7");
            Encoding.Latin1.GetString(pdf).ShouldContain("/S /URI");
            (await regulator.GetByteArrayAsync($"/api/quality/reports/{id}/pdf?lang={language}")).ShouldBe(pdf);
        }

        using var chart = await regulator.GetAsync($"/api/quality/reports/{id}/charts/daily");
        chart.Content.Headers.ContentType!.MediaType.ShouldBe("image/svg+xml");
    }

    private HttpClient Regulator(string region) =>
        room.Service.Client(TestTokens.Of("regulator-1", "11" + region + "MB00000017", region, "regulator"));

    private static (long, long?) Value(JsonElement content, string code)
    {
        var figure = content.GetProperty("figures").EnumerateArray().Single(f => f.GetProperty("code").GetString() == code);
        var whole = figure.GetProperty("denominator");
        return (figure.GetProperty("value").GetInt64(), whole.ValueKind == JsonValueKind.Null ? null : whole.GetInt64());
    }

    private async Task<string> MonthAsync(int count, int intercepted, string? institution = null)
    {
        var code = institution ?? room.Organisation(Region);
        var at = new DateTimeOffset(Day.ToDateTime(new TimeOnly(2, 0)), TimeSpan.Zero);
        PrescriptionReceived[] received = [.. Enumerable.Range(0, count).Select(_ => room.Received(code, Region) with { OccurredAt = at })];
        Event[] all =
        [
            .. received,
            .. received.Select((r, i) => QualityRoom.Audited(r) with { Outcome = i < intercepted ? "double_sign" : "pass" }),
            .. received.Select(r => QualityRoom.Approved(r) with { OccurredAt = at.AddMinutes(10) }),
        ];
        await room.TakenInAsync(await room.Prescriptions.TellAsync(all));
        return code;
    }
}
