using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;

namespace TcmBrain.Quality.Tests.Reviews;

public sealed class ReviewTests(QualityRoom room)
{
    [Fact]
    public async Task A_sampled_prescription_is_shown_with_the_audits_findings_and_reviewed()
    {
        var rx = await ArriveAsync(room.Organisation(), "incompatible.18fan", "dose.over", "toxic.controlled");
        using var reviewer = room.Controller();
        var item = (await reviewer.FindAsync("/api/quality/reviews?state=waiting", "prescriptionId", rx.AggregateId)).ShouldNotBeNull();
        Strings(item.GetProperty("suggestedCodes")).ShouldBe(["2-5", "2-8"]);
        item.GetProperty("findings").GetArrayLength().ShouldBe(3);
        item.GetProperty("lines")[0].GetProperty("piece").GetString().ShouldBe("麻黄");
        item.GetProperty("sampledBecause").GetString().ShouldBe("first-of-month");
        item.GetProperty("verdict").ValueKind.ShouldBe(JsonValueKind.Null);

        var verdict = await Review(reviewer, rx.AggregateId, new { rational = false, codes = new[] { "2-8", "1-2" } });
        verdict.Status.ShouldBe(HttpStatusCode.OK, verdict.Text);
        (await reviewer.FindAsync("/api/quality/reviews?state=waiting", "prescriptionId", rx.AggregateId)).ShouldBeNull();
        var done = (await reviewer.FindAsync("/api/quality/reviews?state=done", "prescriptionId", rx.AggregateId)).ShouldNotBeNull();
        Strings(done.GetProperty("verdict").GetProperty("codes")).ShouldBe(["1-2", "2-8"]);

        var told = (ReviewCompleted)(await Told.OfAsync(room.Database, rx.AggregateId)).Single().Event;
        (told.Rational, told.Version, told.InstitutionCode, told.HisNumber).ShouldBe((false, 1, rx.InstitutionCode, rx.HisNumber));
        told.Codes.ShouldBe(["1-2", "2-8"]);
    }

    [Fact]
    public async Task Events_in_the_worst_order_make_the_same_row()
    {
        var rx = room.Received(room.Organisation());
        var centre = room.Organisation();
        await room.TakenInAsync(await room.Pharmacy.TellAsync(QualityRoom.Checked(rx, centre)));
        await room.TakenInAsync(await room.Prescriptions.TellAsync(QualityRoom.Approved(rx)));
        await room.TakenInAsync(await room.Prescriptions.TellAsync(QualityRoom.Audited(rx, "dose.over")));
        using var reviewer = room.Controller();
        // Not heard of as received: neither sampled nor not.
        (await reviewer.FindAsync("/api/quality/reviews", "prescriptionId", rx.AggregateId)).ShouldBeNull();
        await room.TakenInAsync(await room.Prescriptions.TellAsync(rx));
        await room.TakenInAsync(await room.Prescriptions.TellAsync(rx));
        await room.TakenInAsync(await room.Prescriptions.TellAsync(QualityRoom.Audited(rx, "duplicate.piece") with { Version = 1 }));
        var item = (await reviewer.FindAsync("/api/quality/reviews?state=waiting", "prescriptionId", rx.AggregateId)).ShouldNotBeNull();
        Strings(item.GetProperty("suggestedCodes")).ShouldBe(["2-5"]);
        item.GetProperty("checker").GetString().ShouldBe("复核员");
        item.GetProperty("departmentName").GetString().ShouldBe("中医内科");
    }

    [Fact]
    public async Task The_first_hundred_of_an_institutions_month_are_sampled_and_then_few()
    {
        var institution = room.Organisation();
        PrescriptionReceived[] all = [.. Enumerable.Range(0, 400).Select(_ => room.Received(institution))];
        // One after another, so that none is overlooked by its neighbours: together the sample could only be larger.
        var ids = await room.Prescriptions.TellAsync(all[..100]);
        await room.TakenInAsync(ids);
        (await SampledAsync(institution)).ShouldBe(100);
        await room.TakenInAsync(await room.Prescriptions.TellAsync(all[100..]));
        // 300 more at 0.6 % are 1.8 ± 1.3.
        (await SampledAsync(institution)).ShouldBeInRange(100, 115);

        // Another month begins anew, in the region's own calendar.
        var lastOfMonth = new DateTimeOffset(2026, 9, 30, 15, 59, 0, TimeSpan.Zero);
        var firstOfNext = lastOfMonth.AddMinutes(2);
        await room.TakenInAsync(await room.Prescriptions.TellAsync(room.Received(institution) with { OccurredAt = lastOfMonth }));
        await room.TakenInAsync(await room.Prescriptions.TellAsync(room.Received(institution) with { OccurredAt = firstOfNext }));
        (
            await room.ScalarAsync<long>(
                "select count(distinct month) from quality.prescription where institution_code = $1 and month < '2026-11-01'",
                institution
            )
        ).ShouldBe(2);
    }

    [Fact]
    public async Task Nobody_reviews_the_own_institution()
    {
        var institution = room.Organisation("330106");
        var rx = await ArriveAsync(institution);
        using var own = room.Controller(institution, "330106");
        (await own.FindAsync("/api/quality/reviews", "prescriptionId", rx.AggregateId)).ShouldBeNull();
        (await Review(own, rx.AggregateId, new { rational = true })).ShouldBeRefused("QUA-0306", HttpStatusCode.Forbidden);
        (await Told.OfAsync(room.Database, rx.AggregateId)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_lies_in_another_region_is_as_if_it_were_not_there()
    {
        var rx = await ArriveAsync(room.Organisation());
        using var stranger = room.Controller(room.Organisation("330782"), "330782");
        (await stranger.FindAsync("/api/quality/reviews", "prescriptionId", rx.AggregateId)).ShouldBeNull();
        var theirs = await Review(stranger, rx.AggregateId, new { rational = true });
        var nobodys = await Review(stranger, Guid.CreateVersion7(), new { rational = true });
        theirs.ShouldBeRefused("QUA-0301", HttpStatusCode.NotFound);
        nobodys.Json.GetProperty("faults").GetRawText().ShouldBe(theirs.Json.GetProperty("faults").GetRawText());
    }

    [Fact]
    public async Task A_verdict_given_twice_counts_once_and_another_is_refused()
    {
        var rx = await ArriveAsync(room.Organisation());
        using var reviewer = room.Controller();
        using var second = room.Controller(subject: "quality-2");
        (await Review(reviewer, rx.AggregateId, new { rational = true })).Json.GetProperty("recorded").GetBoolean().ShouldBeTrue();
        (await Review(reviewer, rx.AggregateId, new { rational = true })).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await Review(reviewer, rx.AggregateId, new { rational = false, codes = new[] { "2-1" } })).ShouldBeRefused(
            "QUA-0307",
            HttpStatusCode.Conflict
        );
        (await Review(second, rx.AggregateId, new { rational = true })).ShouldBeRefused("QUA-0307", HttpStatusCode.Conflict);
        (await Told.OfAsync(room.Database, rx.AggregateId)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_bad_verdict_is_refused_and_stores_nothing()
    {
        var rx = await ArriveAsync(room.Organisation());
        using var reviewer = room.Controller();
        (await Review(reviewer, rx.AggregateId, new { rational = false, codes = new[] { "9-9" } })).ShouldBeRefused(
            "QUA-0302",
            HttpStatusCode.BadRequest
        );
        (await Review(reviewer, rx.AggregateId, new { })).ShouldBeRefused("QUA-0103", HttpStatusCode.BadRequest);
        (await reviewer.FindAsync("/api/quality/reviews?state=waiting", "prescriptionId", rx.AggregateId)).ShouldNotBeNull();
        using var his = room.Service.Client(TestTokens.Of("his-1", rx.InstitutionCode, "330106", "his"));
        (await Review(his, rx.AggregateId, new { rational = true })).ShouldBeRefused("GEN-0002", HttpStatusCode.Forbidden);
    }

    private async Task<PrescriptionReceived> ArriveAsync(string institution, params string[] ruleIds)
    {
        var rx = room.Received(institution);
        await room.TakenInAsync(await room.Prescriptions.TellAsync([rx, QualityRoom.Audited(rx, ruleIds), QualityRoom.Approved(rx)]));
        return rx;
    }

    private Task<long> SampledAsync(string institution) =>
        room.ScalarAsync<long>("select count(*) from quality.prescription where institution_code = $1 and sampled", institution);

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];

    private static Task<Answer> Review(HttpClient client, Guid prescription, object verdict) =>
        client.SendAsync($"/api/quality/reviews/{prescription}", verdict);
}
