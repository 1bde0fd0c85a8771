using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Quality.Evaluation;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Evaluation;

public sealed class EvaluationTests(QualityRoom room)
{
    [Fact]
    public async Task An_institutions_score_is_recomputed_by_hand_from_what_was_told()
    {
        var institution = room.Organisation("330112");
        await NameAsync(institution, "330112", "天目测试中医院");
        // 20 prescriptions: 18 pass, 2 are double-signed with an over-dose and approved after 30 and 90 minutes.
        await MonthAsync(institution, "330112", new DateOnly(2025, 6, 10), 20, intercepted: 2);
        using var regulator = Regulator("330100");
        var view = (await regulator.ReadAsync($"/api/quality/evaluations/{institution}?period=2025-06")).Json;
        view.GetProperty("place").GetProperty("zh").GetString().ShouldBe("天目测试中医院");
        var card = view.GetProperty("card");
        var indicators = card.GetProperty("indicators").EnumerateArray().ToDictionary(i => i.GetProperty("code").GetString()!);
        Counts("audit-clean").ShouldBe((18, 20));
        Counts("over-dose").ShouldBe((2, 20));
        Counts("delivered").ShouldBe((0, 20));
        Counts("few-pieces").ShouldBe((20, 20));
        Counts("decided-in-time").ShouldBe((1, 2));
        // (0.9 − 0.7) / 0.28; (0.1 − 0.3) / −0.28; nothing delivered; nothing ended otherwise; four pieces each.
        Score("audit-clean").ShouldBe(71_429);
        Score("over-dose").ShouldBe(71_429);
        Score("delivered").ShouldBe(0);
        Score("ended-otherwise").ShouldBe(100_000);
        Score("few-pieces").ShouldBe(100_000);
        // Two are too few to say how fast interceptions are decided; nobody reviewed, nothing was checked.
        foreach (var missing in new[] { "decided-in-time", "rational", "traced", "urgent-in-time", "overall" })
        {
            indicators[missing].GetProperty("score").ValueKind.ShouldBe(JsonValueKind.Null);
        }

        // Quality 71.429 of weight 300 (450 of its 1000 known), performance 0.5·0 + 0.3·100 + 0.2·100 = 50 of 200:
        // (300 · 71.429 + 200 · 50) / 500 = 62.857.
        card.GetProperty("total").GetInt32().ShouldBe(62_857);
        card.GetProperty("known").GetInt32().ShouldBe((300 * 450 + 200 * 1000) / 1000);
        card.GetProperty("indicators").EnumerateArray().Sum(i => i.GetProperty("contribution").GetInt32()).ShouldBe(62_857);

        var records = (
            await regulator.ReadAsync($"/api/quality/evaluations/{institution}/records?period=2025-06&indicator=over-dose")
        ).Json;
        records.GetProperty("total").GetInt64().ShouldBe(20);
        records.GetProperty("items").EnumerateArray().Count(r => r.GetProperty("missed").GetBoolean()).ShouldBe(2);

        (long, long) Counts(string code) =>
            (indicators[code].GetProperty("numerator").GetInt64(), indicators[code].GetProperty("denominator").GetInt64());
        int Score(string code) => indicators[code].GetProperty("score").GetInt32();
    }

    [Fact]
    public async Task What_moved_a_score_between_two_months_adds_up_and_an_institution_sees_itself_only()
    {
        var (institution, neighbour) = (room.Organisation("330113"), room.Organisation("330113"));
        await MonthAsync(institution, "330113", new DateOnly(2025, 7, 10), 20, intercepted: 6);
        await MonthAsync(institution, "330113", new DateOnly(2025, 8, 10), 20, intercepted: 1);
        await MonthAsync(neighbour, "330113", new DateOnly(2025, 8, 10), 20, intercepted: 4);
        using var own = room.Service.Client(TestTokens.Of("admin-1", institution, "330113", "admin"));
        var view = (await own.ReadAsync($"/api/quality/evaluations/{institution}?period=2025-08")).Json;
        var change = view.GetProperty("card").GetProperty("total").GetInt32() - view.GetProperty("totalBefore").GetInt32();
        change.ShouldBeGreaterThan(0);
        view.GetProperty("moved")
            .EnumerateArray()
            .Sum(m => m.GetProperty("byValue").GetInt32() + m.GetProperty("byWeight").GetInt32())
            .ShouldBe(change);
        view.GetProperty("trend").EnumerateArray().Last().GetProperty("period").GetString().ShouldBe("2025-08");
        (await own.ReadAsync($"/api/quality/evaluations/{neighbour}?period=2025-08")).ShouldBeRefused("QUA-0703", HttpStatusCode.NotFound);
        var mine = (await own.ReadAsync("/api/quality/evaluations?period=2025-08")).Json;
        mine.GetProperty("items").EnumerateArray().Single().GetProperty("place").GetProperty("code").GetString().ShouldBe(institution);
        using var elsewhere = Regulator("330782");
        (await elsewhere.ReadAsync($"/api/quality/evaluations/{institution}?period=2025-08")).ShouldBeRefused(
            "QUA-0703",
            HttpStatusCode.NotFound
        );
    }

    [Fact]
    public async Task What_is_published_is_frozen_under_its_hash_and_a_change_makes_a_further_version()
    {
        var institution = room.Organisation("330114");
        await MonthAsync(institution, "330114", new DateOnly(2025, 9, 10), 20, intercepted: 2);
        using var regulator = Regulator("330114");
        var order = new
        {
            group = "hospital",
            period = "2025-09",
            region = "330114",
        };
        var first = (await regulator.SendAsync("/api/quality/evaluation-publications", order)).Json;
        first.GetProperty("recorded").GetBoolean().ShouldBeTrue();
        var again = (await regulator.SendAsync("/api/quality/evaluation-publications", order)).Json;
        again.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        await MonthAsync(institution, "330114", new DateOnly(2025, 9, 12), 10, intercepted: 5);
        var second = (await regulator.SendAsync("/api/quality/evaluation-publications", order)).Json.GetProperty("publication");
        second.GetProperty("version").GetInt32().ShouldBe(2);
        var id = first.GetProperty("publication").GetProperty("publicationId").GetGuid();
        var old = (await regulator.ReadAsync($"/api/quality/evaluation-publications/{id}")).Json;
        old.GetProperty("sound").GetBoolean().ShouldBeTrue();
        old.GetProperty("evaluation")
            .GetProperty("items")[0]
            .GetProperty("measures")
            .EnumerateArray()
            .Single(m => m.GetProperty("code").GetString() == "audit-clean")
            .GetProperty("denominator")
            .GetInt64()
            .ShouldBe(20);

        // Whoever alters it is found out: by the hash, and by the arithmetic even when the hash is made to fit.
        var text = await room.ScalarAsync<string>("select content from quality.evaluation_publication where publication_id = $1", id);
        var books = EvaluationBook.LoadAll();
        PublishedEvaluation.IsSound(text, Convert.ToHexStringLower(PublishedEvaluation.HashOf(text)), books).ShouldBeTrue();
        var forged = text.Replace("\"numerator\":18", "\"numerator\":20", StringComparison.Ordinal);
        forged.ShouldNotBe(text);
        PublishedEvaluation.IsSound(forged, Convert.ToHexStringLower(PublishedEvaluation.HashOf(text)), books).ShouldBeFalse();
        PublishedEvaluation.IsSound(forged, Convert.ToHexStringLower(PublishedEvaluation.HashOf(forged)), books).ShouldBeFalse();

        (
            await regulator.SendAsync(
                "/api/quality/evaluation-publications",
                new
                {
                    group = "hospital",
                    period = "2025-09",
                    region = "330000",
                }
            )
        ).ShouldBeRefused("QUA-0705", HttpStatusCode.NotFound);
    }

    private HttpClient Regulator(string region) =>
        room.Service.Client(TestTokens.Of("regulator-1", "11" + region + "MB00000017", region, "regulator"));

    private async Task NameAsync(string code, string region, string name) =>
        await room.TakenInAsync(
            await room.Institutions.TellAsync(
                new InstitutionRegistered
                {
                    AggregateId = Guid.CreateVersion7(),
                    Version = 1,
                    OccurredAt = room.Now,
                    Code = code,
                    NameZh = name,
                    NameEn = "Test hospital",
                    Kind = "tcm-hospital",
                    RegionCode = region,
                }
            )
        );

    /// <summary>Prescriptions of a day; those intercepted have an over-dose and are approved after 30 minutes, the last after 90.</summary>
    private async Task MonthAsync(string institution, string region, DateOnly day, int count, int intercepted)
    {
        var at = new DateTimeOffset(day.ToDateTime(new TimeOnly(2, 0)), TimeSpan.Zero);
        PrescriptionReceived[] received =
        [
            .. Enumerable.Range(0, count).Select(_ => room.Received(institution, region) with { OccurredAt = at }),
        ];
        Event[] all =
        [
            .. received,
            .. received.Select(
                (r, i) => i < intercepted ? QualityRoom.Audited(r, "dose.over_k") with { Outcome = "double_sign" } : QualityRoom.Audited(r)
            ),
            .. received.Select((r, i) => QualityRoom.Approved(r) with { OccurredAt = at.AddMinutes(i == intercepted - 1 ? 90 : 30) }),
        ];
        await room.TakenInAsync(await room.Prescriptions.TellAsync(all));
    }
}
