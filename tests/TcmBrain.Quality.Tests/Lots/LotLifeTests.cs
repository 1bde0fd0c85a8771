using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Lots;

/// <summary>Results, corrections, retests, grades, certificates and suppliers, on real servers.</summary>
public sealed class LotLifeTests(QualityRoom room)
{
    private static readonly object Moisture = new
    {
        test = "moisture",
        value = 11.5,
        unit = "%",
    };

    [Fact]
    public async Task A_lot_that_fails_is_retested_by_another_and_both_results_stay()
    {
        var lot = await room.ArriveAsync(room.Lot("白术"));
        using var one = room.Controller();
        using var two = room.Controller(subject: "quality-2");
        var path = $"/api/quality/lots/{lot.AggregateId}";
        var reported = await one.SendAsync(path + "/results", new { tests = new[] { Moisture, So2(460) }, laboratory = "市药检所" });
        reported.Status.ShouldBe(HttpStatusCode.OK, reported.Text);
        Test(reported.Json, "so2").GetProperty("passes").GetBoolean().ShouldBeFalse();
        (await one.SendAsync(path + "/release", new { })).ShouldBeRefused("QUA-0206", HttpStatusCode.UnprocessableEntity);
        (await one.SendAsync(path + "/results", new { tests = new[] { So2(100) } })).ShouldBeRefused("QUA-0544", HttpStatusCode.Conflict);

        var failed = Test(reported.Json, "so2").GetProperty("results")[0].GetProperty("resultId").GetGuid();
        var retest = new
        {
            resultId = Guid.CreateVersion7(),
            value = 380,
            reason = "供应商申请复检",
            laboratory = "省药检院",
        };
        (await one.SendAsync($"{path}/results/{failed}/retest", retest)).ShouldBeRefused("QUA-0548", HttpStatusCode.Forbidden);
        (await two.SendAsync($"{path}/results/{failed}/retest", retest)).Status.ShouldBe(HttpStatusCode.OK);
        var again = await two.SendAsync($"{path}/results/{failed}/retest", retest);
        again.Status.ShouldBe(HttpStatusCode.OK, again.Text);
        Test(again.Json, "so2")
            .GetProperty("results")
            .EnumerateArray()
            .Select(r => (r.GetProperty("kind").GetString(), r.GetProperty("value").GetDecimal(), r.GetProperty("counts").GetBoolean()))
            .ShouldBe([("first", 460m, false), ("retest", 380m, true)]);
        (await two.SendAsync($"{path}/results/{retest.resultId}/retest", retest with { resultId = Guid.CreateVersion7() })).ShouldBeRefused(
            "QUA-0547",
            HttpStatusCode.Conflict
        );
        (await one.SendAsync(path + "/release", new { })).Status.ShouldBe(HttpStatusCode.OK);
        await Should.ThrowAsync<Npgsql.PostgresException>(async () =>
            await room.ScalarAsync<Guid>("update quality.lot_result set value = 1 where result_id = $1 returning result_id", failed)
        );
    }

    [Fact]
    public async Task A_slip_of_the_pen_is_corrected_with_a_reason()
    {
        var lot = await room.ArriveAsync(room.Lot("白术"));
        using var controller = room.Controller();
        var path = $"/api/quality/lots/{lot.AggregateId}";
        var reported = (await controller.SendAsync(path + "/results", new { tests = new[] { Moisture, So2(4000) } })).Json;
        var wrong = Test(reported, "so2").GetProperty("results")[0].GetProperty("resultId").GetGuid();
        var right = new { resultId = Guid.CreateVersion7(), value = 40.0 };
        (await controller.SendAsync($"{path}/results/{wrong}/correction", right)).ShouldBeRefused("QUA-0103", HttpStatusCode.BadRequest);
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 3)
                .Select(_ =>
                    controller.SendAsync(
                        $"{path}/results/{wrong}/correction",
                        new
                        {
                            right.resultId,
                            right.value,
                            reason = "小数点录错",
                        }
                    )
                )
        );
        answers.ShouldAllBe(a => a.Status == HttpStatusCode.OK);
        (await controller.SendAsync(path + "/release", new { })).Status.ShouldBe(HttpStatusCode.OK);
        (
            await room.ScalarAsync<long>("select count(*) from quality.lot_result where lot_id = $1 and test = 'so2'", lot.AggregateId)
        ).ShouldBe(2);
    }

    [Fact]
    public async Task A_required_test_that_is_missing_holds_the_lot()
    {
        var lot = await room.ArriveAsync(room.Lot("陈皮"));
        using var controller = room.Controller();
        var refused = await controller.SendAsync(
            $"/api/quality/lots/{lot.AggregateId}/release",
            new { tests = new[] { Moisture, So2(10) } }
        );
        refused.ShouldBeRefused("QUA-0543", HttpStatusCode.UnprocessableEntity);
        refused.Json.GetProperty("faults").GetArrayLength().ShouldBe(2, "both aflatoxin limits");
        (await Told.OfAsync(room.Database, lot.AggregateId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_grade_is_the_rules_or_a_named_persons_with_a_reason_and_told()
    {
        using var controller = room.Controller();
        object[] tests =
        [
            Moisture,
            So2(10),
            new
            {
                test = "assay-paeoniflorin",
                value = 1.6,
                unit = "%",
            },
        ];
        var byRule = await room.ArriveAsync(room.Lot());
        (await controller.SendAsync($"/api/quality/lots/{byRule.AggregateId}/release", new { tests })).Status.ShouldBe(HttpStatusCode.OK);
        (await ToldGradeAsync(byRule)).ShouldBe(("优级", "", ""));

        var byName = await room.ArriveAsync(room.Lot());
        var path = $"/api/quality/lots/{byName.AggregateId}/release";
        (await controller.SendAsync(path, new { tests, grade = "一等" })).ShouldBeRefused("QUA-0549", HttpStatusCode.BadRequest);
        (
            await controller.SendAsync(
                path,
                new
                {
                    tests,
                    grade = "一等",
                    gradeReason = "条长≥8 cm,断面粉性足",
                }
            )
        ).Status.ShouldBe(HttpStatusCode.OK);
        var (grade, by, reason) = await ToldGradeAsync(byName);
        (grade, by.Length > 0, reason).ShouldBe(("一等", true, "条长≥8 cm,断面粉性足"));
    }

    [Fact]
    public async Task A_reject_opens_a_nonconformity_of_the_lot()
    {
        var lot = await room.ArriveAsync(room.Lot());
        using var controller = room.Controller();
        await controller.SendAsync($"/api/quality/lots/{lot.AggregateId}/reject", new { reason = "虫蛀" });
        var view = (await controller.ReadAsync($"/api/quality/lots/{lot.AggregateId}")).Json;
        var id = view.GetProperty("nonconformityId").GetGuid();
        var opened = (await Told.OfAsync(room.Database, id)).Single().Event.ShouldBeOfType<NonconformityOpened>();
        (opened.Source, opened.Severity).ShouldBe(("lot-rejected", "major"));
        opened.TextZh.ShouldContain("虫蛀");
    }

    [Fact]
    public async Task A_certificate_is_kept_as_it_came_and_shown_to_those_entitled()
    {
        var lot = await room.ArriveAsync(room.Lot(centre: room.Organisation("330782")));
        var other = await room.ArriveAsync(room.Lot(centre: lot.CentreCode));
        using var controller = room.Controller();
        using var stock = room.Service.Client(TestTokens.Of("d", lot.CentreCode, "330782", "dispenser"));
        using var stranger = room.Service.Client(TestTokens.Of("d", room.Organisation(), "330782", "dispenser"));
        var pdf = "%PDF-1.7\n检验报告"u8.ToArray().Concat(Guid.NewGuid().ToByteArray()).ToArray();
        (await UploadAsync(stranger, lot, pdf)).ShouldBeRefused("QUA-0201", HttpStatusCode.NotFound);
        (await UploadAsync(stock, lot, "<html><script>"u8.ToArray())).ShouldBeRefused("QUA-0552", HttpStatusCode.UnsupportedMediaType);
        (await UploadAsync(stock, lot, [])).ShouldBeRefused("QUA-0553", HttpStatusCode.RequestEntityTooLarge);
        var big = new byte[(5 << 20) + 1];
        pdf.CopyTo(big, 0);
        (await UploadAsync(stock, lot, big)).ShouldBeRefused("QUA-0553", HttpStatusCode.RequestEntityTooLarge);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => UploadAsync(stock, lot, pdf, "../../报告<1>.exe")));
        answers.Count(a => a.Json.GetProperty("recorded").GetBoolean()).ShouldBe(1);
        var id = answers.Select(a => a.Json.GetProperty("certificateId").GetGuid()).Distinct().Single();
        (await UploadAsync(stock, other, pdf))
            .Json.GetProperty("alsoOfLots")
            .GetInt32()
            .ShouldBe(1, "one report for two lots is worth a look");

        using var response = await controller.GetAsync($"/api/quality/certificates/{id}");
        (await response.Content.ReadAsByteArrayAsync()).ShouldBe(pdf);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/pdf");
        response.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        response.Content.Headers.ContentDisposition.FileNameStar.ShouldBe("报告1.pdf");
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        (await stranger.ReadAsync($"/api/quality/certificates/{id}")).ShouldBeRefused("QUA-0551", HttpStatusCode.NotFound);
        using var his = room.Service.Client(TestTokens.Of("x", lot.CentreCode, "330782", "his"));
        (await his.ReadAsync($"/api/quality/certificates/{id}")).ShouldBeRefused("GEN-0002", HttpStatusCode.Forbidden);
        await Should.ThrowAsync<Npgsql.PostgresException>(async () =>
            await room.ScalarAsync<Guid>("delete from quality.certificate where certificate_id = $1 returning certificate_id", id)
        );
    }

    [Fact]
    public async Task A_suppliers_score_is_what_its_lots_say()
    {
        var supplier = "饮片厂" + Guid.NewGuid().ToString("N")[..8];
        var centre = room.Organisation();
        using var controller = room.Controller();
        var lots = new List<LotAccepted>();
        for (var i = 0; i < 4; i++)
        {
            lots.Add(
                await room.ArriveAsync(
                    room.Lot("白术", centre) with
                    {
                        Supplier = supplier,
                        Claimed = i == 0 ? Contracts.Weight.FromGrams(50_500) : null,
                    }
                )
            );
        }

        object[] tests = [Moisture, So2(20)];
        foreach (var lot in lots.Take(3))
        {
            (await controller.SendAsync($"/api/quality/lots/{lot.AggregateId}/release", new { tests })).Status.ShouldBe(HttpStatusCode.OK);
        }

        await controller.SendAsync($"/api/quality/lots/{lots[3].AggregateId}/reject", new { reason = "霉变" });
        await controller.SendAsync($"/api/quality/lots/{lots[2].AggregateId}/recall", new { reason = "抽检" });
        var card = (await controller.ReadAsync($"/api/quality/suppliers/card?supplier={Uri.EscapeDataString(supplier)}")).Json;
        var parts = card.GetProperty("score")
            .GetProperty("parts")
            .EnumerateArray()
            .ToDictionary(p => p.GetProperty("component").GetString()!, p => p.GetProperty("share"));
        parts["first-time"].GetDecimal().ShouldBe(0.75m);
        parts["not-rejected"].GetDecimal().ShouldBe(0.75m);
        parts["recalls"].GetDecimal().ShouldBe(2 / 3m, 1e-6m);
        parts["papers"].ValueKind.ShouldBe(JsonValueKind.Null, "their days are not over");
        parts["weight"].GetDecimal().ShouldBe(1 - (500_000m / 50_500_000 * 1000 / 20), 1e-6m);
        var (weight, recalls) = (1 - (500_000m / 50_500_000 * 1000 / 20), 2 / 3m);
        var expected = 100 * ((40 * 0.75m) + (25 * 0.75m) + (10 * recalls) + (10 * weight)) / 85;
        card.GetProperty("score").GetProperty("score").GetDecimal().ShouldBe(Math.Round(expected, 1));
        card.GetProperty("lots").GetArrayLength().ShouldBe(4);

        using var stranger = room.Service.Client(TestTokens.Of("d", room.Organisation(), "330106", "dispenser"));
        (await stranger.ReadAsync($"/api/quality/suppliers/card?supplier={Uri.EscapeDataString(supplier)}"))
            .Json.GetProperty("lots")
            .GetArrayLength()
            .ShouldBe(0);
        (await controller.ReadAsync("/api/quality/suppliers?from=2026-01-01&until=2025-01-01")).ShouldBeRefused(
            "QUA-0561",
            HttpStatusCode.BadRequest
        );
    }

    private static object So2(double value) =>
        new
        {
            test = "so2",
            value,
            unit = "mg/kg",
        };

    private static JsonElement Test(JsonElement lot, string test) =>
        lot.GetProperty("tests").EnumerateArray().Single(t => t.GetProperty("test").GetString() == test);

    private async Task<(string, string, string)> ToldGradeAsync(LotAccepted lot)
    {
        var released = (await Told.OfAsync(room.Database, lot.AggregateId)).Select(t => t.Event).OfType<LotReleased>().Single();
        return (released.Grade, released.GradedBy, released.GradeReason);
    }

    private static async Task<Answer> UploadAsync(HttpClient client, LotAccepted lot, byte[] content, string name = "coa.pdf")
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new("application/octet-stream");
        using var response = await client.PostAsync(
            $"/api/quality/lots/{lot.AggregateId}/certificates?name={Uri.EscapeDataString(name)}",
            body
        );
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
