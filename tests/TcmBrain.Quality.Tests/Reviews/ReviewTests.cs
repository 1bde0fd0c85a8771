using System.Net;
using System.Text.Json;
using TcmBrain.Contracts.Events;
using TcmBrain.Testing;
using static TcmBrain.Quality.Tests.Reviews.ReviewOffice;

namespace TcmBrain.Quality.Tests.Reviews;

public sealed class ReviewTests(QualityRoom room)
{
    [Fact]
    public async Task From_the_draw_to_the_arbiter_every_verdict_is_kept_and_the_end_is_told_once()
    {
        var office = new ReviewOffice(room);
        var hospital = office.Hospital();
        var rx = await office.DrawnAsync(hospital, "incompatible.18fan");
        var id = rx.AggregateId;
        using var first = office.Reviewer("reviewer-1");
        using var second = office.Reviewer("reviewer-2");
        using var arbiter = office.Arbiter();
        using var pharmacist = office.Pharmacist(hospital);

        // Nothing is said to the institution before there is something to say.
        (await pharmacist.ReadAsync($"{At}/{id}")).ShouldBeRefused("QUA-0301", HttpStatusCode.NotFound);
        (await first.SendAsync($"{At}/take", new { count = 5 })).Text.ShouldContain(id.ToString());
        (await JudgeAsync(first, id, 1)).ShouldBeRefused("QUA-0423", HttpStatusCode.BadRequest);
        var verdict = await JudgeAsync(first, id, 1, "2-8");
        verdict.Json.GetProperty("stage").GetString().ShouldBe("answering", verdict.Text);
        (await Told.OfAsync(room.Database, id)).ShouldBeEmpty();

        var seen = (await pharmacist.ReadAsync($"{At}/{id}")).Json;
        seen.GetProperty("verdicts")[0].GetProperty("codes")[0].GetString().ShouldBe("2-8");
        seen.GetProperty("verdicts")[0].GetProperty("reviewerName").ValueKind.ShouldBe(JsonValueKind.Null);
        (await pharmacist.SendAsync($"{At}/{id}/answer", new { answer = "disputed" })).ShouldBeRefused(
            "QUA-0103",
            HttpStatusCode.BadRequest
        );
        var dispute = new { answer = "disputed", reason = "有经典方依据" };
        (await pharmacist.SendAsync($"{At}/{id}/answer", dispute)).Json.GetProperty("stage").GetString().ShouldBe("second");
        (await pharmacist.SendAsync($"{At}/{id}/answer", dispute)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();

        (await JudgeAsync(first, id, 2, "2-8")).ShouldBeRefused("QUA-0425", HttpStatusCode.Forbidden);
        (await JudgeAsync(arbiter, id, 3, "2-8")).ShouldBeRefused("QUA-0422", HttpStatusCode.Conflict);
        var second2 = await second.SendAsync(
            $"{At}/{id}/verdict",
            new
            {
                round = 2,
                rational = true,
                dismissed = new[] { new { code = "2-8", comment = "相反相成,有据" } },
            }
        );
        second2.Json.GetProperty("stage").GetString().ShouldBe("arbitration", second2.Text);
        (await JudgeAsync(second, id, 3, "2-8")).ShouldBeRefused("QUA-0422", HttpStatusCode.Conflict);
        (await JudgeAsync(arbiter, id, 3, "2-8")).Json.GetProperty("stage").GetString().ShouldBe("concluded");

        var told = (ReviewCompleted)(await Told.OfAsync(room.Database, id)).Single().Event;
        (told.Rational, told.Version, told.InstitutionCode, told.HisNumber).ShouldBe((false, 1, hospital, rx.HisNumber));
        told.Codes.ShouldBe(["2-8"]);
        var detail = (await first.ReadAsync($"{At}/{id}")).Json;
        detail.GetProperty("verdicts").GetArrayLength().ShouldBe(3);
        detail
            .GetProperty("history")
            .EnumerateArray()
            .Select(h => h.GetProperty("act").GetString())
            .ShouldBe(["drawn", "claimed", "verdict-1", "disputed", "verdict-2", "verdict-3"]);
        foreach (var table in new[] { "review_verdict", "review_history" })
        {
            await Should.ThrowAsync<Npgsql.PostgresException>(() =>
                room.ScalarAsync<object>($"delete from quality.{table} where prescription_id = $1 returning 1", id)
            );
        }
    }

    [Fact]
    public async Task Nobody_judges_where_there_is_a_conflict_of_interest()
    {
        var office = new ReviewOffice(room);
        var hospital = office.Hospital();
        var centre = room.Organisation(office.County);
        var rx = await office.DrawnAsync(hospital);
        await room.TakenInAsync(await room.Pharmacy.TellAsync(QualityRoom.Checked(rx, centre)));
        var id = rx.AggregateId;
        // The own institution; the prescriber under his name; who checked it; the centre that dispensed it.
        using var own = office.Person("q-own", hospital, office.City, "quality");
        (await JudgeAsync(own, id, 1)).ShouldBeRefused("QUA-0306", HttpStatusCode.Forbidden);
        (await own.FindAsync(At, "prescriptionId", id)).ShouldBeNull();
        using var prescriber = office.Person("D001医师", office.Centre, office.City, "quality");
        using var checker = office.Person("复核员", office.Centre, office.City, "quality");
        using var centrist = office.Person("q-centre", centre, office.City, "quality");
        // A regulator is a reviewer of nothing but what is disputed to the end.
        using var regulator = office.Arbiter();
        foreach (var biased in new[] { prescriber, checker, centrist })
        {
            (await JudgeAsync(biased, id, 1)).ShouldBeRefused("QUA-0421", HttpStatusCode.Forbidden);
            (await biased.SendAsync($"{At}/{id}/take", new { })).ShouldBeRefused("QUA-0421", HttpStatusCode.Forbidden);
            (await biased.SendAsync($"{At}/take", new { count = 50 })).Json.GetProperty("prescriptionIds").GetArrayLength().ShouldBe(0);
            (await biased.FindAsync($"{At}?state=waiting", "prescriptionId", id)).ShouldBeNull();
        }

        (await JudgeAsync(regulator, id, 1)).ShouldBeRefused("QUA-0422", HttpStatusCode.Conflict);
        // Who asks to be kept away is.
        using var reviewer = office.Reviewer();
        (await reviewer.SendAsync($"{At}/{id}/take", new { })).Status.ShouldBe(HttpStatusCode.OK);
        (await reviewer.SendAsync($"{At}/{id}/recusal", new { reason = "师生关系", whole = true }))
            .Json.GetProperty("held")
            .GetBoolean()
            .ShouldBeTrue();
        (await JudgeAsync(reviewer, id, 1)).ShouldBeRefused("QUA-0421", HttpStatusCode.Forbidden);
        (await office.StageAsync(id)).ShouldBe("first");
        (await Told.OfAsync(room.Database, id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_lies_in_another_region_is_as_if_it_were_not_there()
    {
        var office = new ReviewOffice(room);
        var rx = await office.DrawnAsync();
        using var stranger = new ReviewOffice(room).Reviewer();
        using var otherHospital = office.Pharmacist(office.Hospital());
        var nobodys = await JudgeAsync(stranger, Guid.CreateVersion7(), 1);
        (await stranger.FindAsync(At, "prescriptionId", rx.AggregateId)).ShouldBeNull();
        foreach (
            var theirs in new[]
            {
                await JudgeAsync(stranger, rx.AggregateId, 1),
                await stranger.ReadAsync($"{At}/{rx.AggregateId}"),
                await stranger.SendAsync($"{At}/{rx.AggregateId}/take", new { }),
                await otherHospital.ReadAsync($"{At}/{rx.AggregateId}"),
                await otherHospital.SendAsync($"{At}/{rx.AggregateId}/answer", new { answer = "accepted" }),
            }
        )
        {
            theirs.ShouldBeRefused("QUA-0301", HttpStatusCode.NotFound);
            theirs.Json.GetProperty("faults").GetRawText().ShouldBe(nobodys.Json.GetProperty("faults").GetRawText());
        }
    }

    [Fact]
    public async Task Reviewers_who_take_at_once_get_different_ones_and_one_verdict_counts()
    {
        var office = new ReviewOffice(room);
        var hospital = office.Hospital();
        await office.ArriveAsync([.. Enumerable.Range(0, 30).Select(_ => office.Rx(hospital))]);
        await office.DrawAsync(await office.PlanAsync());
        HttpClient[] reviewers = [.. Enumerable.Range(1, 4).Select(i => office.Reviewer($"r-{i}"))];
        var taken = await Task.WhenAll(reviewers.Select(r => r.SendAsync($"{At}/take", new { count = 6 })));
        Guid[] ids = [.. taken.SelectMany(t => t.Json.GetProperty("prescriptionIds").EnumerateArray().Select(e => e.GetGuid()))];
        ids.Length.ShouldBe(24);
        ids.Distinct().Count().ShouldBe(24);
        // What one holds another does not judge, and nobody holds more than twenty.
        (await JudgeAsync(reviewers[1], ids[0], 1)).ShouldBeRefused("QUA-0420", HttpStatusCode.Conflict);
        (await reviewers[0].SendAsync($"{At}/take", new { count = 50 })).Json.GetProperty("prescriptionIds").GetArrayLength().ShouldBe(6);
        // The lease runs out: the clock frees it, and another may.
        await room.ScalarAsync<int>(
            "update quality.review set owner_until = now() - interval '1 second' where prescription_id = $1 returning 1",
            ids[0]
        );
        await Eventually.Be(
            async () => await room.ScalarAsync<bool>("select owner is null from quality.review where prescription_id = $1", ids[0]),
            "the lapsed lease is freed"
        );
        var both = await Task.WhenAll(
            JudgeAsync(reviewers[1], ids[0], 1),
            JudgeAsync(reviewers[2], ids[0], 1),
            JudgeAsync(reviewers[1], ids[0], 1)
        );
        both.Count(b => b.Status == HttpStatusCode.OK && b.Json.GetProperty("recorded").GetBoolean()).ShouldBe(1);
        (await Told.OfAsync(room.Database, ids[0])).Count.ShouldBe(1);
        var winner = both[1].Status == HttpStatusCode.OK ? reviewers[2] : reviewers[1];
        (await JudgeAsync(winner, ids[0], 1)).Json.GetProperty("recorded").GetBoolean().ShouldBeFalse();
        (await JudgeAsync(winner, ids[0], 1, "2-1")).ShouldBeRefused("QUA-0307", HttpStatusCode.Conflict);

        // The rest is assigned, evenly by what each has already.
        var assigned = await reviewers[0].SendAsync($"{At}/assign", new { reviewers = new[] { "r-1", "r-2", "r-3", "r-4" } });
        assigned
            .Items.Select(a => a.GetProperty("open").GetInt32())
            .Max()
            .ShouldBeLessThanOrEqualTo(assigned.Items.Select(a => a.GetProperty("open").GetInt32()).Min() + 6);
        (
            await room.ScalarAsync<long>(
                "select count(*) from quality.review where institution_code = $1 and stage = 'first' and owner is null",
                hospital
            )
        ).ShouldBe(0);
        (await reviewers[0].SendAsync($"{At}/assign", new { reviewers = new[] { "nobody" } })).ShouldBeRefused(
            "QUA-0427",
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task Silence_until_the_date_lets_the_verdict_stand_and_what_is_late_is_said_to_be()
    {
        var office = new ReviewOffice(room);
        var hospital = office.Hospital();
        var all = await office.ArriveAsync([office.Rx(hospital), office.Rx(hospital)]);
        await office.DrawAsync(await office.PlanAsync());
        using var reviewer = office.Reviewer();
        await JudgeAsync(reviewer, all[0].AggregateId, 1, "1-10");
        await room.ScalarAsync<int>(
            "with u as (update quality.review set due_at = now() - interval '1 minute' where institution_code = $1 returning 1) select count(*)::int from u",
            hospital
        );
        await Eventually.Be(async () => await office.StageAsync(all[0].AggregateId) == "concluded", "silence concludes");
        ((ReviewCompleted)(await Told.OfAsync(room.Database, all[0].AggregateId)).Single().Event).Codes.ShouldBe(["1-10"]);
        await Eventually.Be(
            async () =>
                await reviewer.FindAsync($"{At}?state=overdue", "prescriptionId", all[1].AggregateId) is { } late
                && late.GetProperty("overdue").GetBoolean(),
            "the other is overdue"
        );
    }
}
